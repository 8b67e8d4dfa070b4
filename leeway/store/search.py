"""Search by words: who wrote, what about, and what was said, on SQLite (FTS5) and PostgreSQL (tsvector) alike.

Both databases are handed words that we have cut and folded ourselves, so that both find the same. The index follows the
log instead of standing in the writer's way: whoever searches first brings it up to date, a background run may do so
before (``catch_up``). A hit is a message; the newest are looked at first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import msgspec
from django.db import connection, transaction

from leeway.store.instants import utc_now
from leeway.store.models import FactRow, RunMark

MARK = "search"
MOST_HITS = 500
"""So many of the newest messages with the words are looked at; more words find fewer."""

AT_ONCE = 2_000
MOST_WORDS = 8
MOST_LETTERS = 40
_WORDS = re.compile(r"[^\W_]+")


class _Customer(msgspec.Struct):
    id: str = ""
    name: str = ""
    email: str = ""
    account: str = ""


class _Told(msgspec.Struct):
    """What of a fact can be searched."""

    text: str = ""
    subject: str = ""
    customer: _Customer | None = None


_read = msgspec.json.Decoder(_Told)
SEARCHED = ("message", "interaction_opened")


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: no capitals, no accents, no punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return [
        word[:MOST_LETTERS]
        for word in _WORDS.findall("".join(c for c in plain if not unicodedata.combining(c)))
    ]


def catch_up(most: int = AT_ONCE) -> int:
    """Reads up to ``most`` facts the index does not know yet; gives how many there were."""
    known = RunMark.objects.filter(name=MARK).values_list("body", flat=True).first()
    if not FactRow.objects.filter(pk__gt=known["fact"] if known else 0).exists():
        return 0
    with transaction.atomic():
        RunMark.objects.get_or_create(name=MARK, defaults={"at": utc_now(), "body": {"fact": 0}})
        mark = RunMark.objects.select_for_update().get(name=MARK)
        last = int(mark.body["fact"])
        facts = list(
            FactRow.objects.filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", "case", "kind", "body")[:most]
        )
        if not facts:
            return 0
        _insert(list(_readable(facts)))
        mark.body, mark.at = {"fact": facts[-1][0]}, utc_now()
        mark.save()
    return len(facts)


def _readable(facts: list[tuple[int, int, str, str]]) -> Iterator[tuple[int, int, list[str]]]:
    for number, case, kind, body in facts:
        if kind not in SEARCHED:
            continue
        told = _read.decode(body)
        who = told.customer or _Customer()
        words = words_of(f"{told.subject} {who.name} {who.email} {who.account} {who.id} {told.text}")
        if words:
            yield number, case, list(dict.fromkeys(words))


def _insert(rows: list[tuple[int, int, list[str]]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                "insert or replace into leeway_words (rowid, case_id, words) values (%s, %s, %s)",
                [(number, case, " ".join(words)) for number, case, words in rows],
            )
        else:
            cursor.executemany(
                "insert into leeway_words (fact_id, case_id, words) values (%s, %s, array_to_tsvector(%s)) "
                "on conflict do nothing",
                rows,
            )


def cases_with(text: str) -> list[int]:
    """Cases with a message that holds all these words, the latest messages first. The last word may be unfinished."""
    words = words_of(text)[:MOST_WORDS]
    if not words:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            query = " AND ".join(f'"{word}"' for word in words) + "*"
            cursor.execute(
                "select case_id from leeway_words where leeway_words match %s order by rowid desc limit %s",
                [query, MOST_HITS],
            )
        else:
            query = " & ".join(f"'{word}'" for word in words) + ":*"
            cursor.execute(
                "select case_id from leeway_words where words @@ %s::tsquery order by fact_id desc limit %s",
                [query, MOST_HITS],
            )
        return list(dict.fromkeys(int(case) for (case,) in cursor.fetchall()))
