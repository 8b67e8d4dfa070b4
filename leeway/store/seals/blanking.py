"""For whoever erases a text: write down what stood there, as a digest, before it goes.

In the transaction that erases, first ``keep_digests`` of the facts, then the update of their bodies. The chain of the
case then verifies by the digest; what the text was can be checked by whoever still has it, and cannot be got back from
here. What stands in a blanked body afterwards is proved by nothing, and every check says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from leeway.store.writer.chain import payload, payloads
from leeway.store.writer.driver import Driver

Part = Literal["fact", "known", "events"]
PARTS: tuple[Part, ...] = ("fact", "known", "events")


def keep_digests(
    driver: Driver, facts: Iterable[int], *, at: datetime, why: str, parts: tuple[Part, ...] = PARTS
) -> None:
    """Keeps the digests of these facts' parts. A part that was blanked before keeps its first digest."""
    for fact in facts:
        for case, body, known in driver.select(
            "select case_id, body, known from leeway_fact where id = ?", (fact,)
        ):
            events = driver.select(
                "select body from leeway_event where case_id = ? and fact_id = ? order by seq", (case, fact)
            )
            digests = {
                "fact": payload(body),
                "known": payload(known),
                "events": payloads(text for (text,) in events),
            }
            for part in parts:
                driver.run(
                    "insert into leeway_blanked (fact_id, part, digest, at, why) values (?, ?, ?, ?, ?) "
                    "on conflict (fact_id, part) do nothing",
                    (fact, part, digests[part].hex(), at, why),
                )
