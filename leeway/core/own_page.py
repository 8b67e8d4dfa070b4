"""The blank ``{link}`` of a customer message: it stays in the log as it is, and is filled when the message leaves.

The link in it is the customer's key to their page. A log that is read by many, copied and kept for years is no place
for a key.
"""

from __future__ import annotations

import re

LINK = "{link}"

_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


def with_link(text: str, link: str) -> str:
    """The text with the link; without one, the text without the sentences that would have held it."""
    if LINK not in text:
        return text
    if link:
        return text.replace(LINK, link)
    kept = [sentence for sentence in _SENTENCES.split(text) if sentence and LINK not in sentence]
    return " ".join(kept)
