"""Reads a half-sentence of a matrix from left to right and points at the word where it stops making sense."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn, TypeVar

from leeway.core.policy import Span
from leeway.packs import units
from leeway.packs.reader import Node, did_you_mean, quoted
from leeway.packs.targets import A_TARGET, NAME, TARGET, Targets

Made = TypeVar("Made")

WORD_ENDS = r"(?:(?<![A-Za-z0-9_])|(?![A-Za-z0-9_]))"


class Muddled(Exception):
    """The sentence can't be read on; what is wrong has been noted at its place."""


class Sentence:
    """A cursor over one text. ``has`` tries, ``needs`` insists; both step over what they found."""

    def __init__(self, node: Node, *, working_day: int = units.WORKING_DAY) -> None:
        self._node, self._at, self._working_day = node, 0, working_day
        if not node.is_text or not node.raw:
            node.note("a sentence")
            raise Muddled

    def has(self, pattern: str) -> re.Match[str] | None:
        found = re.compile(rf"\s*(?:{pattern}){WORD_ENDS}").match(self._node.raw, self._at)
        if found:
            self._at = found.end()
        return found

    def needs(self, pattern: str, expected: str, *, hint: str = "") -> re.Match[str]:
        return self.has(pattern) or self.stop(expected, hint=hint)

    def looks_like(self, pattern: str) -> bool:
        return re.compile(rf"\s*(?:{pattern})").match(self._node.raw, self._at) is not None

    def end(self) -> None:
        if self._node.raw[self._at :].strip():
            self.stop("the end of the sentence")

    def stop(self, expected: str, *, hint: str = "", found: str = "") -> NoReturn:
        """Note that something else was ``expected`` here; ``found`` is the word that is wrong, else all the rest."""
        rest = self._node.raw[self._at :]
        at = self._at + len(rest) - len(rest.lstrip())
        there = found or rest
        self._node.note(expected, found=quoted(there) if there.strip() else "nothing more", hint=hint, at=at)
        raise Muddled

    # Parts of speech

    def span(self) -> Span:
        hint = f"the units are {units.UNITS}"
        return self._understood(
            units.SPAN,
            lambda text: units.span(text, working_day=self._working_day),
            units.A_LENGTH_OF_TIME,
            hint,
        )

    def money(self, currency: str) -> int:
        expected = f"an amount such as 60 {currency}"
        return self._understood(units.MONEY, lambda text: units.money(text, currency), expected)

    def target(self, targets: Targets) -> str:
        """``owner``, whoever is ``asked``, the owner's manager, a team's lead, or a name from the roster."""
        if self.has(r"manager_of[ :]owner"):
            return "manager_of:owner"
        if self.has("lead_of"):
            return f"lead_of:{self._named('team', targets).removeprefix('team:')}"
        if found := self.has("(owner|asked)"):
            return found[1]
        return self._understood(TARGET, targets.full, A_TARGET)

    def rota(self, targets: Targets) -> str:
        return self._named("rota", targets)

    def target_named(self, target: str, targets: Targets) -> str:
        """The next word stands for ``target``, which the roster has to know."""
        start = self._at
        word = self.needs(f"({NAME})", A_TARGET)[1]
        try:
            return targets.full(target)
        except ValueError:
            self._at = start
            hint = f"here it means {target}, which the roster does not have"
            self.stop(A_TARGET, hint=hint, found=word)

    def targets(self, targets: Targets) -> tuple[str, ...]:
        return self._listed(lambda: self.target(targets))

    def names(self, expected: str) -> tuple[str, ...]:
        return self._listed(lambda: self.needs(f"({NAME})", expected)[1])

    def one_of(self, words: tuple[str, ...], expected: str, *, otherwise: str = "") -> str:
        start = self._at
        found = self.needs(f"({NAME})", expected)[1]
        if found not in words:
            self._at = start
            self.stop(expected, hint=did_you_mean(found, words) or otherwise, found=found)
        return found

    def message(self) -> str:
        """The name of a message, or the text itself in quotes."""
        if text := self.has(r'"([^"]+)"'):
            return text[1]
        return self.needs(f"({NAME})", "the name of a message, or a text in quotes")[1]

    def _named(self, kind: str, targets: Targets) -> str:
        self.has(f"{kind}:")
        return self._understood(NAME, lambda name: targets.full(f"{kind}:{name}"), f"a {kind}")

    def _understood(self, pattern: str, make: Callable[[str], Made], expected: str, hint: str = "") -> Made:
        start = self._at
        found = self.needs(f"({pattern})", expected, hint=hint)
        try:
            return make(found[1])
        except ValueError as trouble:
            self._at = start
            self.stop(expected, hint=str(trouble), found=found[1])

    def _listed(self, read: Callable[[], str]) -> tuple[str, ...]:
        """``a`` or ``a, b`` or ``[a, b]``."""
        bracketed = self.has(r"\[")
        found = [read()]
        while self.has(","):
            found.append(read())
        if bracketed:
            self.needs(r"\]", 'a closing "]"')
        return tuple(found)
