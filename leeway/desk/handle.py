"""The one door: every fact, from every connector, button and clock, is handled here.

A group of facts is handled in one transaction, because a commit costs far more than a decision. A fact that
is refused or fails leaves no trace and does not touch the others of its group.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec.structs import replace as with_

from leeway.core import customer as customers
from leeway.core.case import Case
from leeway.core.decide import Decision, decided
from leeway.core.events import AnyEvent
from leeway.core.facts import (
    ClockTicked,
    CustomerRef,
    Fact,
    InteractionOpened,
    MergedFrom,
    MergedInto,
    SplitOff,
)
from leeway.core.ledger import asked_about
from leeway.core.merging import story_of
from leeway.core.refusals import Refusal
from leeway.core.world import Known, World
from leeway.desk import which_case
from leeway.desk.draft import Draft
from leeway.desk.ports import Books, Entry, Item, Recorded, StoreTrouble
from leeway.desk.refusals import CannotMerge
from leeway.desk.when import as_decided, decided_at, skewed

log = logging.getLogger(__name__)

OURSELVES = "leeway"
"""The source of facts that we make while handling another one."""


class _Loads(dict[str, int]):
    """How much everybody has to do, noticing whether a decision looked: only beside those that did it is written down.

    It is watched rather than guessed from the events, because a look may leave no name behind (whoever has the case
    already was found the best), and a decision must be made again from exactly what it saw. The numbers themselves
    stay in ``under``: copying them for every fact would cost more than the look.
    """

    def __init__(self, under: dict[str, int]) -> None:
        super().__init__()
        self.under = under
        self.looked = False

    def get(self, name: str, default: int = 0) -> int:  # type: ignore[override]
        self.looked = True
        return self.under.get(name, default)


Decide = Callable[[World, Known, Case, Fact], Decision]


@dataclass(frozen=True, slots=True)
class Done:
    """The fact is in the log (``fact``, 0 for a tick that changed nothing) and led to these kinds of events.

    ``duplicate``: it was there already, from an earlier delivery. ``case`` is where it went and ``version``
    that case's version now (for a duplicate 0).
    """

    case: int
    fact: int
    events: tuple[str, ...]
    version: int = 0
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was recorded; the refusal says why."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing was recorded: a mistake of ours, in the server's log with its traceback."""

    error: Exception


Answer = Done | Refused | Failed


def handle_group(
    items: Sequence[Item], *, books: Books, world: World, now: datetime, decide: Decide = decided
) -> tuple[Answer, ...]:
    """Handles the facts in order and writes everything down; the caller commits.

    The answers are in the order of the items. Only ``StoreTrouble`` is raised: then nothing was written,
    and the whole group may be handled again.
    """
    books.look_up(items)
    desk = _Desk(world, now, decide)
    draft = Draft(books)
    outcomes = [desk.handle(item, draft) for item in items]
    books.write(draft.changes)
    return tuple(_answer(outcome, draft) for outcome in outcomes)


@dataclass(frozen=True, slots=True)
class _Twice:
    """The same fact a second time within one group; the first has no number yet."""

    first: Entry


Outcome = Entry | Recorded | Refused | Failed | Done | _Twice


def _answer(outcome: Outcome, draft: Draft) -> Answer:
    """What to tell the caller; only after writing do entries have their numbers."""
    match outcome:
        case _Twice(first=entry) | (Entry() as entry):
            kinds = tuple(str(event.__struct_config__.tag) for event in entry.events)
            case = draft.current(entry.case)
            return Done(case.id, entry.number, kinds, case.version, duplicate=outcome is not entry)
        case Recorded():
            return Done(outcome.case, outcome.fact, outcome.events, duplicate=True)
        case _:
            return outcome


@dataclass(frozen=True, slots=True)
class _Desk:
    """What stays the same for all facts of one group."""

    world: World
    now: datetime
    decide: Decide

    def handle(self, item: Item, group: Draft) -> Outcome:
        """One fact, on a draft of its own that the group takes in when all went well."""
        earlier = group.recorded((item.fact.source, item.fact.id))
        if earlier is not None:
            return _Twice(earlier) if isinstance(earlier, Entry) else earlier
        draft = group.above()
        try:
            outcome = self._handle(item, draft)
        except StoreTrouble:
            raise  # not this fact's fault, and nothing can be written now
        except Refusal as refusal:
            return Refused(refusal)
        except OverflowError:
            return Refused(
                Refusal("A time in this fact is too far away to reckon with.", field="at", code="too_far")
            )
        except Exception as error:  # whatever it is: it must not take the group with it
            log.exception("fact %s:%s failed", item.fact.source, item.fact.id)
            return Failed(error)
        group.take_in(draft)
        return outcome

    def _handle(self, item: Item, draft: Draft) -> Outcome:
        match item.fact:
            case MergedInto():
                return self._merge(item, item.fact, draft)
            case SplitOff(new_case=0):
                return self._split(item, item.fact, draft)
            case fact:
                return self._decided(item, which_case.find(fact, draft), draft)

    def _decided(self, item: Item, before: Case, draft: Draft) -> Outcome:
        """The fact in its case; and the joining of an older case, if that is what it turned out to be
        about.
        """
        entry = self._record(item, before, draft)
        if entry is None:
            return Done(before.id, 0, (), before.version)
        if item.fact.interaction is not None:
            interaction = (item.fact.source, item.fact.interaction)
            if draft.case_of(interaction) is None:
                draft.belongs(interaction, before.id)
        self._join(item, before, draft)
        return entry

    def _record(self, item: Item, before: Case, draft: Draft) -> Entry | None:
        """Decides, and puts fact and events on the draft. None for a tick that changed nothing: that is no
        news.
        """
        now = decided_at(item, self.now)
        fact = as_decided(item.fact, now)
        introduction = which_case.introduction(fact)
        introduced = None if introduction is None else draft.introduce(introduction)
        name = before.customer or (introduced.id if introduced else "")
        customer = introduced if introduced and introduced.id == name else None
        loads = _Loads(draft.loads())
        known = Known(
            now=now,
            policy=self.world.policy.version,
            roster=self.world.roster.version,
            customer=customer or (draft.customer(name) if name else None),
            load=loads,
            quiet=item.quiet,
        )
        if windows := asked_about(self.world, known, before, fact):
            known = with_(known, spent=draft.spent(windows, now))
        events, after = self.decide(self.world, known, before, fact)
        if not events and isinstance(fact, ClockTicked):
            return None
        known = with_(known, load=dict(loads.under) if loads.looked else {})
        entry = Entry(
            case=before.id,
            fact=item.fact,
            at=fact.at,
            skewed=skewed(item.fact, now),
            known=known,
            policy_version=after.policy_version or self.world.policy.version,
            version=before.version,
            events=events,
        )
        draft.enter(entry, before, after)
        self._remember(after, events, draft)
        return entry

    def _remember(self, case: Case, events: tuple[AnyEvent, ...], draft: Draft) -> None:
        """Our history with the customer goes on."""
        if not any(isinstance(event, customers.CHANGES_HISTORY) for event in events):
            return
        before = draft.customer(case.customer) if case.customer else None
        if before is None:
            return
        known = before
        for event in events:
            known = customers.after(known, event)
        if known is not before:
            draft.changes.customers[known.id] = known

    # --- cases that turn out to be one, or two

    def _join(self, item: Item, before: Case, draft: Draft) -> None:
        """A young case whose matter we just learnt joins the older case that is about it, if there is one."""
        young = draft.case(before.id)
        if not which_case.may_join(before, young):
            return
        now = decided_at(item, self.now)
        policy = self.world.policy_for(young.policy_version)
        older = which_case.older_case_of_same_matter(young, policy, now, draft)
        if older is not None:
            left = MergedInto(
                id=f"merge:{young.id}:{older.id}", source=OURSELVES, at=now, case=young.id, into=older.id
            )
            self._merge(replace(item, fact=left), left, draft)

    def _merge(self, item: Item, left: MergedInto, draft: Draft) -> Entry:
        """Both halves of a merge: the case leaves, its story arrives. Raises ``CannotMerge`` and
        ``UnknownCase``.
        """
        leaving, taking = draft.case(left.case or 0), draft.current(left.into)
        if leaving.merged_into is not None:
            raise CannotMerge(f"Case {leaving.id} went on in case {leaving.merged_into} already.")
        if leaving.id == taking.id:
            raise CannotMerge("A case cannot go on in itself.")
        if leaving.customer != taking.customer:
            raise CannotMerge("These are two customers' cases: one of them would read the other's story.")
        entry = self._record(item, leaving, draft)
        if entry is None or draft.case(leaving.id).merged_into is None:
            raise CannotMerge(f"Case {leaving.id} cannot go on in case {taking.id}.")
        arrived = MergedFrom(
            id=f"{left.id}:story",
            source=left.source,
            at=left.at,
            case=taking.id,
            by=left.by,
            other=leaving.id,
            story=story_of(leaving),
        )
        self._record(replace(item, fact=arrived), taking, draft)
        draft.changes.merged[leaving.id] = taking.id
        return entry

    def _split(self, item: Item, fact: SplitOff, draft: Draft) -> Outcome:
        """Opens a case for the second matter, then notes in the first where it went."""
        if fact.case is None:
            return self._decided(item, which_case.find(fact, draft), draft)
        first = draft.current(fact.case)
        second = draft.open_case()
        opened = InteractionOpened(
            id=f"{fact.id}:opened",
            source=fact.source,
            at=fact.at,
            case=second.id,
            by=fact.by,
            customer=CustomerRef(first.customer),
            channel=first.channel,
            subject=fact.what,
            product=first.product,
            brand=first.brand,
        )
        self._record(replace(item, fact=opened), second, draft)
        told = with_(fact, new_case=second.id)
        return self._decided(replace(item, fact=told), first, draft)
