"""The hash chain of a case: each fact's digest covers the fact, what was known, its events, and the digest
before.

Changing, leaving out or adding anything in a case's past changes every digest after it, up to the one in
the case row. The chain runs over digests of the payloads, not over the payloads: a text that had to be erased is
stood for by its digest (``BlankedRow``), and everything around it still verifies.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b, sha256

DIGEST_BYTES = 32


def payload(text: str) -> bytes:
    """The digest of one body as it was written."""
    return sha256(text.encode()).digest()


def payloads(texts: Iterable[str]) -> bytes:
    """The digest of several bodies, in which no two ways of cutting the same text look alike."""
    return sha256(b"".join(_cut(texts))).digest()


def _cut(texts: Iterable[str]) -> Iterable[bytes]:
    for text in texts:
        data = text.encode()
        yield len(data).to_bytes(8)
        yield data


def link(before: str, fact: str, known: str, events: Iterable[str]) -> str:
    """The next digest, in hexadecimal. ``before`` is empty at the beginning of a case."""
    return link_digests(before, payload(fact), payload(known), payloads(events))


def link_digests(before: str, fact: bytes, known: bytes, events: bytes) -> str:
    """``link`` for whoever has only the digests of the bodies."""
    return sha256(before.encode() + fact + known + events).hexdigest()


def first_link(before: str, fact: str, known: str, events: Iterable[str]) -> str:
    """The digest as it was made before payloads had digests of their own; logs from then still verify."""
    whole = b"".join((before.encode(), *_cut((fact, known, *events))))
    return blake2b(whole, digest_size=DIGEST_BYTES).hexdigest()
