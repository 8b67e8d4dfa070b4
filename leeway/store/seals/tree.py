"""The tree over all facts, as certificate logs have it (RFC 6962, SHA-256).

Its root says everything up to a fact in 32 bytes. It grows by appending: ``peaks`` are the roots of the full subtrees
so far, one for each 1 in the binary form of the size. That one fact stands at its place under a root is shown by the
few digests beside its way up, without showing any other fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

LEAF, NODE = b"\x00", b"\x01"
EMPTY = sha256(b"").digest()


def leaf(data: bytes) -> bytes:
    return sha256(LEAF + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(NODE + left + right).digest()


class Peaks:
    """A tree that grows. ``size`` is the number of leaves."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    def append(self, digest: bytes) -> None:
        size = self.size
        while size & 1:
            digest = node(self.peaks.pop(), digest)
            size >>= 1
        self.peaks.append(digest)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self.peaks:
            return EMPTY
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node(peak, root)
        return root


def paths(leaves: Sequence[bytes], wanted: Iterable[int]) -> dict[int, list[bytes]]:
    """For some leaves by their place: the digests beside their way to the root, from below."""
    found: dict[int, list[bytes]] = {place: [] for place in wanted}
    here = {place: place for place in found}
    level = list(leaves)
    while len(level) > 1:
        for place, at in here.items():
            beside = at ^ 1
            if beside < len(level):
                found[place].append(level[beside])
            here[place] = at // 2
        paired = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return found


def root_from(digest: bytes, place: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf at ``place`` of ``size`` leads to; None when the path does not fit the place."""
    if not 0 <= place < size:
        return None
    last, rest = size - 1, list(path)
    while last:
        if place & 1:
            if not rest:
                return None
            digest = node(rest.pop(0), digest)
        elif place < last:
            if not rest:
                return None
            digest = node(digest, rest.pop(0))
        place, last = place >> 1, last >> 1
    return None if rest else digest
