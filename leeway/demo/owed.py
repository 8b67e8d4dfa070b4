"""How much the cast offers, and in which matters what goes back is owed anyway."""

from __future__ import annotations

from typing import Literal

from leeway.core.facts import DueBecause

BECAUSE: dict[str, tuple[DueBecause, str]] = {
    "double_charge": ("paid_twice", "Both payments are on the statement the customer sent."),
    "cobro_doble": ("paid_twice", "Both payments are on the statement the customer sent."),
    "skipped_week": ("overcharged", "The skip is in the account, dated before the cut-off."),
    "price_changed": ("overcharged", "The basket in our own log shows the lower price."),
    "trial_turned_paid": ("overcharged", "The trial was ended a day before it ran out."),
    "cancel_subscription": ("overcharged", "The cancellation is in the account, before the charge."),
    "refund_not_here": ("withdrawal", "The return was booked in at the warehouse in time."),
    "out_of_stock_after_pay": ("cancelled_by_us", "Our own e-mail cancels the order."),
    "spoiled_food_box": ("not_as_described", "Photos of the melted packs and the food."),
    "caja_estropeada": ("not_as_described", "Photos of the melted packs and the food."),
    "broken_on_arrival": ("not_as_described", "Photos of the pieces, in an unpadded carton."),
    "plant_dead": ("not_as_described", "Photo of the plant in its carton."),
    "lens_order": ("not_as_described", "The optician's measurement."),
    "parcel_at_wrong_house": ("not_delivered", "The driver's photo shows another door."),
    "partial_order": ("not_delivered", "The packing list of the warehouse lacks it."),
}
"""Matters in which money that goes back is no goodwill: what makes it owed, and how that is known."""

OWED_FOR = ("refund", "replacement")

Turn = Literal["first", "second", "above"]

USUAL = {"standard": 4, "silver": 9, "gold": 20, "platinum": 38}
"""Goodwill that is usual for a customer of a tier: about what the adviser makes of what they spend."""

OF_THE_USUAL: dict[Turn, tuple[float, float]] = {
    "first": (0.5, 0.8),
    "second": (0.7, 1.1),
    "above": (0.9, 1.6),
}
OWED: dict[Turn, tuple[int, int]] = {"first": (8, 45), "second": (15, 55), "above": (60, 220)}
"""Whole units, within the room an agent (a supervisor, above) has by the shop's matrix."""

LEAST = 2

LEAST_ROOM = {"credit": 20, "crédito": 20, "discount": 15}
"""What an agent may give alone of what is named in an offer, where that is less than of a refund."""

REFUND_WORDS = {"en": ("refund",), "es": ("devolver",)}
REFUND_TIME = {
    "en": " The money is back on your account within 5 to 7 working days.",
    "es": " El dinero estará en su cuenta en 5 a 7 días laborables.",
}
SAYS_THE_TIME = 0.85


def amounts(matter: str, tier: str, turn: Turn, line: str) -> tuple[int, int]:
    """From how much to how much such an offer may be."""
    low, high = OWED[turn] if matter in BECAUSE else _goodwill(tier, turn)
    if turn != "above":
        high = min((most for word, most in LEAST_ROOM.items() if word in line and most < high), default=high)
    return min(low, high), high


def _goodwill(tier: str, turn: Turn) -> tuple[int, int]:
    usual = USUAL.get(tier, USUAL["standard"])
    low, high = (max(LEAST, round(usual * share)) for share in OF_THE_USUAL[turn])
    return low, high
