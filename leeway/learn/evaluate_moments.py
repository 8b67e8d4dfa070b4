"""How often guidance finds the right move, and how often it keeps quiet: the work behind ``leeway evaluate moments``.

The input has one moment a line; the case is made by replaying its turns through the production ``decide``::

    {"turns": [{"from": "customer", "text": "..."}], "attempts": [{"offer": "...", "answer": "declined"}],
     "level": "agent", "best": ["acknowledge"], "bad": ["ask"], "calm": false}
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from leeway.core import facts as f
from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.core.decide import decided
from leeway.core.guidance import Spoken, Suggestion, View, Wording, guide
from leeway.core.playbooks import MOVES, Move
from leeway.core.world import Known, World
from leeway.learn.evaluate_cues import BadLine

START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
"""A Tuesday at ten, when the sample house is open."""
A_TURN = timedelta(minutes=1)
TOP = 2
MOST_TURNS = 200


class Said(msgspec.Struct, frozen=True, rename={"author": "from"}):
    author: Literal["customer", "agent", "bot"]
    text: str


class Tried(msgspec.Struct, frozen=True):
    offer: str
    answer: Literal["", "accepted", "declined", "unclear"] = ""


class Annotated(msgspec.Struct, frozen=True):
    """One moment: what was said and tried, at which level, and which moves a good colleague would make or not."""

    turns: tuple[Said, ...]
    attempts: tuple[Tried, ...] = ()
    level: str = "agent"
    best: tuple[Move, ...] = ()
    bad: tuple[Move, ...] = ()
    calm: bool = False


class Shown(msgspec.Struct, frozen=True):
    move: Move
    text: str
    why: str


class ShownLine(msgspec.Struct, frozen=True):
    """What guidance showed at one moment, the best first; empty where silence is best."""

    moves: tuple[Shown, ...]


class MoveFigures(msgspec.Struct, frozen=True):
    """Of the moments where the move was among the expected ones: how often it, or another expected one, led."""

    expected: int
    shown_in_top_two: int
    shown: int
    shown_though_bad: int


class MomentsReport(msgspec.Struct, frozen=True):
    """``expected_in_top_two`` is over the moments that are not calm: at least one of ``best`` is among the first two
    suggestions (or there is silence, where ``say_nothing`` is one of ``best``). ``bad_shown`` is over the moments that
    name bad moves: any of them is shown at all. ``silent_when_calm`` is over the calm ones.
    """

    moments: int
    expected_in_top_two: float | None
    bad_shown: float | None
    calm: int
    silent_when_calm: float | None
    suggestions_a_moment: float
    milliseconds_each: float
    by_move: dict[str, MoveFigures]


_line_decoder = msgspec.json.Decoder(Annotated)
_EXPECTED = '{"turns": [{"from": "customer", "text": "..."}], "best": ["acknowledge"], "calm": false}'


def read_line(line: bytes, file: str, number: int, levels: Iterable[str]) -> Annotated:
    """One line of the input, checked. Raises ``BadLine``."""
    try:
        moment = _line_decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise BadLine(file, number, f"{_EXPECTED} ({trouble})") from None
    if not 1 <= len(moment.turns) <= MOST_TURNS:
        raise BadLine(file, number, f"1 to {MOST_TURNS} turns ({len(moment.turns)} found)")
    if any(not turn.text.strip() for turn in moment.turns):
        raise BadLine(file, number, "a text in every turn")
    known = sorted(levels)
    if moment.level not in known:
        raise BadLine(file, number, f"a level of {', '.join(known)} ({moment.level!r} found)")
    return moment


class House:
    """The world moments are played in: policy, people and languages of an installation, and its playbooks."""

    def __init__(self, world: World, playbooks: Callable[[str], Wording]) -> None:
        self.world = world
        self.playbooks = playbooks

    def level(self, name: str) -> str:
        """The level of the policy this name stands for: its own name, or the word for its rung."""
        policy = self.world.policy
        if name in {level.name for level in (*policy.levels, *policy.desks)}:
            return name
        rung = RUNGS.get(name, 0)
        return policy.levels[min(rung, len(policy.levels) - 1)].name

    def levels(self) -> frozenset[str]:
        policy = self.world.policy
        return frozenset({level.name for level in (*policy.levels, *policy.desks)} | RUNGS.keys())


RUNGS = {"agent": 0, "supervisor": 1, "specialist": 1, "manager": 2, "mediator": 3}
"""The usual words for rungs, for a policy that calls its own differently."""


def shown_at(house: House, moment: Annotated) -> tuple[Suggestion, ...]:
    """What guidance shows at the end of these turns."""
    return guide(view_at(house, moment))


def view_at(house: House, moment: Annotated) -> View:
    """What guidance looks at, at the end of these turns."""
    play = _Play(house, moment)
    play.run()
    language = house.world.languages.get(play.case.language) or house.world.languages[play.guessed]
    return View(
        play.case,
        tuple(play.turns),
        house.world.policy_for(play.case.policy_version),
        language,
        house.playbooks(language.name),
        play.now,
        play.customer,
    )


class _Play:
    """One moment, played through the production ``decide`` turn by turn."""

    def __init__(self, house: House, moment: Annotated) -> None:
        self.house, self.moment = house, moment
        self.case = Case(id=1)
        self.customer = Customer(id="somebody")
        self.now = START
        self.turns: list[Spoken] = []
        self.count = 0
        words = " ".join(turn.text for turn in moment.turns if turn.author == "customer")
        self.guessed = house.world.guess_language(words)

    def run(self) -> None:
        self._at_its_level()
        last = len(self.moment.turns) - 1
        for number, turn in enumerate(self.moment.turns):
            if number == last:
                self._attempts_nobody_wrote_of()
            self._said(turn)
        self._answers()

    def _at_its_level(self) -> None:
        level = self.house.level(self.moment.level)
        if level == self.house.world.policy.levels[0].name:
            return
        self._feed(f.InteractionOpened, customer=f.CustomerRef(id=self.customer.id), interaction="moment")
        self._feed(
            f.EscalationRequested,
            requested_by="supervisor",
            to=level,
            override="the moment begins here",
            by="sam",
        )
        asked = self.case.asked
        if asked is not None:
            self._feed(f.HandoffAccepted, by=asked.person)

    def _said(self, turn: Said) -> None:
        self.now += A_TURN
        by = self.case.owner if turn.author == "agent" else ""
        fact = self._fact(f.MessageReceived, author=turn.author, text=turn.text, by=by, interaction="moment")
        self._decide(fact)
        self.turns.append(Spoken(fact.id, turn.author, turn.text, self.now))

    def _attempts_nobody_wrote_of(self) -> None:
        """What was tried without a word of it in the turns is entered as a colleague would, before the last turn."""
        read = [attempt.offer for attempt in self.case.attempts]
        for tried in self.moment.attempts[: max(0, len(self.moment.attempts) - len(read))]:
            self._feed(f.AttemptMade, offer=tried.offer, by=self.case.owner)

    def _answers(self) -> None:
        """The annotated answer counts, where the words of the turns said nothing or something else."""
        listed = len(self.moment.attempts)
        known = self.case.attempts[-listed:] if listed else ()
        for attempt, tried in zip(known, self.moment.attempts, strict=False):
            if tried.answer and attempt.answer != tried.answer:
                self._feed(f.AttemptAnswered, answer=tried.answer, attempt=attempt.number)

    def _feed(self, kind: type[f.Base], **fields: object) -> None:
        self._decide(self._fact(kind, **fields))

    def _fact(self, kind: type[f.Base], **fields: object) -> f.Fact:
        self.count += 1
        if "interaction" not in fields:
            fields["case"] = self.case.id
        return kind(id=f"t{self.count}", at=self.now, **fields)  # type: ignore[arg-type,return-value]

    def _decide(self, fact: f.Fact) -> None:
        known = Known(self.now, customer=self.customer)
        self.case = decided(self.house.world, known, self.case, fact).case


def evaluate(
    lines: Iterable[bytes],
    house: House,
    *,
    file: str = "input",
    write: Callable[[bytes], object] | None = None,
) -> MomentsReport:
    """Every moment played and compared. Raises ``BadLine`` at the first line that is not as expected."""
    tally = _Tally()
    encoder = msgspec.json.Encoder()
    for moment in _moments(lines, file, house):
        started = time.process_time()
        suggestions = shown_at(house, moment)
        tally.add(moment, suggestions, time.process_time() - started)
        if write is not None:
            shown = ShownLine(tuple(Shown(one.move, one.text, one.why) for one in suggestions))
            write(encoder.encode(shown) + b"\n")
    return tally.report()


def evaluate_file(path: Path, out: Path | None, house: House) -> MomentsReport:
    """The same over a file; with ``out`` one JSON line a moment is written there. Raises also ``OSError``."""
    with path.open("rb") as lines:
        if out is None:
            return evaluate(lines, house, file=str(path))
        with out.open("wb") as written:
            return evaluate(lines, house, file=str(path), write=written.write)


def _moments(lines: Iterable[bytes], file: str, house: House) -> Iterator[Annotated]:
    levels = house.levels()
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield read_line(line, file, number, levels)


class _Tally:
    def __init__(self) -> None:
        self.moments = self.calm = self.silent = self.led = self.to_lead = self.bad = self.could_be_bad = 0
        self.shown: Counter[str] = Counter()
        self.expected: Counter[str] = Counter()
        self.top: Counter[str] = Counter()
        self.though_bad: Counter[str] = Counter()
        self.seconds = 0.0

    def add(self, moment: Annotated, suggestions: tuple[Suggestion, ...], seconds: float) -> None:
        moves = [one.move for one in suggestions]
        top = set(moves[:TOP]) or {"say_nothing"}
        self.moments += 1
        self.seconds += seconds
        self.shown.update(moves)
        self.calm += moment.calm
        self.silent += moment.calm and not moves
        if not moment.calm and moment.best:
            self.to_lead += 1
            self.led += bool(top.intersection(moment.best))
        if moment.bad:
            self.could_be_bad += 1
            self.bad += bool((set(moves) or {"say_nothing"}).intersection(moment.bad))
        self.expected.update(moment.best)
        self.top.update(top.intersection(moment.best))
        self.though_bad.update(set(moves).intersection(moment.bad))

    def report(self) -> MomentsReport:
        return MomentsReport(
            moments=self.moments,
            expected_in_top_two=_share(self.led, self.to_lead),
            bad_shown=_share(self.bad, self.could_be_bad),
            calm=self.calm,
            silent_when_calm=_share(self.silent, self.calm),
            suggestions_a_moment=round(self.shown.total() / self.moments, 3) if self.moments else 0.0,
            milliseconds_each=round(self.seconds * 1000 / self.moments, 2) if self.moments else 0.0,
            by_move={
                move: MoveFigures(
                    self.expected[move], self.top[move], self.shown[move], self.though_bad[move]
                )
                for move in MOVES
            },
        )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
