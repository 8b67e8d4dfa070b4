"""The tone of a draft by itself: how polite and friendly it sounds, 0 to 1. Transparent features, small fitted weights."""

from __future__ import annotations

import msgspec


class PoliteTone(msgspec.Struct, frozen=True):
    bias: float = 0.0
    features: dict[str, float] = {}
    words: dict[str, float] = {}
