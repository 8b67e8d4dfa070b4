"""What a level may give, asked of production."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from leeway.core.decide.situations import authority_of
from leeway.core.policy import Policy


def limit_at(policy: Policy, level: str, wants: str, tier: str = "standard", product: str = "") -> int:
    """The most this level may give when ``wants`` is wanted (empty: nothing said), as a rule would see it."""
    wish = SimpleNamespace(want=SimpleNamespace(kind=wants)) if wants else None
    case: Any = SimpleNamespace(level=level, wish=wish, product=product)
    customer: Any = SimpleNamespace(tier=tier)
    return authority_of(policy, case, customer)
