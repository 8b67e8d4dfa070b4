"""Articles in an export, and taken back from one. Their words are cut anew there: an index is nobody's property."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from leeway.core.knowledge import indexed
from leeway.core.redact import mask
from leeway.store.instants import read_instant
from leeway.store.writer.driver import Driver

FILE = "articles.ndjson"
AT_ONCE = 200

_TEXTS = (
    "kind", "source", "external", "title", "text", "product", "region", "language", "state", "digest", "updated_by",
    "reviewed_by",
)  # fmt: skip


class ArticleLine(msgspec.Struct, frozen=True):
    kind: str
    source: str
    external: str
    title: str
    text: str
    product: str
    region: str
    language: str
    state: str
    digest: str
    updated_by: str
    reviewed_by: str
    case: int | None
    updated_at: datetime
    reviewed_at: datetime
    retired_at: datetime | None
    helped: int
    not_helped: int


def articles(driver: Driver, *, masked: bool = False) -> Iterator[ArticleLine]:
    after = 0
    columns = f'id, {", ".join(_TEXTS)}, "case", updated_at, reviewed_at, retired_at, helped, not_helped'
    sql = f"select {columns} from leeway_article where id > ? order by id limit {AT_ONCE}"  # noqa: S608 - our own words
    while rows := driver.select(sql, (after,)):
        for row in rows:
            told = dict(zip(_TEXTS, row[1 : 1 + len(_TEXTS)], strict=True))
            if masked:
                told |= {"text": mask(told["text"]), "updated_by": "", "reviewed_by": ""}
            case, updated, reviewed, retired, helped, not_helped = row[1 + len(_TEXTS) :]
            yield ArticleLine(
                **told,
                case=case,
                updated_at=read_instant(updated),
                reviewed_at=read_instant(reviewed),
                retired_at=read_instant(retired) if retired else None,
                helped=helped,
                not_helped=not_helped,
            )
        after = rows[-1][0]


def take_back(driver: Driver, lines: Iterable[ArticleLine]) -> None:
    """Inside an open transaction of ``driver``. Articles the new house has already are left as they are."""
    for line in lines:
        weights, length = indexed(line.title, line.text, line.product)
        known = driver.select(
            "select 1 from leeway_article where source = ? and external = ?", (line.source, line.external)
        )
        if known:
            continue
        values = (
            *(getattr(line, name) for name in _TEXTS),
            line.case,
            line.updated_at,
            line.reviewed_at,
            line.retired_at,
            line.helped,
            line.not_helped,
            length,
        )
        places = ", ".join("?" * len(values))
        driver.run(
            f'insert into leeway_article ({", ".join(_TEXTS)}, "case", updated_at, reviewed_at, retired_at, helped, '  # noqa: S608
            f"not_helped, length) values ({places})",
            values,
        )
        if line.state == "live":
            number = driver.select(
                "select id from leeway_article where source = ? and external = ?",
                (line.source, line.external),
            )[0][0]
            for term, weight in weights.items():
                driver.run(
                    "insert into leeway_article_term (term, article, weight) values (?, ?, ?)",
                    (term, number, weight),
                )
