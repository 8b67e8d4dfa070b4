"""Writes the page about the measures: ``python -m leeway.web.insights.reference docs/reference/measures.md``."""

from __future__ import annotations

import sys
from pathlib import Path

from leeway.store.django_ready import django_ready


def main() -> None:
    django_ready()
    from leeway.store.queries.measures import render  # noqa: PLC0415 - needs Django set up

    Path(sys.argv[1]).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
