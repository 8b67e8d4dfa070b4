"""What a person has in hand."""

from __future__ import annotations

from leeway.store.writer.driver import Driver


def cases_of(driver: Driver, person: str) -> list[int]:
    """The running cases a person owns, was asked to take, or has an approval to decide in; the oldest first."""
    rows = driver.select(
        "select id from leeway_case where owner = ? and status in ('open', 'paused') "
        "union select id from leeway_case where asked = ? and asked > '' and status in ('open', 'paused') "
        "union select case_id from leeway_approval where asked_of = ? and state = 'asked' order by 1",
        (person, person, person),
    )
    return [int(number) for (number,) in rows]
