"""Published policies and rosters: numbered, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec
from msgspec.structs import replace

from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.store.writer.driver import Driver

Kind = Literal["policy", "roster"]


@dataclass(frozen=True, slots=True)
class Published:
    """All versions of the policy by number, the one in force, and the roster in force."""

    policy: Policy
    roster: Roster
    policies: dict[int, Policy]


class NothingPublished(LookupError):
    """There is no policy or no roster yet."""


def newest(driver: Driver) -> int:
    """Changes whenever something is published. One look at the end of an index."""
    return int(driver.select("select coalesce(max(id), 0) from leeway_document")[0][0])


def newest_version(driver: Driver, kind: Kind) -> int:
    """The number of the version in force; 0 before the first."""
    return int(
        driver.select("select coalesce(max(version), 0) from leeway_document where kind = ?", (kind,))[0][0]
    )


def published(driver: Driver) -> Published:
    """Everything a decision may need. Raises ``NothingPublished``."""
    rows = driver.select("select kind, body from leeway_document where kind = 'policy' order by version")
    policies = [msgspec.json.decode(body, type=Policy) for _, body in rows]
    rosters = driver.select(
        "select body from leeway_document where kind = 'roster' order by version desc limit 1"
    )
    if not policies or not rosters:
        raise NothingPublished("Publish a policy and a roster first.")
    return Published(
        policy=policies[-1],
        roster=msgspec.json.decode(rosters[0][0], type=Roster),
        policies={policy.version: policy for policy in policies},
    )


def publish(
    driver: Driver, document: Policy | Roster, *, at: datetime, source: str = "", note: str = "", by: str = ""
) -> int:
    """Puts a new version in force, for facts decided after it, and gives its number.

    Inside an open transaction of ``driver``: the caller commits.
    """
    kind: Kind = "policy" if isinstance(document, Policy) else "roster"
    driver.order_log()  # two who publish at once get two numbers
    numbered = replace(document, version=newest_version(driver, kind) + 1)
    driver.run(
        "insert into leeway_document (kind, version, name, body, source, note, published_at, published_by) "
        "values (?, ?, ?, ?, ?, ?, ?, ?)",
        (kind, numbered.version, numbered.name, _json(numbered), source, note, at, by),
    )
    return numbered.version


def _json(document: Policy | Roster) -> str:
    return msgspec.json.encode(document).decode()
