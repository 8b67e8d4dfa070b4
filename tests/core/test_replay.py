"""Whatever happens, in whatever order: the log rebuilds the case, and what must always hold holds after every fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.case import Case
from leeway.core.decide import decide
from leeway.core.evolve import evolve_all
from leeway.core.merging import story_of
from leeway.core.refusals import Refusal
from leeway.core.roster import Absence
from leeway.core.worktime import Calendar
from leeway.core.world import Known
from leeway.testing import MONDAY_NINE, Story, answered, days, does, house, house_policy, said

# --- what may happen --------------------------------------------------------------------------------------------------

PEOPLE = ("ana", "ben", "sam", "tom", "mira", "otto", "nina")
ANYBODY = st.sampled_from(("whoever is asked", "whoever is asked", "the owner", *PEOPLE, "", "a stranger"))
LEVELS = st.sampled_from(("", "agent", "supervisor", "specialist_care", "manager", "mediator", "the moon"))
NUMBERS = st.integers(-1, 3)
APPROVER = st.sampled_from(("whoever decides", "whoever decides", *PEOPLE))
INSTRUMENTS = st.sampled_from(("refund", "credit", "replacement"))
AMOUNTS = st.sampled_from((0, 1_000, 5_000, 25_000, 150_000, 10**9))
WORDS = st.sampled_from(("", "because", "x" * 500))

CUSTOMERS_WORDS = st.sampled_from(
    (
        "Hello, my order 88-2041 has not arrived and I want a refund of €50.",
        "This is unacceptable, I am furious.",
        "Get me your manager!",
        "My lawyer will hear of this.",
        "My father passed away and I cannot pay.",
        "No, that is not what I want.",
        "Yes please.",
        "Thank you, that is perfect.",
        "Hello? Is anybody there?",
        "",
    )
)
OUR_WORDS = st.sampled_from(
    (
        "I am sorry. What is your order number?",
        "So your order has not arrived and you want your money back.",
        "I can offer you a refund of €20.",
        "I will call you back by 14:00.",
        "I will look into it.",
        "",
    )
)
SKEW = st.sampled_from((0, 0, 0, 0, -60, -7_200, -3 * 86_400, 3_600))
"""Seconds by which the source's clock, or a slow delivery, is off."""


Kind = tuple[type[f.Base], dict[str, st.SearchStrategy[Any]]]


def may(kind_of_fact: type[f.Base], **fields: st.SearchStrategy[Any]) -> Kind:
    return kind_of_fact, fields


def any_of(kinds: tuple[Kind, ...]) -> st.SearchStrategy[tuple[type[f.Base], dict[str, Any]]]:
    return st.one_of([st.tuples(st.just(kind), st.fixed_dictionaries(fields)) for kind, fields in kinds])


CONVERSATIONS = st.sampled_from(("chat-1", "chat-2", None))

TALK = (
    may(f.InteractionOpened, interaction=CONVERSATIONS, customer=st.just(f.CustomerRef(id="dana"))),
    may(f.InteractionEnded, interaction=CONVERSATIONS),
    may(
        f.MessageReceived,
        interaction=CONVERSATIONS,
        author=st.just("customer"),
        text=CUSTOMERS_WORDS,
        channel=st.sampled_from(("", "chat", "email")),
    ),
    may(
        f.MessageReceived,
        interaction=CONVERSATIONS,
        author=st.sampled_from(("agent", "agent", "bot")),
        text=OUR_WORDS,
        by=ANYBODY,
        internal=st.booleans(),
    ),
    may(f.HelperJoined, by=ANYBODY),
    may(f.HelperLeft, by=ANYBODY),
    may(f.GuidanceUsed, by=ANYBODY, play=st.just("being_heard.again"), move=st.just("paraphrase")),
    may(f.GuidanceUnhelpful, by=ANYBODY, play=st.just("being_heard.again"), move=st.just("paraphrase")),
    may(
        f.CustomerEvent,
        name=st.sampled_from(("payment_failed", "opened_cancellation_page")),
        customer=st.just(f.CustomerRef(id="dana")),
        ended=st.booleans(),
    ),
)

WORK = (
    may(f.StepTaken, step=st.sampled_from(("restate", "offer", "dance")), note=WORDS, by=ANYBODY),
    may(f.AttemptMade, offer=WORDS, amount=st.sampled_from((None, 0, 5_000)), by=ANYBODY),
    may(
        f.AttemptAnswered,
        answer=st.sampled_from(("accepted", "declined", "unclear")),
        attempt=NUMBERS,
        reason=WORDS,
    ),
    may(
        f.OfferGiven,
        instrument=INSTRUMENTS,
        amount=AMOUNTS,
        by=ANYBODY,
        currency=st.sampled_from(("", "", "USD")),
        due=st.sampled_from((False, False, True)),
        because=st.sampled_from(("", "paid_twice")),
        proof=WORDS,
        approval=st.sampled_from((0, 0, 1, 2)),
    ),
    may(f.OfferTakenBack, offer=NUMBERS, reason=WORDS, by=ANYBODY),
    may(f.FaultJudged, fault=st.sampled_from(("theirs", "unknown", "shared", "ours")), by=ANYBODY, why=WORDS),
    may(
        f.ApprovalAsked,
        instrument=INSTRUMENTS,
        amount=AMOUNTS,
        why=st.sampled_from(("because", "")),
        by=ANYBODY,
        to=LEVELS,
        currency=st.sampled_from(("", "", "USD")),
        due=st.sampled_from((False, False, True)),
        because=st.sampled_from(("", "paid_twice")),
        proof=WORDS,
    ),
    may(
        f.ApprovalGiven,
        approval=NUMBERS,
        by=APPROVER,
        amount=st.sampled_from((None, None, 0, 5_000)),
        worth=st.sampled_from((None, 5_000)),
    ),
    may(f.ApprovalDeclined, approval=NUMBERS, reason=WORDS, by=APPROVER),
    may(f.ApprovalRevoked, approval=NUMBERS, reason=WORDS, by=APPROVER),
    may(f.ApprovalWithdrawn, approval=NUMBERS, reason=WORDS, by=ANYBODY),
    may(
        f.PromiseMade,
        what=WORDS,
        due=st.sampled_from((-3_600, 0, 600, 86_400)),  # seconds from then; made an instant below
        promise=NUMBERS,
        by=ANYBODY,
    ),
    may(f.PromiseKept, promise=NUMBERS, note=WORDS),
    may(f.PromiseReleased, promise=NUMBERS, reason=WORDS),
    may(f.SlotFilled, slot=st.sampled_from(("wants", "matter", "told", "nonsense")), value=WORDS, by=ANYBODY),
    may(
        f.UpdateSent,
        text=WORDS,
        kind=st.sampled_from(("update", "acknowledgement", "final_response", "delay")),
        by=ANYBODY,
    ),
    may(
        f.Paused,
        cause=st.sampled_from(("waiting_for_customer", "waiting_for_third_party", "agreed_with_customer")),
        until=st.sampled_from((None, -3_600, 7_200, 5 * 86_400)),
    ),
    may(f.Resumed, note=WORDS),
)

PASSING_ON = (
    may(
        f.EscalationRequested,
        requested_by=st.sampled_from(("customer", "agent", "supervisor", "api")),
        reason=st.sampled_from(("customer_request", "insufficient_authority", "regulator_or_legal")),
        to=LEVELS,
        override=WORDS,
        by=ANYBODY,
        seen=st.sampled_from((None, 0, 10_000)),
    ),
    may(f.EscalationDeclined, reason=WORDS, by=ANYBODY),
    may(f.Deescalated, reason=WORDS, to=LEVELS, by=ANYBODY),
    may(f.ConsultAsked, question=WORDS, to=LEVELS, by=ANYBODY),
    may(
        f.ConsultAnswered,
        advice=WORDS,
        consult=NUMBERS,
        by=ANYBODY,
        averted=st.sampled_from((None, True, False)),
    ),
    may(f.HandoffAccepted, by=ANYBODY, seen=st.sampled_from((None, 0, 10_000))),
    may(f.HandoffAskedBack, by=ANYBODY, question=WORDS),
    may(f.HandoffAnswered, by=ANYBODY, answer=WORDS),
    may(f.HandoffDeclined, by=ANYBODY, reason=WORDS),
    may(f.HandedOver, to=ANYBODY, by=ANYBODY, reason=WORDS),
    may(f.OwnerUnavailable, person=ANYBODY, why=WORDS),
    may(f.NoticeUndeliverable, notice=WORDS, person=ANYBODY, why=WORDS),
)

ENDING = (
    may(
        f.Resolved,
        how=WORDS,
        by=ANYBODY,
        within_authority=LEVELS,
        final=st.sampled_from((False, False, True)),
    ),
    may(f.Reopened, reason=WORDS),
    may(f.FollowUpAnswered, solved=st.booleans(), text=WORDS),
    may(f.Rated, score=st.integers(1, 5), text=WORDS),
    may(f.MergedFrom, other=st.just(7), story=st.just("another case")),
    may(f.SplitOff, new_case=st.just(9), what=WORDS),
    may(f.PolicyApplied, version=st.sampled_from((0, 1, 99)), by=ANYBODY),
)
LEAVING = (may(f.MergedInto, into=st.just(2)),)

FACTS = st.tuples(any_of((*TALK, *TALK, *WORK, *PASSING_ON, *ENDING)), SKEW)
LAST_FACTS = st.tuples(any_of(LEAVING), SKEW)

WAITS = st.one_of(
    st.just(("at once", 0)),
    st.tuples(st.just("on time"), st.sampled_from((60, 900, 8 * 3_600, 30 * 3_600, 7 * 86_400))),
    st.tuples(st.just("asleep"), st.sampled_from((900, 30 * 3_600, 7 * 86_400, 45 * 86_400))),
)
"""So much time passes before the next thing. ``on time``: the clock is looked at whenever it wants to be. ``asleep``:
once, at the end, because the machine was off."""


LAWYER = "My order 88-2041 is broken and my lawyer will hear of this, I want my €50 back!"
BEGINNINGS: dict[str, tuple[Any, ...]] = {
    "nothing yet": (),
    "a question": (said("My order 88-2041 has not arrived."),),
    "answered": (said("My order 88-2041 has not arrived."), answered("I will call you back by 14:00.")),
    "held": (said("Get me your manager!"),),
    "escalated": (said(LAWYER),),
    "accepted": (said(LAWYER), does(f.HandoffAccepted, by="mira")),
    "paused": (
        said(LAWYER),
        does(f.HandoffAccepted, by="mira"),
        does(f.Paused, cause="waiting_for_customer"),
    ),
    "resolved": (
        said(LAWYER),
        does(f.HandoffAccepted, by="mira"),
        does(f.Resolved, how="money back", by="mira"),
    ),
    "at the top": (said(LAWYER), days(4)),
}


def lives(most: int) -> st.SearchStrategy[tuple[str, list[tuple[Any, Any]]]]:
    """How a case stands, and what happens to it then, with the waits between; some go on in another case."""
    things = st.lists(st.tuples(WAITS, FACTS), min_size=most // 2, max_size=most)
    ends = st.lists(st.tuples(WAITS, st.one_of(LAST_FACTS, FACTS)), max_size=2)
    return st.tuples(
        st.sampled_from(sorted(BEGINNINGS)), st.builds(lambda story, end: [*story, *end], things, ends)
    )


def story_of_another_case() -> dict[str, Any]:
    other = Story()
    other >> said("My order 88-2041 is broken, my lawyer will hear of this.")
    return story_of(other.case)


# --- letting it happen ------------------------------------------------------------------------------------------------


class Watched(Story):
    """A story that is looked at after every fact, and in which nothing but a ``Refusal`` may be raised."""

    def feed(self, fact: f.Fact) -> tuple[e.AnyEvent, ...]:
        before = self.case
        try:
            events = super().feed(fact)
        except Refusal:
            assert self.case is before
            return ()
        look_at(self, before, events)
        return events

    def play(self, life: tuple[str, list[tuple[Any, Any]]]) -> None:
        beginning, things = life
        for act in BEGINNINGS[beginning]:
            act(self)
        for (how, seconds), ((kind, fields), skew) in things:
            if how == "on time":
                self.let_pass(timedelta(seconds=seconds))
            elif how == "asleep":
                self.sleeps(timedelta(seconds=seconds))
            self.feed(self.made(kind, fields, skew))
        self.let_pass(timedelta(days=3))

    def sleeps(self, length: timedelta) -> None:
        self.now += length
        if self.case.version:
            self.tick()
            late = [
                clock.name for clock in self.case.clocks.values() if (clock.wakes_at or self.now) < self.now
            ]
            assert late == [], "due, and a tick has not dealt with it"
            self.tick()
            assert self.out == [], "the same moment decides something twice"

    def made(self, kind: type[f.Base], fields: dict[str, Any], skew: int) -> f.Fact:
        at = self.now + timedelta(seconds=skew)
        who = {
            "whoever is asked": self.case.asked.person if self.case.asked else "",
            "the owner": self.case.owner,
            "whoever decides": next((one.asked_of for one in self.case.approvals if one.open), ""),
        }
        fields = {
            name: who.get(value, value) if isinstance(value, str) else value for name, value in fields.items()
        }
        for name in ("due", "until"):
            if type(fields.get(name)) is int:  # a refund that is due says so with a bool
                fields = fields | {name: at + timedelta(seconds=fields[name])}
        if fields.get("story"):
            fields = fields | {"story": story_of_another_case()}
        return kind(id=self.next_id(), at=at, **fields)  # type: ignore[return-value]


class Unwatched(Story):
    """A story in which facts are decided once and nobody reads along: for long ones."""

    def feed(self, fact: f.Fact) -> tuple[e.AnyEvent, ...]:
        events = decide(self.world, Known(self.now, 1, 1, self.customer), self.case, fact)
        self.case = evolve_all(self.case, events)
        return events


# --- what must always hold --------------------------------------------------------------------------------------------


def look_at(story: Story, before: Case, events: tuple[e.AnyEvent, ...]) -> None:
    for check in CHECKS:
        check(story, before, events)


def version_counts_events(story: Story, before: Case, events: tuple[e.AnyEvent, ...]) -> None:
    assert story.case.version == before.version + len(events)
    assert story.case.version == sum(len(events) for _, _, events in story.log)


def a_live_case_has_one_owner_and_wakes(story: Story, _before: Case, _events: tuple[e.AnyEvent, ...]) -> None:
    if story.case.live:
        assert story.case.owner in PEOPLE
        assert story.case.wake_at is not None


def at_most_one_escalation_is_open(story: Story, _before: Case, _events: tuple[e.AnyEvent, ...]) -> None:
    still_open = [record for record in story.case.escalations if record.open]
    assert len(still_open) <= 1
    assert not still_open or still_open[0] is story.case.escalation
    assert not still_open or story.case.live


def levels_only_rise_except_by_de_escalation(
    story: Story, before: Case, events: tuple[e.AnyEvent, ...]
) -> None:
    here = before.level
    for event in events:
        if isinstance(event, e.Escalated):
            assert height(story, event.level) >= height(story, here)
            here = event.level
        elif isinstance(event, e.CaseDeescalated):
            assert height(story, event.to) < height(story, here)
            here = event.to
    assert story.case.level == here or not before.level


def height(story: Story, name: str) -> tuple[int, bool]:
    if not name:
        return (-1, False)
    level = story.world.policy.level(name)
    return (level.rank, level.kind == "functional")


def a_notice_is_issued_once(story: Story, _before: Case, _events: tuple[e.AnyEvent, ...]) -> None:
    keys = [notice.key for notice in story.told()]
    keys += [item.message.key for item in story.all(e.CustomerInformed)]
    assert [key for key, times in Counter(keys).items() if times > 1] == []


def a_case_that_is_over_is_quiet(story: Story, before: Case, events: tuple[e.AnyEvent, ...]) -> None:
    """A merged case tells nothing at all; a closed one only what is still owed: a promise, a regulator's clock."""
    told = [event.notice for event in events if isinstance(event, e.NoticeIssued)]
    if before.status == "merged":
        assert told == []
    if before.status == story.case.status == "closed":
        about = " ".join(notice.key for notice in told)
        assert all("promise" in notice.key or "unreachable" in notice.key for notice in told), about


def nobody_is_asked_about_a_case_that_is_over(
    story: Story, _before: Case, _events: tuple[e.AnyEvent, ...]
) -> None:
    if not story.case.live:
        assert story.case.asked is None
        assert "accept" not in story.case.clocks


def what_happened_is_not_dated_later_than_now(
    story: Story, _before: Case, events: tuple[e.AnyEvent, ...]
) -> None:
    assert all(event.at <= story.now for event in events)


def nobody_gives_more_than_they_may(story: Story, _before: Case, _events: tuple[e.AnyEvent, ...]) -> None:
    """Whatever was given and not taken back, and whatever is held, stays within the limits of whoever allowed it."""
    most = {"ana": 6_000, "ben": 6_000, "sam": 30_000, "tom": 30_000, "mira": 200_000, "otto": 1_000_000}
    counting = [entry for entry in story.ledger.values() if entry.counts and entry.instrument == "refund"]
    assert all(entry.counted <= most.get(entry.person, 30_000) for entry in counting)
    total = sum(entry.counted for entry in counting)
    assert total <= max((most.get(entry.person, 30_000) for entry in counting), default=0)


def nobody_approves_their_own(story: Story, _before: Case, events: tuple[e.AnyEvent, ...]) -> None:
    for event in events:
        if isinstance(event, e.ApprovalGranted):
            approval = story.case.approval(event.number)
            assert approval is not None
            assert event.by != approval.asked_by
        if isinstance(event, e.OfferRecorded) and event.offer.approval:
            assert event.offer.by != event.offer.person


CHECKS: tuple[Callable[[Story, Case, tuple[e.AnyEvent, ...]], None], ...] = (
    version_counts_events,
    a_live_case_has_one_owner_and_wakes,
    at_most_one_escalation_is_open,
    levels_only_rise_except_by_de_escalation,
    a_notice_is_issued_once,
    a_case_that_is_over_is_quiet,
    nobody_is_asked_about_a_case_that_is_over,
    what_happened_is_not_dated_later_than_now,
    nobody_gives_more_than_they_may,
    nobody_approves_their_own,
)


# --- the plays --------------------------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(lives(most=25))
def test_whatever_happens_to_a_case_holds_together(life):
    Watched().play(life)


@settings(max_examples=40)
@given(lives(most=10))
def test_a_house_where_everybody_is_away_still_has_an_owner_for_every_case(life):
    """All absent until further notice, nobody to stand in: the worst house there is."""
    away = tuple(Absence(name, MONDAY_NINE - timedelta(days=1)) for name in PEOPLE)
    Watched(roster=msgspec.structs.replace(house(), absences=away)).play(life)


@settings(max_examples=40)
@given(lives(most=10))
def test_a_calendar_that_never_opens_stops_no_decision(life):
    """``check`` finds such a calendar; a case that runs already must go on all the same."""
    shut = Calendar(name="office", zone="Europe/Lisbon", week=((),) * 7)
    Watched(roster=msgspec.structs.replace(house(), calendars=(shut,))).play(life)


def test_a_case_of_three_thousand_messages_is_as_small_as_one_of_twenty():
    story = Unwatched()
    for turn in range(1_500):
        story.now += timedelta(minutes=7)
        if story.case.wake_at is not None and story.case.wake_at <= story.now:
            story.tick()
        if turn % 50 == 0:
            story.interaction = f"chat-{turn}"
        story >> said(
            f"My order {88_000 + turn}-A has not arrived, I am furious, I want €{turn} back! #{turn}"
        )
        story >> answered(
            f"I will send you parcel {turn}. I can offer you €{turn} back. What is your number?"
        )
    assert story.case.messages == 3_000
    assert len(msgspec.json.encode(story.case)) < 64 * 1024


def test_every_kind_of_fact_is_tried_here():
    """A new fact is a new way for things to go wrong: it belongs into the lists above."""
    tried = {kind for kind, _ in (*TALK, *WORK, *PASSING_ON, *ENDING, *LEAVING)}
    assert tried | {f.ClockTicked} == set(get_args(f.Fact))


def test_the_policy_of_these_plays_has_a_top():
    """Without one the rule that levels only rise would say little."""
    assert [level.climbs_to for level in house_policy().levels][-1] == ""
