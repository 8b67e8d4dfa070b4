"""A draft laid out for its readers: sentences, what was found in each, and the matter it belongs to."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from leeway.core.cue import Cue
from leeway.core.cues import read_cues
from leeway.core.drafts.context import DraftContext
from leeway.core.drafts.finding import Finding, FindingKind
from leeway.core.drafts.pack import DraftPack
from leeway.core.reading.prepared import Prepared, prepare

_LEADING_NAME = re.compile(r"[^,\n!.?]{0,30}[,!]\s+")


class Span(NamedTuple):
    start: int
    end: int


class Sheet:
    """One draft being read. Everything is read at most once, and only when somebody asks."""

    def __init__(self, pack: DraftPack, draft: str, context: DraftContext) -> None:
        self.pack, self.draft, self.context = pack, draft, context
        self.data = pack.data
        self.message: Prepared = prepare(draft, pack.phrases, "agent")
        self.fold = self.message.fold
        self._theirs: dict[str, Prepared] = {}
        self._cues: dict[str, tuple[Cue, ...]] = {}

    def theirs(self, text: str) -> Prepared:
        """A customer's message, prepared once for all who ask."""
        if text not in self._theirs:
            self._theirs[text] = prepare(text, self.pack.phrases, "customer")
        return self._theirs[text]

    def cues_of(self, text: str) -> tuple[Cue, ...]:
        """The signs in a customer's message."""
        if text not in self._cues:
            self._cues[text] = read_cues(self.pack.cues, text)
        return self._cues[text]

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """The sentences without the space around them; the salutation in front of the first words is left out."""
        found: list[Span] = []
        before = 0
        for end in self.message.sentence_ends():
            span = self._trimmed(before, end)
            if span is not None:
                found.append(self._without_salutation(span))
            before = end
        return tuple(found)

    @cached_property
    def whole(self) -> Span:
        """The draft without the space around it."""
        return self._trimmed(0, len(self.message.text)) or Span(0, 0)

    def sentence_at(self, at: int) -> int:
        """The number of the sentence around an offset (the nearest before it, between two)."""
        return max(bisect_right([span.start for span in self.sentences], at) - 1, 0)

    @cached_property
    def marks(self) -> dict[str, list[Span]]:
        """Where each mark stands; forward ones that only stand still are taken out."""
        found: defaultdict[str, list[Span]] = defaultdict(list)
        for hit in self.message.others(self.pack.marks):
            found[hit.rule.kind].append(Span(*hit.match.span()))
        return found

    def marked(self, mark: str, number: int) -> bool:
        """Whether a mark stands in the sentence of this number."""
        return any(True for _ in self.marks_in(mark, number))

    def marks_in(self, mark: str, number: int) -> Iterator[Span]:
        if not 0 <= number < len(self.sentences):
            return
        start, end = self.sentences[number]
        yield from (span for span in self.marks.get(mark, ()) if start <= span.start < end)

    @cached_property
    def moves_on(self) -> tuple[bool, ...]:
        """For each sentence, whether it does something, says what happens next, asks or instructs."""
        return tuple(self._moves_on(number) for number in range(len(self.sentences)))

    def _moves_on(self, number: int) -> bool:
        still = list(self.marks_in("standing_still", number))
        forward = [
            span
            for span in self.marks_in("forward", number)
            if not any(span.start < other.end and other.start < span.end for other in still)
        ]
        if forward:
            return True
        start, end = self.sentences[number]
        if any(span.start - start <= 2 for span in self.marks_in("instruction", number)):
            return True
        return self.draft[start:end].rstrip().endswith("?") and not still

    def finding(self, kind: FindingKind, span: Span, suggestion: str, why: str, phrase: str = "") -> Finding:
        start, end = span
        return Finding(
            kind, self.draft[start:end], start, end, suggestion, why, " ".join(phrase.split())[:80]
        )

    def _trimmed(self, start: int, end: int) -> Span | None:
        shown = self.message.text[start:end]
        bare = shown.strip()
        if not any(char.isalnum() for char in bare):
            return None
        start += len(shown) - len(shown.lstrip())
        return Span(start, start + len(bare))

    def _without_salutation(self, span: Span) -> Span:
        """ "Hi Tom, you should have ...": what is judged begins after the name."""
        greeting = self.pack.phrases.listed("greeting")
        match = greeting.match(self.fold, span.start) if greeting else None
        if match is None:
            return span
        name = _LEADING_NAME.match(self.draft, match.end(), span.end)
        return Span(name.end(), span.end) if name and name.end() < span.end else span
