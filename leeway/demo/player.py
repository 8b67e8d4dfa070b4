"""One customer with one matter, and what they and those who look after them do next.

A play (see ``plots``) is a generator: it yields a ``Beat`` and is handed back the case as it is after it. What is done
in a beat is decided only when its time comes, because by then somebody else may have the case.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from leeway.core import facts as f
from leeway.core.case import Case, Promise
from leeway.core.facts import CustomerRef, Fact
from leeway.core.people import name_of
from leeway.core.roster import Roster
from leeway.demo import texts
from leeway.demo.owed import REFUND_TIME, REFUND_WORDS, SAYS_THE_TIME, Turn, amounts

SOURCE = "demo"
CHANNELS = ("chat",) * 5 + ("email",) * 4 + ("web_form",)
SPANISH_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


class Moment(NamedTuple):
    """When a beat is done: the case as it is (None before its first message), the time, and who of ours acts."""

    case: Case | None
    at: datetime
    who: str


Whose = Callable[[Case], str]


def owner(case: Case) -> str:
    return case.owner


def asked(case: Case) -> str:
    return case.asked.person if case.asked else ""


def consulted(case: Case) -> str:
    waiting = [item for item in case.consults if item.answered_at is None]
    return waiting[-1].asked_of if waiting else ""


def open_promises(case: Case | None) -> list[Promise]:
    """Those that can still be kept, the most urgent first."""
    promises = case.promises if case else ()
    waiting = [one for one in promises if one.state in ("found", "pending", "approaching")]
    return sorted(waiting, key=lambda one: (one.due is None, one.due, one.number))


def _never(case: Case, since: datetime) -> bool:
    del case, since
    return False


@dataclass(frozen=True)
class Beat:
    """``act`` gives the fact, or None to let it be. ``whose`` says who of ours has to act. ``over`` says that somebody
    else has done it meanwhile.
    """

    after: timedelta
    act: Callable[[Moment], Fact | None]
    whose: Whose | None = None
    over: Callable[[Case, datetime], bool] = _never
    spoken: bool = False


Play = Generator[Beat, Case, None]


class Player:
    """What a play is played with. ``lively``: in the running demo, where an hour's wait lasts half a minute (less at a
    higher ``speed``). ``agent`` answers first, and so has the case.
    """

    def __init__(
        self,
        name: str,
        customer: CustomerRef,
        rng: Random,
        *,
        roster: Roster,
        zone: str,
        lively: bool = False,
        speed: float = 1.0,
        agent: str = "",
        matter: texts.Matter | None = None,
    ) -> None:
        self.name = name
        self.customer = customer
        self.rng = rng
        self.roster = roster
        self.zone = ZoneInfo(zone)
        self.lively = lively
        self.speed = speed
        self.agent = agent
        self.case: int | None = None
        self.language = customer.language if customer.language in ("en", "es") else "en"
        self.matter = matter or rng.choice(texts.matters(self.language))
        self.sayings = texts.sayings(self.language)
        self.channel = rng.choice(CHANNELS)
        self.contact = 1
        self._fresh_contact = True
        self._facts = 0
        self._said: set[str] = set()
        self.amount = self.rng.randrange(14_00, 240_00, 10)
        """What the matter is about, in cents."""
        self._about = self._details()

    # --- how long it takes

    def wait(self, low: float, high: float) -> timedelta:
        """Minutes; some seconds when lively."""
        if self.lively:
            return timedelta(seconds=self.rng.uniform(12, 40) / self.speed)
        return timedelta(minutes=self.rng.uniform(low, high))

    def days(self, low: float, high: float) -> timedelta:
        """Days are days, lively or not."""
        return timedelta(days=self.rng.uniform(low, high))

    # --- the customer

    def says(self, text: str, after: timedelta) -> Beat:
        """The customer writes it as people type."""
        return self.writes(texts.as_typed(text, self.rng), after)

    def writes(self, written: str, after: timedelta) -> Beat:
        """The customer writes exactly this."""

        def act(moment: Moment) -> Fact:
            first, self._fresh_contact = self._fresh_contact, False
            return f.MessageReceived(
                **self.base(moment),
                interaction=self.interaction,
                author="customer",
                text=written.replace("{agent}", self._first_name(moment.case.owner) if moment.case else ""),
                customer=self.customer,
                channel=self.channel,
                product=self.matter.product,
                subject=self._subject() if first else "",
            )

        return Beat(after, act, spoken=True)

    def does(self, event: str, after: timedelta) -> Beat:
        """Something that is not a message: opened the cancellation page, say."""
        return Beat(after, lambda m: f.CustomerEvent(**self.base(m), name=event, customer=self.customer))

    def asks_to_go_higher(self, to: str, after: timedelta) -> Beat:
        return Beat(
            after,
            lambda m: f.EscalationRequested(
                **self.base(m), case=self.case, requested_by="customer", reason="customer_request", to=to
            ),
        )

    def follow_up(self, after: timedelta, *, solved: bool) -> Beat:
        text = self.pick("customer", "still_yes" if solved else "still_no")
        return Beat(
            after,
            lambda m: f.FollowUpAnswered(**self.base(m), case=self.case, solved=solved, text=text),
        )

    def rates(self, score: int, after: timedelta) -> Beat:
        text = self.pick("customer", "fine" if score > 3 else "poor").replace("{agent}", "").strip()
        return Beat(after, lambda m: f.Rated(**self.base(m), case=self.case, score=score, text=text))

    # --- our people

    def answers(self, text: str | Callable[[Case], str], after: timedelta) -> Beat:
        """The owner writes to the customer, unless somebody has answered since. A text may depend on the case then."""

        def act(moment: Moment) -> Fact:
            said = text if isinstance(text, str) else text(moment.case) if moment.case else ""
            words = said.replace("{me}", self._first_name(moment.who))
            words = words.replace("{when}", self._a_time_soon(moment.at))
            return f.MessageReceived(
                **self.base(moment),
                interaction=self.interaction,
                author="agent",
                by=moment.who,
                text=words,
                channel=self.channel,
            )

        return Beat(after, act, whose=self._who_answers, over=_answered_since, spoken=True)

    def _who_answers(self, case: Case) -> str:
        return self.agent if self.agent and case.first_response_at is None else case.owner

    def presses(
        self,
        kind: type[Fact],
        after: timedelta,
        *,
        whose: Whose | None = owner,
        over: Callable[[Case, datetime], bool] = _never,
        **fields: Any,
    ) -> Beat:
        """One of ours presses a button."""

        def act(moment: Moment) -> Fact:
            return kind(**self.base(moment), case=self.case, by=moment.who, **fields)

        return Beat(after, act, whose=whose, over=over)

    def accepts(self, after: timedelta) -> Beat:
        return self.presses(f.HandoffAccepted, after, whose=asked, over=lambda case, _: case.asked is None)

    def resolves(self, after: timedelta) -> Beat:
        return self.resolves_with(self.fill(self.rng.choice(self.matter.how)), after)

    def resolves_with(self, how: str, after: timedelta) -> Beat:
        return self.presses(f.Resolved, after, over=lambda case, _: not case.live, how=how)

    def promises(self, what: str, after: timedelta, *, hours: float) -> Beat:
        """One of ours enters a promise that is due so many hours later."""

        def act(moment: Moment) -> Fact:
            due = moment.at + timedelta(hours=hours)
            return f.PromiseMade(**self.base(moment), case=self.case, by=moment.who, what=what, due=due)

        return Beat(after, act, whose=owner)

    def keeps_promise(self, after: timedelta) -> Beat:
        """The open promise that is due first is kept; one without a time after those."""

        def act(moment: Moment) -> Fact | None:
            due = open_promises(moment.case)
            if not due:
                return None
            return f.PromiseKept(**self.base(moment), case=self.case, by=moment.who, promise=due[0].number)

        return Beat(after, act, whose=owner)

    def rests(self, after: timedelta) -> Beat:
        """Nothing happens."""
        return Beat(after, lambda _: None)

    # --- words

    def opening(self, *, with_order: bool = False) -> str:
        line = self.fresh(self.matter.open)
        if with_order and "{order}" not in line:
            line += " Pedido {order}." if self.language == "es" else " Order {order}."
        return self.fill(line)

    def more(self) -> str:
        return self.fill(self.fresh(self.matter.more))

    def push(self) -> str:
        return self.fill(self.fresh(self.matter.push))

    def says_back(self) -> str:
        """The agent says it back in their words; more often than not in a way that shows it."""
        text = self.fill(self.fresh(self.matter.back))
        if self.language == "en" and text.startswith("So ") and self.rng.random() < 0.6:
            text = f"If I understand you right, {text[3:]}"
        return text

    def pick(self, who: str, what: str, **blanks: str) -> str:
        """A line of the sayings that has not been said in this play yet, if there is one."""
        pool: tuple[str, ...] = getattr(self.sayings, who)[what]
        return self.fill(self.fresh(pool), **blanks)

    def pick_en(self, who: str, what: str) -> str:
        """What colleagues say to each other, in the house's own language."""
        pool: tuple[str, ...] = getattr(texts.sayings("en"), who)[what]
        return self.fresh(pool)

    def offer(self, turn: Turn) -> str:
        """An offer within the room of whoever makes it; with the time a refund takes, unless somebody forgets it."""
        line = self.fresh(self.sayings.offers[turn])
        low, high = amounts(self.matter.name, self.customer.tier, turn, line)
        text = self.fill(line, give=self.money(self.rng.randrange(low, high + 1) * 100))
        return text + self.refund_time(text)

    def refund_time(self, text: str) -> str:
        named = any(word in text for word in REFUND_WORDS[self.language])
        return REFUND_TIME[self.language] if named and self.rng.random() < SAYS_THE_TIME else ""

    def fresh(self, pool: tuple[str, ...]) -> str:
        unsaid = [line for line in pool if line not in self._said] or list(pool)
        line = self.rng.choice(unsaid)
        self._said.add(line)
        return line

    def fill(self, line: str, **blanks: str) -> str:
        for name, value in {**self._about, **blanks}.items():
            line = line.replace(f"{{{name}}}", value)
        return texts.capitalised(line) if line[:1].isalpha() and self.rng.random() < 0.9 else line

    def new_contact(self) -> None:
        """The customer comes back another day, in a conversation of its own."""
        self.contact += 1
        self._fresh_contact = True
        self.channel = self.rng.choice(CHANNELS)

    @property
    def order(self) -> str:
        return self._about["order"]

    @property
    def interaction(self) -> str:
        return f"{self.name}.{self.contact}"

    def _subject(self) -> str:
        return f"{texts.capitalised(self.matter.name.replace('_', ' '))}, order {self._about['order']}"

    def _details(self) -> dict[str, str]:
        """What fills the blanks of this matter; the same from the first message to the last."""
        rng = self.rng
        weekday = rng.randrange(7)
        days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
        number = rng.randrange(1, 29)
        ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(number, "th")
        return {
            "first": self.customer.name.partition(" ")[0],
            "order": str(rng.randrange(40_000, 99_999)),
            "item": rng.choice(self.matter.items),
            "amount": self.money(self.amount),
            "day": SPANISH_DAYS[weekday] if self.language == "es" else days[weekday],
            "date": f"día {number}" if self.language == "es" else f"{number}{ending}",
            "town": rng.choice(texts.sayings("en").towns),
            "n": str(rng.randrange(3, 12)),
        }

    def money(self, cents: int) -> str:
        whole, part = divmod(cents, 100)
        figure = str(whole) if part == 0 else f"{whole}.{part:02}"
        return f"{figure} €" if self.language == "es" else f"€{figure}"

    def _a_time_soon(self, at: datetime) -> str:
        """A time of day a little ahead, as people say it; a round one when there is time for that."""
        ahead = timedelta(minutes=4 if self.lively else self.rng.choice((110, 125, 180)))
        there = (at + ahead).astimezone(self.zone)
        if not self.lively:
            there = there.replace(minute=there.minute // 30 * 30)
        return f"{there:%H:%M}"

    def _first_name(self, person: str) -> str:
        return name_of(self.roster, person).partition(" ")[0]

    def base(self, moment: Moment) -> dict[str, Any]:
        """What every fact of this play has."""
        self._facts += 1
        return {"id": f"{self.name}-{self._facts}", "at": moment.at, "source": SOURCE}


def _answered_since(case: Case, since: datetime) -> bool:
    return case.last_answer_at is not None and case.last_answer_at > since
