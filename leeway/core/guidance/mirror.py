"""The customer's words said back: "my router drops and you promised me a new one" becomes "your router drops and we
promised you a new one". The words of a language that change are data; everything else stays the customer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from leeway.core.reading.tokens import fold

_SPACES = re.compile(r"\s+")
_SHOUTED = re.compile(r"[^\W\d_]{2,}")
_MANY_MARKS = re.compile(r"([!?.,])\1+|[!?]{2,}")


class Mirror:
    """``changes`` are phrases with what they become. ``subject_before`` are the words before which "you" is whoever
    acts ("you promised"), elsewhere it is whom it happens to ("I called you"): the keys ``you+`` and ``+you`` say how.
    """

    def __init__(self, changes: Mapping[str, str], subject_before: Iterable[str] = ()) -> None:
        self._table = {fold(said): back for said, back in changes.items()}
        subject = "|".join(sorted(map(re.escape, map(fold, subject_before)), key=len, reverse=True))
        others = [re.escape(said) for said in self._table if "+" not in said]
        words = "|".join(sorted(others, key=len, reverse=True))
        you = [said for said in self._table if said.endswith("+")]
        acting = (
            f"(?P<acting>{'|'.join(re.escape(one[:-1]) for one in you)})(?= (?:{subject})\\b)|"
            if you and subject
            else ""
        )
        self._pattern = re.compile(rf"(?<![\w']){'(?:' + acting + words + ')'}(?![\w'])") if words else None

    def __bool__(self) -> bool:
        return self._pattern is not None

    def back(self, text: str) -> str:
        """The sentence with its persons turned round, in one line, in a calm voice."""
        text = calm_case(text)
        if self._pattern is None:
            return text
        folded = fold(text)
        parts, at = [], 0
        for match in self._pattern.finditer(folded):
            parts += [text[at : match.start()], self._turned(match)]
            at = match.end()
        return "".join([*parts, text[at:]])

    def _turned(self, match: re.Match[str]) -> str:
        acting = match.groupdict().get("acting")
        return self._table[f"{acting}+"] if acting else self._table[match.group()]


def calm_case(text: str) -> str:
    """One line, without shouting: capitals of whole sentences become small, rows of marks become one."""
    text = _SPACES.sub(" ", text).strip()
    words = _SHOUTED.findall(text)
    shouted = sum(word.isupper() for word in words)
    if words and shouted >= 3 and shouted * 2 > len(words):
        text = text.lower()
    return _MANY_MARKS.sub(lambda marks: marks.group()[0], text)
