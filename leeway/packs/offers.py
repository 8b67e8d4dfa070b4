"""The section ``offers``: how an offer is sized, and which ones a second person looks at. Read and written here."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

from leeway.core.policy import Offers, Span
from leeway.packs import units
from leeway.packs.parts import read_calendar_span
from leeway.packs.reader import Fields, Node
from leeway.packs.sentence import Muddled, Sentence
from leeway.packs.vocabulary import INSTRUMENTS
from leeway.packs.yaml_text import Written

KEYS: dict[str, str] = {
    "per_contact": "for every contact after the first (3 EUR)",
    "per_day_waiting": "for every full day the customer has been waiting (1 EUR)",
    "days_waiting_at_most": "days of waiting that are counted (10)",
    "of_amount": "share of the amount the matter is about (10 %)",
    "of_yearly_spend": "share of what the customer spends in a year (1 %)",
    "of_yearly_spend_at_risk": "the same when they may leave: they say so, or a renewal is near (3 %)",
    "value_at_most": "the customer's value never counts for more (50 EUR)",
    "fault": "share of all that by whose fault it is: `theirs`, `unknown`, `shared`, `ours`, never falling",
    "earlier": "share of earlier goodwill that is taken off again (50 %)",
    "earlier_within": "how long goodwill is remembered for that (365 days)",
    "like_cases": "how far a suggestion is pulled towards the median of like cases (50 %)",
    "like_at_least": "like cases there have to be for that (5)",
    "band": "from the lowest to the highest offer, around what is suggested (60 % to 150 %)",
    "round_to": "suggestions are multiples of this (1 EUR)",
    "instruments": "what goodwill is given in when the customer did not say, in order (credit, discount, refund)",
    "budget": "goodwill the whole house suggests in a rolling period, such as `2000 EUR per 30 days` (none)",
    "due_confirm_above": "a refund that is due needs a second person to confirm the facts from here (never)",
    "two_approvers_above": "an approval above this takes two people (never)",
    "grant_lasts": "an approval not used for so long is over (7 days)",
    "rates": "policy money for one unit of another currency, such as `{USD: 0.92 EUR}` (none)",
}
FAULTS = ("theirs", "unknown", "shared", "ours")
_MONEY = (
    "per_contact",
    "per_day_waiting",
    "value_at_most",
    "round_to",
    "due_confirm_above",
    "two_approvers_above",
)
_SHARES = {
    "of_amount": 100,
    "of_yearly_spend": 100,
    "of_yearly_spend_at_risk": 100,
    "earlier": 100,
    "like_cases": 90,
}
"""With the most each may be. A suggestion pulled all the way to like cases would forget the customer."""

_COUNTS = {"days_waiting_at_most": 365, "like_at_least": 1_000}
_SPANS = ("earlier_within", "grant_lasts")
_MILLION = 1_000_000
_DEFAULT = Offers()


def read_offers(section: Node, *, currency: str) -> Offers:
    """The section, or the defaults where it says nothing. Mistakes are noted at their place."""
    if section.is_missing:
        return _DEFAULT
    fields = section.mapping(KEYS)
    said: dict[str, Any] = {key: _money(fields[key], currency) for key in _MONEY if key in fields}
    said |= {key: _share(fields[key], most) for key, most in _SHARES.items() if key in fields}
    said |= {
        key: fields[key].whole_number(low=1, high=most) for key, most in _COUNTS.items() if key in fields
    }
    said |= {key: read_calendar_span(fields[key]) for key in _SPANS if key in fields}
    if "fault" in fields:
        said |= _faults(fields["fault"])
    if "band" in fields:
        said |= _band(fields["band"])
    if "budget" in fields:
        said |= _budget(fields["budget"], currency)
    if "instruments" in fields:
        said["instruments"] = fields["instruments"].words(INSTRUMENTS)
    if "rates" in fields:
        said["rates"] = _rates(fields["rates"], currency)
    if said.get("round_to") == 0:
        fields["round_to"].note("an amount above nothing")
        said.pop("round_to")
    offers = Offers(**said)
    _risk_never_counts_for_less(fields, offers)
    return offers


def _risk_never_counts_for_less(fields: Fields, offers: Offers) -> None:
    if offers.of_yearly_spend_at_risk < offers.of_yearly_spend:
        key = "of_yearly_spend_at_risk" if "of_yearly_spend_at_risk" in fields else "of_yearly_spend"
        fields[key].note("a share at risk that is not smaller than the ordinary one")


def _money(node: Node, currency: str) -> int:
    return node.converted(lambda text: units.money(text, currency), f"an amount such as 60 {currency}", 0)


def _share(node: Node, most: int) -> int:
    return node.converted(lambda text: _percent(text, most), f"a share from 0 % to {most} %", 0)


def _percent(text: str, most: int) -> int:
    number = text.removesuffix("%").rstrip()
    if not text.endswith("%") or not number.isascii() or not number.isdigit() or len(number) > 4:
        raise ValueError('whole percents, as in "10 %"')
    if int(number) > most:
        raise ValueError(f"at most {most} %")
    return int(number)


def _faults(node: Node) -> dict[str, int]:
    """The graver our fault, the larger the offer: the shares never fall."""
    fields = node.mapping(FAULTS)
    shares = {
        fault: _share(fields[fault], 200) if fault in fields else getattr(_DEFAULT, fault) for fault in FAULTS
    }
    for lower, higher in pairwise(FAULTS):
        if shares[lower] > shares[higher]:
            at = fields[higher] if higher in fields else fields[lower]
            at.note(f"a share for {higher} that is not smaller than the one for {lower}")
    return shares


def _band(node: Node) -> dict[str, int]:
    low, to, high = node.raw.partition(" to ")
    try:
        band = {"low": _percent(low, 100), "high": _percent(high, 500)} if to else {}
    except ValueError:
        band = {}
    if not band or band["high"] < 100:
        node.note('a band around 100 %, such as "60 % to 150 %"')
        return {}
    return band


def _budget(node: Node, currency: str) -> dict[str, Any]:
    try:
        sentence = Sentence(node)
        amount = sentence.money(currency)
        sentence.needs("per", '"per" and a length of time')
        period = sentence.span()
        if period.working:
            sentence.stop("a length of real time", found="(w)")
        sentence.end()
    except Muddled:
        return {}
    return {"budget": amount, "budget_period": period}


def _rates(node: Node, currency: str) -> dict[str, int]:
    rates = {}
    for key, value in node.entries():
        if not (len(key.raw) == 3 and key.raw.isascii() and key.raw.isupper()) or key.raw == currency:
            key.note(f"another currency than {currency}, such as USD")
            continue
        rates[key.raw] = value.converted(
            lambda text: _rate(text, currency), f'a rate such as "0.92 {currency}"', _MILLION
        )
    return rates


def _rate(text: str, currency: str) -> int:
    number, _, written = text.partition(" ")
    if written != currency:
        raise ValueError(f"what one unit is worth in {currency}")
    digits = number.replace(".", "", 1)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
        raise ValueError("a number")
    millionths = Decimal(number) * _MILLION
    if millionths != int(millionths) or millionths <= 0:
        raise ValueError("above nothing, with at most six decimal places")
    return int(millionths)


def written(offers: Offers, currency: str) -> dict[str, Written]:
    """What differs from the defaults, as it stands in a file."""
    said: dict[str, Written] = {}
    for key in KEYS:
        if key == "fault":
            if any(getattr(offers, fault) != getattr(_DEFAULT, fault) for fault in FAULTS):
                said[key] = {fault: f"{getattr(offers, fault)} %" for fault in FAULTS}
        elif key == "band":
            if (offers.low, offers.high) != (_DEFAULT.low, _DEFAULT.high):
                said[key] = f"{offers.low} % to {offers.high} %"
        elif getattr(offers, key) != getattr(_DEFAULT, key):
            said[key] = _value(key, offers, currency)
    return said


def _value(key: str, offers: Offers, currency: str) -> Written:
    value = getattr(offers, key)
    if key == "budget":
        return f"{units.money_in_words(value, currency)} per {units.span_in_words(offers.budget_period)}"
    if key in _MONEY:
        return units.money_in_words(value, currency)
    if key in _SHARES:
        return f"{value} %"
    if isinstance(value, Span):
        return units.span_in_words(value)
    if key == "rates":
        return {code: _rate_in_words(rate, currency) for code, rate in value.items()}
    return list(value) if isinstance(value, tuple) else str(value)


def _rate_in_words(millionths: int, currency: str) -> str:
    number = (Decimal(millionths) / _MILLION).normalize()
    return f"{number:f} {currency}"
