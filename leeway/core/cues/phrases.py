"""Find every phrase of a pack in one walk over the words.

The phrases become one automaton over words. Its deterministic form is worked out on demand and remembered,
the way RE2 does it: ordinary messages soon walk along known paths at the price of a dictionary look-up a word,
and a pack of a thousand phrases costs no more than one of ten. What is remembered never changes a result.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from leeway.core.cues.pattern import GAP_WORDS, Choice, Gap, Sequence, Word
from leeway.core.cues.tokens import NUMBER, OLD_AGE, ORDINAL, PAUSE, SENTENCE_END, UNKNOWN

MOST_REMEMBERED = 20_000
"""States kept. Past it the walk still works and stops remembering, so that no message can fill the memory."""


class Hit(NamedTuple):
    """Phrase number ``phrase`` matches the words from ``start`` up to, but not including, ``end``."""

    phrase: int
    start: int
    end: int


class _State:
    """A set of places inside phrases where the walk may stand."""

    __slots__ = ("after", "complete", "gaps", "places", "steps")

    def __init__(self, places: frozenset[int], complete: tuple[int, ...], gaps: tuple[int, ...]) -> None:
        self.places = places
        self.complete = complete
        self.gaps = gaps
        self.steps: dict[str, set[int]] | None = None
        self.after: dict[str, _State | None] = {}


class PhraseFinder:
    """An automaton for a fixed list of phrases."""

    def __init__(self, phrases: Iterable[Sequence], numbers: Iterable[str], ordinals: Iterable[str]) -> None:
        self._steps: list[dict[str, list[int]]] = []
        self._any: list[int | None] = []
        self._skips: list[list[int]] = []
        self._ends: dict[int, int] = {}
        self._slots = {NUMBER: (NUMBER, OLD_AGE, *numbers), ORDINAL: (ORDINAL, *ordinals)}
        self._states: dict[frozenset[int], _State] = {}
        starts: set[int] = set()
        for number, phrase in enumerate(phrases):
            first = self._place()
            starts.add(first)
            self._ends[self._lay(phrase, first)] = number
        # Words no phrase names all lead the same way; as one symbol they need to be worked out only once.
        self._alphabet = {symbol for steps in self._steps for symbol in steps} | {SENTENCE_END, PAUSE}
        self._matters = [
            bool(steps) or after is not None or place in self._ends
            for place, (steps, after) in enumerate(zip(self._steps, self._any, strict=True))
        ]
        self._first = self._state(self._closure(starts))
        self._fill_first()

    def find(self, symbols: list[str]) -> list[Hit]:
        """Every match of every phrase, at every start and length. A match never crosses a sentence's end."""
        alphabet = self._alphabet
        symbols = [symbol if symbol in alphabet else UNKNOWN for symbol in symbols]
        hits: list[Hit] = []
        first_steps = self._first.after
        for start, symbol in enumerate(symbols):
            state = first_steps.get(symbol)
            if state is not None:
                self._walk(state, symbols, start, hits)
        return hits

    def _walk(self, state: _State, symbols: list[str], start: int, hits: list[Hit]) -> None:
        end = start + 1
        length = len(symbols)
        while True:
            if state.complete:  # rarely, and an empty loop would be the dearest line of this walk
                hits.extend(Hit(phrase, start, end) for phrase in state.complete)
            while end < length and symbols[end] == PAUSE:
                end += 1
            if end >= length:
                return
            symbol = symbols[end]
            following = state.after[symbol] if symbol in state.after else self._step(state, symbol)
            if following is None:
                return
            state = following
            end += 1

    # building

    def _place(self) -> int:
        self._steps.append({})
        self._any.append(None)
        self._skips.append([])
        return len(self._steps) - 1

    def _lay(self, sequence: Sequence, place: int) -> int:
        """Add the path of a sequence from a place; the answer is the place where it ends."""
        for item in sequence:
            if isinstance(item, Word):
                place = self._lay_word(item, place)
            elif isinstance(item, Gap):
                place = self._lay_gap(place)
            else:
                place = self._lay_choice(item, place)
        return place

    def _lay_word(self, word: Word, place: int) -> int:
        after = self._place()
        for symbol in self._slots.get(word.symbol, (word.symbol,)):
            self._steps[place].setdefault(symbol, []).append(after)
        return after

    def _lay_gap(self, place: int) -> int:
        end = self._place()
        for _ in range(GAP_WORDS):
            after = self._place()
            self._skips[place].append(end)
            self._any[place] = after
            place = after
        self._skips[place].append(end)
        return end

    def _lay_choice(self, choice: Choice, place: int) -> int:
        end = self._place()
        for option in choice.options:
            # An own first place keeps a gap at the start of one option out of its neighbours.
            entry = self._place()
            self._skips[place].append(entry)
            self._skips[self._lay(option, entry)].append(end)
        return end

    # walking

    def _closure(self, places: set[int]) -> frozenset[int]:
        """The places reached without a further word; those that are only passed through are left out."""
        reached = set(places)
        waiting = list(places)
        while waiting:
            for place in self._skips[waiting.pop()]:
                if place not in reached:
                    reached.add(place)
                    waiting.append(place)
        return frozenset(place for place in reached if self._matters[place])

    def _state(self, places: frozenset[int]) -> _State:
        state = self._states.get(places)
        if state is None:
            complete = tuple(sorted(self._ends[place] for place in places if place in self._ends))
            gaps = tuple(after for place in places if (after := self._any[place]) is not None)
            state = _State(places, complete, gaps)
            if len(self._states) < MOST_REMEMBERED:
                self._states[places] = state
        return state

    def _fill_first(self) -> None:
        """The first step is taken at every word of every message: work it out beforehand."""
        for symbol, reached in self._steps_from(self._first.places).items():
            self._first.after[symbol] = self._state(self._closure(reached))

    def _steps_from(self, places: frozenset[int]) -> dict[str, set[int]]:
        """Where each word leads from any of these places."""
        by_symbol: dict[str, set[int]] = {}
        for place in places:
            for symbol, following in self._steps[place].items():
                by_symbol.setdefault(symbol, set()).update(following)
        return by_symbol

    def _step(self, state: _State, symbol: str) -> _State | None:
        following = None if symbol == SENTENCE_END else self._following(state, symbol)
        if state.places in self._states:
            state.after[symbol] = following
        return following

    def _following(self, state: _State, symbol: str) -> _State | None:
        reached = set(state.gaps)
        if symbol != UNKNOWN:
            if state.steps is None:
                state.steps = self._steps_from(state.places)
            reached.update(state.steps.get(symbol, ()))
        return self._state(self._closure(reached)) if reached else None
