"""The shape of a language's words: what its ``phrases:`` may hold. Strict, so that a typo is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Side = Literal["customer", "agent"]
Section = Literal[
    "told",
    "wants",
    "again",
    "answers",
    "times",
    "asks",
    "promises",
    "offers",
    "offers_made_good",
    "steps",
]
DateOrder = Literal["unknown", "day_first", "month_first"]

REFERENCE_KINDS: frozenset[str] = frozenset(
    {
        "order_number",
        "invoice_number",
        "booking_number",
        "ticket_number",
        "account_number",
        "customer_number",
        "tracking_number",
        "serial_number",
        "flight_number",
        "reference_number",
    }
)
"""Kinds whose value names one thing: sharing one makes two messages the same matter."""

Kinds = dict[str, list[str]]


class WordFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A language's words as they stand in the file, checked for shape but not compiled.

    ``lists`` are named groups of phrases used inside others. ``weekdays`` count from Monday = 0, ``months`` from
    1, ``days`` are offsets from today, ``dayparts`` the local time by which that part of the day is over.
    """

    language: str
    date_order: DateOrder = "unknown"
    stop_words: list[str]
    weak_words: list[str] = []
    suffixes: list[str] = []
    numbers: dict[str, int] = {}
    range_words: list[str] = []
    weekdays: dict[str, int] = {}
    months: dict[str, int] = {}
    units: dict[str, Literal["minute", "hour", "day", "week", "month", "year"]] = {}
    days: dict[str, int] = {}
    dayparts: dict[str, str] = {}
    currencies: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    told: Kinds = {}
    wants: Kinds = {}
    again: Kinds = {}
    answers: Kinds = {}
    times: Kinds = {}
    asks: Kinds = {}
    promises: Kinds = {}
    offers: Kinds = {}
    offers_made_good: Kinds = {}
    steps: Kinds = {}

    def table(self, slot: str) -> Mapping[str, object] | None:
        """The words a calendar slot stands for, or None when the slot is none of these."""
        tables: dict[str, Mapping[str, object]] = {
            "weekday": self.weekdays,
            "month": self.months,
            "unit": self.units,
            "day": self.days,
            "daypart": self.dayparts,
        }
        return tables.get(slot)
