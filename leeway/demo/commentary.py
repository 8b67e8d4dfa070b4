"""What the visitor reads in the terminal while the demo runs: the story of one case in full, headlines of the rest.

It reads the log, like everything else that wants to know what happened, so what the visitor does is told too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from leeway.core import events as e
from leeway.core.case import Case
from leeway.core.decide.words import packet_text
from leeway.core.handoff import packet
from leeway.core.people import name_of
from leeway.core.policy import Policy
from leeway.core.risk import cue_in_words
from leeway.core.roster import Roster
from leeway.store.rebuild import stored
from leeway.store.writer.driver import Driver

AT_ONCE = 100
LOOK_SECONDS = 0.5
HEADLINES = (
    "alert_raised",
    "escalated",
    "owner_accepted",
    "nobody_there",
    "case_reopened",
    "case_deescalated",
)

Teller = Callable[[Any], str]
_read_event = msgspec.json.Decoder(e.AnyEvent).decode


class Commentary:
    """``follow`` a case to hear all about it. ``run`` reads the log until ``stop``."""

    def __init__(
        self, console: Console, driver: Driver, *, roster: Roster, policy: Policy, zone: str, address: str
    ) -> None:
        self._console = console
        self._driver = driver
        self._roster = roster
        self._policy = policy
        self._zone = ZoneInfo(zone)
        self._address = address
        self._followed: set[str] = set()
        self._cases: set[int] = set()
        self._stopped = threading.Event()
        self._read = self._newest()
        self._tellers = self._all_tellers()

    def follow(self, customer: str) -> None:
        """Tells everything about this customer's cases."""
        self._followed.add(customer)

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            self.tell_news()

    def tell_news(self) -> None:
        rows = self._driver.select(
            "select id, case_id, kind, body from leeway_fact where id > ? order by id limit ?",
            (self._read, AT_ONCE),
        )
        for number, case_number, kind, body in rows:
            self._read = number
            events = [_read_event(text) for text in self._events(number)]
            case = stored(self._driver, case_number)
            if case.customer in self._followed:
                self._in_full(case, kind, msgspec.json.decode(body), events)
            else:
                self._headline(case, events)

    def _newest(self) -> int:
        return int(self._driver.select("select coalesce(max(id), 0) from leeway_fact")[0][0])

    def _events(self, fact: int) -> list[str]:
        rows = self._driver.select("select body from leeway_event where fact_id = ? order by seq", (fact,))
        return [body for (body,) in rows]

    # --- one case in full

    def _in_full(self, case: Case, kind: str, fact: dict[str, Any], events: list[e.AnyEvent]) -> None:
        lines = list(self._lines(case, events))
        heard = self._what_happened(case, kind, fact)
        if not heard and not lines:
            return
        self._console.print()
        if heard:
            self._console.print(heard)
        for line in lines:
            self._console.print(f"   [cyan]·[/] {line}")
        if any(isinstance(event, e.Escalated) for event in events):
            self._show_packet(case)
        clock = case.next_clock
        if clock is not None and clock.due is not None:
            about = clock.kind.replace("_", " ")
            self._console.print(f"   [dim]next clock: {about}, {self._time(clock.due)}[/]")
        if case.id not in self._cases:
            self._cases.add(case.id)
            self._console.print(
                f"   [dim]the same through the API: {self._address}/api/v1/cases/{case.id}[/]"
            )

    def _what_happened(self, case: Case, kind: str, fact: dict[str, Any]) -> str:
        at = self._time(datetime.fromisoformat(fact["at"]))
        who = name_of(self._roster, fact.get("by", "")) or case.customer_name
        match kind:
            case "message" if fact["author"] == "customer":
                return f"[dim]{at}[/] [bold magenta]{case.customer_name}[/]  “{escape(fact['text'])}”"
            case "message":
                return f"[dim]{at}[/] [bold green]{who}[/]  “{escape(fact['text'])}”"
            case "update_sent":
                return f"[dim]{at}[/] [bold green]{who}[/] sends news  “{escape(fact['text'])}”"
            case "clock_ticked":
                return f"[dim]{at}[/] [bold yellow]The clock[/]"
            case _:
                return f"[dim]{at}[/] [bold green]{who}[/]  [italic]{kind.replace('_', ' ')}[/]"

    def _lines(self, case: Case, events: list[e.AnyEvent]) -> Iterator[str]:
        for event in events:
            teller = self._tellers.get(type(event))
            line = teller(event) if teller else ""
            if line:
                yield line
        told = [event.notice for event in events if isinstance(event, e.NoticeIssued)]
        for notice in told:
            people = ", ".join(name_of(self._roster, name) for name in notice.to)
            yield f"told: {people} — {escape(notice.subject)}"
        del case

    def _show_packet(self, case: Case) -> None:
        made = packet(case, self._policy, None, case.last_message_at or datetime.now(self._zone))
        title = f"the packet for C-{case.id}, {'complete' if made.complete else 'not complete'}"
        self._console.print(Panel(escape(packet_text(made)), title=title, border_style="cyan", expand=False))

    def _all_tellers(self) -> dict[type, Teller]:
        name = self._name
        return {
            e.CaseOpened: lambda _: "a case is opened",
            e.OwnerAssigned: lambda x: f"{name(x.person)} is accountable: {x.why}",
            e.MessageRead: self._reading,
            e.RiskJudged: lambda x: f"risk {x.risk:.0%}: {escape('; '.join(x.why[:2])) or 'nothing unusual'}",
            e.AlertRaised: lambda x: f"[bold red]alert[/]: this may escalate ({x.risk:.0%})",
            e.StepRecorded: lambda x: f"ticked off before going up: {x.step}",
            e.AttemptRecorded: lambda x: f"an offer is noted: {escape(x.attempt.offer)}",
            e.AttemptAnswerRecorded: lambda x: f"the customer's answer: {x.answer}",
            e.PromiseRecorded: lambda x: (
                f"a promise was heard: {escape(x.promise.what)}{self._due(x.promise.due)}"
            ),
            e.PromiseSettled: lambda x: f"promise {x.number} is [bold]{x.state}[/] {escape(x.note)}",
            e.RuleDecided: self._rule,
            e.EscalationHeld: self._held,
            e.Escalated: lambda x: f"[bold red]it goes up to {x.level}[/]",
            e.OwnerAsked: lambda x: (
                f"{name(x.person)} is asked to take it; whoever has it stays accountable until they accept"
            ),
            e.OwnerAccepted: lambda x: f"[bold green]{name(x.person)} has it now[/]",
            e.ClockBreached: lambda x: f"ran out: {x.kind.replace('_', ' ')}",
            e.CustomerInformed: lambda x: f"the customer reads: “{escape(x.message.text)}”",
            e.CaseResolved: lambda x: f"[bold green]resolved[/]: {escape(x.how)}",
            e.FollowUpRecorded: lambda x: (
                "followed up: it is solved" if x.solved else "followed up: not solved"
            ),
            e.RatingRecorded: lambda x: f"rated {x.score} of 5",
            e.CaseClosed: lambda x: f"closed: {x.why}",
            e.NobodyThere: lambda x: f"nobody of {x.level} can take it now; the matrix says: {x.plan}",
        }

    def _name(self, person: str) -> str:
        return name_of(self._roster, person)

    def _reading(self, event: e.MessageRead) -> str:
        cues = {cue_in_words(cue.kind): cue.quote for cue in event.cues}
        if not cues:
            return ""
        return "heard: " + ", ".join(f"{kind} (“{escape(quote)}”)" for kind, quote in cues.items())

    def _rule(self, event: e.RuleDecided) -> str:
        seen = ", ".join(f"{column} is {held}" for column, held in event.seen)
        return f"the matrix decides, rule [bold]{event.rule}[/]: to {event.go} ({escape(seen)})"

    def _held(self, event: e.EscalationHeld) -> str:
        owed = ", ".join((*event.untried, *event.missing))
        return f"held for a moment: not tried yet within the agent's own room: {owed}"

    def _due(self, due: datetime | None) -> str:
        return f", by {self._time(due)}; its clock runs" if due else ""

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H:%M:%S}"[:5]

    # --- all others

    def _headline(self, case: Case, events: list[e.AnyEvent]) -> None:
        for event in events:
            kind = str(type(event).__struct_config__.tag)
            broken = isinstance(event, e.PromiseSettled) and event.state == "broken"
            teller = self._tellers.get(type(event))
            if teller and (kind in HEADLINES or broken):
                line = teller(event)
                self._console.print(
                    f"[dim]{self._time(event.at)} C-{case.id} {case.customer_name}: {line}[/]"
                )
