"""Where the demo's house stands, who works there and by which rules.

Most deadlines count open hours, so a house that is closed when somebody looks at it shows little. The demo's house
therefore stands in a town where it is morning now. Everything else about it is ordinary.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.packs.matrix_file import load_policy
from leeway.packs.roster_file import load_roster
from leeway.store import documents
from leeway.store.writer.driver import Driver
from leeway.wiring import SHIPPED

HERE = Path(__file__).parent
PACK = "shop"
USUAL = "Europe/Lisbon"
GOOD_HOURS = range(9, 15)
"""Local hours at which the demo shows most: the day shift is in, and hours of it are left."""

BEST_HOUR = 10.5
ZONES = (
    "Pacific/Honolulu America/Anchorage America/Los_Angeles America/Denver America/Chicago America/New_York "
    "America/Halifax America/Sao_Paulo Atlantic/Azores Europe/Lisbon Europe/Berlin Europe/Helsinki Asia/Dubai "
    "Asia/Karachi Asia/Dhaka Asia/Bangkok Asia/Singapore Asia/Tokyo Australia/Brisbane Pacific/Noumea "
    "Pacific/Auckland"
).split()


def zone_for(now: datetime) -> str:
    """The zone the house stands in: the usual one by day, else the one where it is nearest to mid-morning."""
    if now.astimezone(ZoneInfo(USUAL)).hour in GOOD_HOURS:
        return USUAL
    return min(ZONES, key=lambda zone: abs(_hour(now, zone) - BEST_HOUR))


def _hour(now: datetime, zone: str) -> float:
    there = now.astimezone(ZoneInfo(zone))
    return there.hour + there.minute / 60


def town(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def furnish(driver: Driver, zone: str, now: datetime) -> tuple[Policy, Roster]:
    """Publishes the demo's roster and the shop's matrix for this zone, and gives them."""
    people = (HERE / "roster.yaml").read_text().replace("@zone@", zone)
    years = range(now.year - 1, now.year + 2)
    roster = load_roster(people, name="roster.yaml", years=years)
    rules = _in_zone((SHIPPED / PACK / "matrix.yaml").read_text(), zone)
    policy = load_policy({"matrix.yaml": rules})
    note = f"the demo's house, in {town(zone)}"
    driver.begin()
    try:
        documents.publish(driver, roster, at=now, source=people, note=note, by="ops")
        documents.publish(driver, policy, at=now, source=rules, note=note, by="ops")
        driver.commit()
    finally:
        driver.rollback()
    return policy, roster


def _in_zone(rules: str, zone: str) -> str:
    lines = [f"zone: {zone}" if line.startswith("zone:") else line for line in rules.splitlines()]
    return "\n".join(lines) + "\n"
