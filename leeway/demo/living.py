"""The demo while it runs: what was begun goes on, new customers write, colleagues answer what is theirs."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from random import Random

from leeway.core.refusals import Refusal
from leeway.demo.colleagues import Colleague, looks_after
from leeway.demo.history import Casting
from leeway.demo.plots import LIVELY
from leeway.demo.stage import Stage
from leeway.desk.ports import Busy, Closed, StoreTrouble
from leeway.store.rebuild import stored
from leeway.store.writer.driver import Driver
from leeway.store.writer.writer import Unavailable

log = logging.getLogger(__name__)

PACE_SECONDS = (5.0, 20.0)
"""Between one message and the next: slow enough to read along, quick enough to see that the house is alive."""

CONVERSATIONS_AT_ONCE = 7
LOOK_AROUND = timedelta(seconds=6)
UNANSWERED_FOR = timedelta(seconds=45)
"""A customer nobody's play looks after is answered by whoever has the case, once they have waited this long."""

SEEN_AT_ONCE = 60


class Living:
    """``try_step`` is called a few times a second. What is on the ``story`` stage is not slowed down for calm."""

    def __init__(
        self,
        story: Stage,
        stage: Stage,
        casting: Casting,
        driver: Driver,
        *,
        away: frozenset[str],
        rng: Random,
        speed: float = 1.0,
    ) -> None:
        self._story = story
        self._stage = stage
        self._casting = casting
        self._driver = driver
        self._away = away
        self._rng = rng
        self._speed = speed
        self._clock = stage.house.clock
        self._quiet_until = self._clock()
        self._look_around_at = self._clock()
        self._looked_after: dict[int, datetime] = {}

    def try_step(self) -> bool:
        """One step, whatever the database says; False when the house is closing."""
        try:
            self.step(self._clock())
        except Closed:
            return False
        except (Busy, StoreTrouble, Unavailable, Refusal) as trouble:
            log.info("the demo waits: %s", trouble)
        return True

    def step(self, now: datetime) -> None:
        """Everything that is due now, but at most one message beside the story's."""
        while (at := self._story.next_at) is not None and at <= now:
            self._story.perform_next(now)
        if now >= self._look_around_at:
            self._look_around_at = now + LOOK_AROUND
            self._look_around(now)
        while (at := self._stage.next_at) is not None and at <= now:
            if self._stage.next_is_spoken and now < self._quiet_until:
                return
            if self._stage.perform_next(now):
                self._breathe(now)
        if now >= self._quiet_until and self._talking() < CONVERSATIONS_AT_ONCE:
            self._somebody_new(now)

    def _breathe(self, now: datetime) -> None:
        self._quiet_until = now + timedelta(seconds=self._rng.uniform(*PACE_SECONDS) / self._speed)

    def _talking(self) -> int:
        """Conversations of the running demo that go on within the next minutes."""
        soon = self._clock() + timedelta(minutes=2)
        return sum(
            part.player.name.startswith(self._casting.prefix) and part.since + part.beat.after <= soon
            for part in self._stage.parts
        )

    def _somebody_new(self, now: datetime) -> None:
        share = self._rng.choices(LIVELY, [share.parts for share in LIVELY])[0]
        player = self._casting.player(tier=share.tier, lively=True)
        self._stage.enter(player, share.plot(player), now - timedelta(minutes=1))

    def _look_around(self, now: datetime) -> None:
        """Cases that no play looks after: of the visitor's own curl, of an earlier run of this demo."""
        rows = self._driver.select(
            "select id from leeway_case where status = 'open' and (asked <> '' or waiting_since is not null "
            "or id in (select case_id from leeway_approval where state = 'asked')) "
            "order by last_message_at desc limit ?",
            (SEEN_AT_ONCE,),
        )
        played = {part.player.case for part in (*self._stage.parts, *self._story.parts)}
        ours = {part.player.case for part in self._story.parts}
        for number in (number for (number,) in rows if number not in ours):
            case = stored(self._driver, number)
            self._stage.see_who_is_asked(case)
            self._stage.see_who_decides(case)
            waits = case.waiting_since is not None and now - case.waiting_since > UNANSWERED_FOR
            lately = self._looked_after.get(number, now - timedelta(hours=1)) > now - timedelta(minutes=5)
            if waits and number not in played and case.owner not in self._away and not lately:
                self._looked_after[number] = now
                colleague = Colleague(case, self._stage.roster, self._rng)
                self._stage.enter(colleague, looks_after(colleague), now - timedelta(minutes=1))
