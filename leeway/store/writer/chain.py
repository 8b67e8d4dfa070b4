"""The hash chain of a case: each fact's digest covers the fact, what was known, its events, and the digest
before.

Changing, leaving out or adding anything in a case's past changes every digest after it, up to the one in
the case row.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

DIGEST_BYTES = 32


def link(before: str, fact: str, known: str, events: Iterable[str]) -> str:
    """The next digest, in hexadecimal. ``before`` is empty at the beginning of a case."""
    links = [before.encode()]
    for part in (fact, known, *events):
        data = part.encode()
        links += (len(data).to_bytes(8), data)  # so that no two ways of cutting the same text look alike
    return blake2b(b"".join(links), digest_size=DIGEST_BYTES).hexdigest()
