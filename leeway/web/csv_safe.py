"""Tables for spreadsheets, streamed, in which no cell can become a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """Gives back what is written, so that ``csv`` can be asked line by line."""

    @staticmethod
    def write(line: str) -> str:
        return line


def cell(value: Any) -> Any:  # noqa: ANN401 - whatever stands in a table
    """A customer's ``=HYPERLINK(…)`` is text, and stays text when somebody opens the file."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_BEGINS_A_FORMULA) else value


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield writer.writerow(head)
        for row in rows:
            yield writer.writerow([cell(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
