"""How long texts are kept after a case is over: the house's own word, off until somebody says it."""

from __future__ import annotations

from datetime import datetime

from leeway.store import marks
from leeway.store.writer.driver import Driver

MARK = "retention"
FEWEST_DAYS, MOST_DAYS = 30, 36_500


def kept_days(driver: Driver) -> int | None:
    """Days after the last message of a closed case; None keeps texts for ever."""
    mark = marks.get(driver, MARK)
    days = mark[1].get("days") if mark else None
    return int(days) if days else None


def keep_for(driver: Driver, days: int | None, *, by: str, at: datetime) -> None:
    marks.put(driver, MARK, {"days": days, "by": by}, at=at)
