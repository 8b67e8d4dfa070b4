"""The question of staffing put together: the house's log, its policy and roster, and what if."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from leeway.backtesting import Candidate, backtest
from leeway.core.policy import Policy
from leeway.packs.matrix_file import load_pack
from leeway.prove.staff.history import LEVEL_KINDS, Work
from leeway.prove.staff.staffing import NothingToLearn, Staffing, WhatIf, read_what_if, staffing
from leeway.store import documents, past
from leeway.store.address import address
from leeway.store.home import home
from leeway.store.writer.driver import Driver


def staff(
    driver: Driver,
    *,
    attainment: float = 0.9,
    since: datetime | None = None,
    what_ifs: tuple[str, ...] = (),
    candidate: Path | None = None,
    seed: int = 7,
    replications: int = 20,
) -> Staffing:
    """People needed under the policy and roster in force. Raises ``CannotRead`` and ``NothingToLearn``."""
    published = documents.published(driver)
    policy = published.policy
    levels = tuple(level.name for level in (*policy.levels, *policy.desks))
    what_if = read_what_if(what_ifs, levels)
    work = Work()
    for events, facts in past.case_works(driver, LEVEL_KINDS, since):
        work.add(events, facts)
    if work.last is None:
        raise NothingToLearn("Nothing is recorded yet: there is no past to learn arrivals from.")
    if candidate is not None:
        what_if = _as_backtested(what_if, load_pack(candidate), candidate.name, since)
    return staffing(
        policy,
        published.roster,
        work,
        now=work.last,
        attainment=attainment,
        seed=seed,
        replications=replications,
        what_if=what_if,
    )


def _as_backtested(what_if: WhatIf, policy: Policy, name: str, since: datetime | None) -> WhatIf:
    """Each level's arrivals as often as the backtest of this matrix finds them."""
    found = backtest(address(home()), Candidate(policy, name), since=since).found
    scale = {
        level: found.candidate.levels.get(level, 0) / count
        for level, count in found.recorded.levels.items()
        if count
    }
    return WhatIf(
        what_if.more,
        what_if.campaign,
        scale,
        (*what_if.said, f"arrivals as the backtest of {name} finds them"),
    )
