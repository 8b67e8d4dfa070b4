"""The customers of the demo's shop: names from many places, some of them regulars."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from random import Random

from leeway.core.facts import CustomerRef
from leeway.demo import texts

TIERS = ("standard",) * 13 + ("silver",) * 4 + ("gold",) * 2 + ("platinum",)
SPEND = {"standard": (300, 900), "silver": (900, 2_000), "gold": (2_000, 4_000), "platinum": (4_000, 8_000)}
"""What customers of a tier spend in a year, in whole units of the currency."""

SPANISH = 0.09
HAS_A_RENEWAL = 0.15


class Customers:
    def __init__(self, rng: Random, now: datetime, first_number: int = 1001) -> None:
        self._rng = rng
        self._now = now
        self._next = first_number
        self._taken: set[str] = set()

    def new(self, *, tier: str = "", language: str = "") -> CustomerRef:
        """Somebody who has not been here before."""
        rng = self._rng
        origin = self._origin(language)
        pool = texts.names()[origin]
        name = self._name(pool)
        number, self._next = self._next, self._next + 1
        tier = tier or rng.choice(TIERS)
        low, high = SPEND[tier]
        renewal = self._now + timedelta(days=rng.randrange(5, 200)) if rng.random() < HAS_A_RENEWAL else None
        days = rng.randrange(30, 3_000)
        return CustomerRef(
            id=f"c-{number}",
            name=name,
            email=f"{_plain(name)}@example.com",
            tier=tier,
            region=rng.choice(pool.regions),
            language="es" if origin == "es" else "en",
            since=self._now - timedelta(days=days),
            spend=rng.randrange(low, high) * 100 * max(1, days // 365),
            renewal=renewal,
        )

    def _origin(self, language: str) -> str:
        rng = self._rng
        if language == "es" or (not language and rng.random() < SPANISH):
            return "es"
        others = [origin for origin in texts.names() if origin != "es"]
        return "en" if rng.random() < 0.4 else rng.choice(others)

    def _name(self, pool: texts.Names) -> str:
        for _ in range(50):
            name = f"{self._rng.choice(pool.first)} {self._rng.choice(pool.last)}"
            if name not in self._taken:
                break
        self._taken.add(name)
        return name


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower().replace("ø", "o").replace("'", ""))
    return "".join(letter for letter in letters if letter.isascii()).replace(" ", ".")
