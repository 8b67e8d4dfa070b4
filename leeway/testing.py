"""Tests as small plays: ``Story() >> said("third time!") << "escalated" >> hours(2) << "escalated"``.

Shipped, for plugin authors too. A ``Story`` owns the time, runs the production ``decide`` and ``evolve``, checks after
every fact that the log alone rebuilds the case, and hands over the clock ticks that fall due on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import msgspec

from leeway import languages
from leeway.core import events as e
from leeway.core import facts as f
from leeway.core import ledger
from leeway.core.case import Case
from leeway.core.customer import Customer, after, introduced
from leeway.core.decide import decide
from leeway.core.evolve import evolve, evolve_all
from leeway.core.policy import (
    AuthorityLimit,
    BeforeStep,
    CaseClocks,
    Condition,
    Is,
    Level,
    LevelSteps,
    NobodyThere,
    OneOf,
    Policy,
    Rule,
    Span,
    Step,
    Within,
)
from leeway.core.roster import Contact, Person, Roster, Rota, Shift, Team
from leeway.core.worktime import ALWAYS, Calendar
from leeway.core.world import Known, Language, World

MONDAY_NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Where every story starts unless it says otherwise: a Monday, nine in the morning in Lisbon and UTC."""

OFFICE = Calendar(
    name="office",
    zone="Europe/Lisbon",
    week=(((540, 1080),),) * 5 + ((), ()),
)

EventType = TypeVar("EventType", bound=e.Event)

_EVENTS: msgspec.json.Decoder[e.AnyEvent] = msgspec.json.Decoder(e.AnyEvent)
_CASES = msgspec.json.Decoder(Case)


def person(name: str, team: str, *, manager: str = "", **changes: Any) -> Person:
    """Somebody of the test house, reachable by e-mail, in office hours."""
    standard = Person(
        id=name,
        name=name.title() + " Test",
        capacity=50,
        email=f"{name}@example.org",
        teams=(team,),
        languages=("en",),
        manager=manager,
        contacts=(Contact("email", f"{name}@example.org"),),
    )
    return msgspec.structs.replace(standard, **changes)


def house() -> Roster:
    """A small house: two agents, two supervisors, a manager, an ombudsman, a night desk."""
    return Roster(
        name="house",
        version=1,
        people=(
            person("ana", "frontline", manager="sam"),
            person("ben", "frontline", manager="sam"),
            person("sam", "supervisors", manager="mira"),
            person("tom", "supervisors", manager="mira"),
            person("mira", "managers", manager="otto"),
            person("otto", "ombudsman"),
            person("nina", "night", manager="mira", calendar="always"),
        ),
        teams=(
            Team("frontline", "Front line", calendar="office", lead="sam"),
            Team("supervisors", "Supervisors", calendar="office", lead="mira"),
            Team("managers", "Managers", calendar="office", lead="mira"),
            Team("ombudsman", "Ombudsman", calendar="office", lead="otto"),
            Team("night", "Night desk", calendar="always", lead="nina"),
        ),
        calendars=(OFFICE,),
        rotas=(Rota("night_desk", "Night desk", "UTC", shifts=(Shift("nina", ALWAYS.week),)),),
    )


MINUTE, HOUR, DAY = 60, 3600, 86_400


def house_policy() -> Policy:
    """The matrix of the test house; small enough to keep in mind while reading a story."""
    return Policy(
        name="house",
        version=1,
        close_within=Span(30 * DAY),
        levels=(
            _level(
                "agent", "frontline", 0, "supervisor", accept=5 * MINUTE, resolve=4 * HOUR, update=2 * HOUR
            ),
            _level(
                "supervisor",
                "supervisors",
                1,
                "manager",
                accept=15 * MINUTE,
                resolve=8 * HOUR,
                update=4 * HOUR,
            ),
            _level("manager", "managers", 2, "mediator", accept=HOUR, resolve=24 * HOUR, update=8 * HOUR),
            _level("mediator", "ombudsman", 3, "", accept=8 * HOUR, resolve=160 * HOUR, update=40 * HOUR),
        ),
        desks=(
            Level(
                "specialist_care",
                "team:supervisors",
                Span(15 * MINUTE),
                Span(8 * HOUR, working=True),
                Span(4 * HOUR, working=True),
                kind="functional",
                rank=1,
                climbs_to="manager",
            ),
        ),
        nobody_there=(
            NobodyThere("supervisor", hand_to="rota:night_desk", tell_customer="nobody_there"),
            NobodyThere("manager", wait=True),
        ),
        rules=(
            _rule(
                "legal or regulator",
                "manager",
                "regulator_or_legal",
                cue=("legal_threat", "regulator_threat"),
            ),
            _rule("vulnerable customer", "specialist_care", "vulnerable_customer", cue=("vulnerable",)),
            Rule(
                "third time",
                (Condition("contacts_30d", Within(low=3)), Condition("same_matter", Is(value=True))),
                "supervisor",
                "repeat_incident",
            ),
            Rule(
                "promise broken to a valued customer",
                (Condition("promise", OneOf(("broken",))), Condition("tier", OneOf(("gold", "platinum")))),
                "manager",
                "broken_promise",
            ),
            Rule(
                "asks for a supervisor",
                (Condition("cue", OneOf(("asks_for_supervisor",))),),
                "supervisor",
                "customer_request",
                first=("restate", "offer"),
            ),
        ),
        steps=(
            LevelSteps(
                "supervisor",
                (
                    Step(
                        "tell", Span(10 * MINUTE), who="lead_of:supervisors", by=("email",), if_not="accepted"
                    ),
                    Step("update_customer", Span(DAY), every=Span(DAY)),
                ),
            ),
        ),
        before=(
            BeforeStep("restate", "Say in your own words what the customer told you.", ("restate",)),
            BeforeStep("offer", "Offer one solution within your authority.", ("offer",)),
        ),
        clocks=CaseClocks(
            first_response=Span(HOUR, working=True),
            next_response=Span(2 * HOUR, working=True),
            follow_up=Span(3 * DAY),
            consult=Span(30 * MINUTE),
            approval=Span(30 * MINUTE),
        ),
        authority=(
            AuthorityLimit("agent", "refund", 6_000, "EUR"),
            AuthorityLimit("agent", "credit", 2_000, "EUR", Span(30 * DAY), "customer"),
            AuthorityLimit("supervisor", "refund", 30_000, "EUR"),
            AuthorityLimit("supervisor", "credit", 10_000, "EUR", Span(30 * DAY), "customer"),
            AuthorityLimit("manager", "refund", 200_000, "EUR"),
            AuthorityLimit("manager", "credit", 50_000, "EUR", Span(30 * DAY), "customer"),
            AuthorityLimit("mediator", "refund", 1_000_000, "EUR"),
            AuthorityLimit("mediator", "credit", 200_000, "EUR", Span(30 * DAY), "customer"),
        ),
        customer_messages={
            "escalated": "{owner} is looking after this now. You will hear from {owner_first_name} by {update_due}.",
            "nobody_there": "Nobody is here right now. You will hear from us {next_open}.",
            "follow_up": "Is everything solved?",
            "resolved": "We believe this is solved.",
        },
        zone="Europe/Lisbon",
        default_owner="sam",
    )


def _level(
    name: str, team: str, rank: int, climbs_to: str, *, accept: int, resolve: int, update: int
) -> Level:
    return Level(
        name,
        f"team:{team}",
        Span(accept),
        Span(resolve, working=True),
        Span(update, working=True),
        rank=rank,
        climbs_to=climbs_to,
        climb_after_silent_accepts=2 if name == "supervisor" else 0,
    )


def _rule(name: str, go: str, because: Any, *, cue: tuple[str, ...]) -> Rule:  # noqa: ANN401
    return Rule(name, (Condition("cue", OneOf(cue)),), go, because)


@cache
def reading() -> Mapping[str, Language]:
    """The shipped languages, compiled once."""
    from leeway import wiring  # noqa: PLC0415 - only a story that reads needs the house's languages

    return wiring.languages()


def a_world(policy: Policy | None = None, roster: Roster | None = None) -> World:
    return World(policy or house_policy(), roster or house(), reading(), {}, guess_language=languages.guess)


Act = Callable[["Story"], None]


class Story:
    """One case, played. ``>>`` hands over a fact (or lets time pass), ``<<`` says what must have come out."""

    def __init__(
        self,
        policy: Policy | None = None,
        roster: Roster | None = None,
        *,
        at: datetime = MONDAY_NINE,
        customer: Customer | None = None,
        load: dict[str, int] | None = None,
        quiet: bool = False,
    ) -> None:
        self.world = a_world(policy, roster)
        self.now = at
        self.customer = customer or Customer(id="dana", name="Dana Reyes")
        self.case = Case(id=1)
        self.replayed = self.case
        self.log: list[tuple[Known, f.Fact, tuple[e.AnyEvent, ...]]] = []
        self.out: list[e.AnyEvent] = []
        self.load = load or {}
        self.ledger: dict[str, ledger.Entry] = {}
        self.quiet = quiet
        self.interaction = "chat-1"
        self._count = 0

    def __rshift__(self, act: Act | f.Fact) -> Story:
        if isinstance(act, f.Base):
            self.feed(act)
        else:
            act(self)
        return self

    def __lshift__(self, expected: str | type[e.Event]) -> Story:
        """The next event of this kind must be among what came out; what stands before it is passed over."""
        tag = expected if isinstance(expected, str) else str(expected.__struct_config__.tag)
        kinds = [kind_of(event) for event in self.out]
        assert tag in kinds, f"expected {tag}, came out: {', '.join(kinds) or 'nothing'}"
        del self.out[: kinds.index(tag) + 1]
        return self

    def next_id(self) -> str:
        self._count += 1
        return f"f{self._count}"

    def feed(self, fact: f.Fact) -> tuple[e.AnyEvent, ...]:
        """Hand over one fact at the story's own time, and check that replaying gives the same."""
        if isinstance(fact, f.MessageReceived) and fact.customer:
            self.customer = introduced(self.customer, fact.customer)
        known = Known(self.now, 1, 1, self.customer, self.load, self.quiet)
        before = self.case
        wanted = ledger.asked_about(self.world, known, before, fact)
        spent = ledger.answers(wanted, self.ledger.values(), self.now)
        known = msgspec.structs.replace(known, spent=spent)
        events = decide(self.world, known, before, fact)
        assert events == decide(self.world, known, before, fact), "deciding twice gives two answers"
        self.case = evolve_all(before, events)
        self.ledger = ledger.written(self.ledger, ledger.lines(self.case.id, self.case.customer, events))
        for event in events:
            self.customer = after(self.customer, event)
        self.log.append((known, fact, events))
        self.out = list(events)
        self.replayed = _read_back(self.replayed, events)
        assert self.replayed == self.case, "the log does not rebuild the case"
        return events

    def tick(self) -> None:
        self.feed(f.ClockTicked(id=self.next_id(), at=self.now, case=self.case.id))

    def let_pass(self, length: timedelta) -> None:
        """Time passes; every clock that falls due on the way gets its tick at its own instant."""
        end = self.now + length
        out: list[e.AnyEvent] = []
        while (due := self.case.wake_at) is not None and due <= end:
            self.now = max(self.now, due)
            self.tick()
            out += self.out
        self.now = end
        self.out = out

    # --- what a test asks ---------------------------------------------------------------------------------------------

    def all(self, kind: type[EventType]) -> list[EventType]:
        """Every event of a kind since the story began."""
        return [event for _, _, events in self.log for event in events if isinstance(event, kind)]

    def told(self, kind: str = "") -> list[e.Notice]:
        return [item.notice for item in self.all(e.NoticeIssued) if not kind or item.notice.kind == kind]

    def customer_heard(self, kind: str = "") -> list[str]:
        return [i.message.text for i in self.all(e.CustomerInformed) if not kind or i.message.kind == kind]


def kind_of(event: e.Event) -> str:
    return str(type(event).__struct_config__.tag)


def _read_back(case: Case, events: tuple[e.AnyEvent, ...]) -> Case:
    """The case after these events, events and case having been through JSON as in the store."""
    for event in events:
        case = evolve(case, _EVENTS.decode(msgspec.json.encode(event)))
    return _CASES.decode(msgspec.json.encode(case))


# --- facts, said shortly --------------------------------------------------------------------------------------------


def said(text: str, **more: Any) -> Act:
    """The customer writes."""

    def act(story: Story) -> None:
        fields: dict[str, Any] = {"id": story.next_id(), "at": story.now, "interaction": story.interaction}
        story.feed(f.MessageReceived(author="customer", text=text, **fields | more))

    return act


def answered(text: str = "I am looking at it now.", by: str = "", **more: Any) -> Act:
    """An agent writes; without ``by`` it is the owner."""

    def act(story: Story) -> None:
        fields: dict[str, Any] = {"id": story.next_id(), "at": story.now, "interaction": story.interaction}
        fields |= {"author": "agent", "by": by or story.case.owner}
        story.feed(f.MessageReceived(text=text, **fields | more))

    return act


def comes_back(text: str, days: float = 1) -> Act:
    """Days later, a new contact about the same matter."""

    def act(story: Story) -> None:
        story.let_pass(timedelta(days=days))
        story.interaction = f"chat-{len(story.case.interactions) + 1}"
        said(text)(story)

    return act


def does(kind: type[f.Base], /, **fields: Any) -> Act:
    """A person presses something: ``does(HandoffAccepted, by="sam")``."""

    def act(story: Story) -> None:
        story.feed(kind(id=story.next_id(), at=story.now, case=story.case.id, **fields))  # type: ignore[arg-type]

    return act


def accepts(by: str = "") -> Act:
    """Whoever was asked takes it; ``by`` names somebody else who does."""

    def act(story: Story) -> None:
        asked = story.case.asked
        does(f.HandoffAccepted, by=by or (asked.person if asked else story.case.owner))(story)

    return act


def escalates(by: str = "", *, requested_by: str = "agent", **fields: Any) -> Act:
    """Somebody presses escalate; without ``by`` it is the owner."""

    def act(story: Story) -> None:
        who = "" if requested_by == "customer" else by or story.case.owner
        does(f.EscalationRequested, by=who, requested_by=requested_by, **fields)(story)

    return act


def resolves(how: str = "put right", **fields: Any) -> Act:
    """The owner resolves the case."""
    return lambda story: does(f.Resolved, how=how, by=story.case.owner, **fields)(story)


def until(at: datetime) -> Act:
    """Time passes up to this instant."""
    return lambda story: story.let_pass(at - story.now)


def minutes(count: float) -> Act:
    return lambda story: story.let_pass(timedelta(minutes=count))


def hours(count: float) -> Act:
    return lambda story: story.let_pass(timedelta(hours=count))


def days(count: float) -> Act:
    return lambda story: story.let_pass(timedelta(days=count))
