"""Many phrases as one regular expression that shares their beginnings, so that trying them all costs like trying one.

``(?:call|call you|call you back|cancel)`` makes the engine try four alternatives at every word; as a tree it is
``ca(?:ll(?: you(?: back)?)?|ncel)`` and most words fail on their first letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Between two words: perhaps a comma or colon, and at most a line break with its indent; "#5521" may follow directly.
SEPARATOR = r"(?:[,:]?\s{1,4}|(?=#))"

_Node = dict[str, "_Node"]
_END = ""


def tree_regex(phrases: Iterable[str]) -> str:
    """A regex for any of these literal phrases (words with single spaces), preferring the longest."""
    root: _Node = {}
    for phrase in phrases:
        node = root
        for char in phrase:
            node = node.setdefault(char, {})
        node[_END] = {}
    return _render(root)


def _render(node: _Node) -> str:
    branches = [_letter(char) + _render(child) for char, child in node.items() if char != _END]
    if not branches:
        return ""
    if _END in node:
        return f"(?:{'|'.join(branches)})?"
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _letter(char: str) -> str:
    if char == " ":
        return SEPARATOR
    return "'?" if char == "'" else re.escape(char)
