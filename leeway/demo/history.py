"""Six weeks of the house, and the morning on which the visitor comes in."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from leeway.core.facts import CustomerRef
from leeway.core.roster import Roster
from leeway.demo.customers import Customers
from leeway.demo.player import Player
from leeway.demo.plots import REPERTOIRE, Share
from leeway.demo.present import THIS_MORNING
from leeway.demo.stage import Stage

LENGTH = timedelta(days=42)
CASES = 345
QUIET_HOURS_BEFORE = timedelta(hours=14)
"""Plays of the history begin before this; what is open this morning is written by hand (``present``)."""

SECOND_MATTER = 0.14
"""How many of the matters are of customers who were here before."""

AT_LEAST = 3
"""Plays of each kind, however small the house."""

BUSY = (0, 0, 0, 0, 0, 0, 0.2, 1, 3, 6, 8, 8, 6, 5, 6, 6, 6, 5, 4, 4, 4, 3, 1, 0.4)
"""How likely a customer is to write, by local hour."""


@dataclass
class Casting:
    """Gives players to plays, the same ones for the same seed."""

    seed: int
    roster: Roster
    zone: str
    customers: Customers
    prefix: str = "talk"
    speed: float = 1.0
    count: int = 0

    def player(
        self,
        *,
        tier: str = "",
        agent: str = "",
        language: str = "",
        lively: bool = False,
        regular: CustomerRef | None = None,
    ) -> Player:
        self.count += 1
        customer = regular or self.customers.new(tier=tier, language=language)
        name = f"{self.prefix}-{self.count}"
        own = Random(zlib.crc32(f"{self.seed}:{name}".encode()))  # noqa: S311 - a play is no secret
        return Player(
            name,
            customer,
            own,
            roster=self.roster,
            zone=self.zone,
            lively=lively,
            speed=self.speed,
            agent=agent,
        )


def rehearse(stage: Stage, casting: Casting, rng: Random, now: datetime, *, cases: int = CASES) -> None:
    """Puts every play of the history and of this morning on the stage, each at its time."""
    regulars: list[CustomerRef] = []
    for share, at in _programme(rng, now, casting.zone, cases):
        again = share.tier == "" and regulars and rng.random() < SECOND_MATTER
        player = casting.player(tier=share.tier, regular=rng.choice(regulars) if again else None)
        if not again:
            regulars.append(player.customer)
        stage.enter(player, share.plot(player), at)
    for scene in THIS_MORNING:
        player = casting.player(tier=scene.tier, agent=scene.agent, language=scene.language)
        stage.enter(player, scene.plot(player), now - scene.before)


def _programme(rng: Random, now: datetime, zone: str, cases: int) -> list[tuple[Share, datetime]]:
    """Which play begins when, in the order of time."""
    whole = sum(share.parts for share in REPERTOIRE)
    plays = [
        share
        for share in REPERTOIRE
        for _ in range(max(min(AT_LEAST, cases), round(share.parts / whole * cases)))
    ]
    rng.shuffle(plays)
    times = sorted(_a_time(rng, now, zone) for _ in plays)
    return list(zip(plays, times, strict=True))


def _a_time(rng: Random, now: datetime, zone: str) -> datetime:
    """An instant of the past weeks at which a customer may well write."""
    last = now - QUIET_HOURS_BEFORE
    local = ZoneInfo(zone)
    while True:
        day = last - timedelta(days=rng.uniform(0, LENGTH.days))
        at = day.astimezone(local).replace(
            hour=rng.choices(range(24), BUSY)[0], minute=rng.randrange(60), second=rng.randrange(60)
        )
        if at < last:
            return at.astimezone(now.tzinfo)
