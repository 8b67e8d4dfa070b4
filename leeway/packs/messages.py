"""What a house says to its customers: texts with named blanks, which are filled when the message is sent."""

from __future__ import annotations

import re

from leeway.packs.reader import Node, did_you_mean, quoted

BLANKS: dict[str, str] = {
    "owner": "full name of whoever is looking after the case",
    "owner_first_name": "their first name",
    "customer": "the customer's name",
    "customer_first_name": "the customer's first name",
    "case": "the number of the case",
    "update_due": "when the customer hears from us next",
    "next_open": "when somebody is there again",
    "next_step": "what happens next",
    "reason": "why it was escalated, or why it takes longer",
    "level": "the level the case is at",
    "promise": "what was promised",
    "by": "when it was promised for",
    "final_due": "the last day by which the case is closed",
    "link": "the customer's own page",
}

_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


def check_message(node: Node, text: str, *, at: int = 0) -> None:
    """Note every blank that nobody could fill. ``at`` is where ``text`` starts inside the node's text."""
    for brace in _BRACES.finditer(text):
        name = brace[1]
        if name in BLANKS:
            continue
        hint = did_you_mean(name or "", tuple(BLANKS))
        node.note(f"a blank: {', '.join(BLANKS)}", found=quoted(brace[0]), hint=hint, at=at + brace.start())
