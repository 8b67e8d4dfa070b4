"""What may be decided alone, each limit a half-sentence: read and written here, side by side.

``60 EUR per case`` · ``20 EUR per customer per 30 days, 2 times`` · ``3 times per customer per 30 days`` ·
``120 EUR per case for tier [gold, platinum]`` · ``500 EUR per person per day``
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from leeway.core.policy import AuthorityLimit, Span
from leeway.packs import units
from leeway.packs.reader import Node
from leeway.packs.sentence import Muddled, Sentence
from leeway.packs.vocabulary import INSTRUMENTS
from leeway.packs.yaml_text import Written

Per = Literal["case", "customer", "person"]

ROLE = "role "
_COUNT = r"([1-9][0-9]{0,3})"
_TIMES = rf"{_COUNT} times?"
_EVERY: dict[str, Span] = {"day": Span(units.DAY), "week": Span(7 * units.DAY)}
_AMOUNT_OR_COUNT = 'an amount such as "60 EUR" or a count such as "3 times"'


def read_limits(section: Node, *, places: tuple[str, ...], currency: str) -> tuple[AuthorityLimit, ...]:
    """Every limit of the section ``authority``. Mistakes are noted at their place; what was read is handed back."""
    limits: list[AuthorityLimit] = []
    for key, value in section.entries():
        level, role = _whose(key, places)
        for instrument, written in value.entries():
            name = instrument.word(INSTRUMENTS)
            sentences = written.sequence() if written.is_sequence else [written]
            found = [limit for node in sentences if (limit := _read(level, role, name, node, currency))]
            _no_limit_twice(written, found)
            limits += found if (level or role) and name else []
    return tuple(limits)


def _whose(key: Node, places: tuple[str, ...]) -> tuple[str, str]:
    """A level or desk, or everybody with a role, as in ``role team_lead``."""
    if not key.raw.startswith(ROLE):
        return key.word(places, called="a level or desk"), ""
    role = key.raw.removeprefix(ROLE).strip()
    if not role:
        key.note('the name of a role, as in "role team_lead"')
    return "", role


def _read(level: str, role: str, instrument: str, node: Node, currency: str) -> AuthorityLimit | None:
    try:
        return _limit(level, role, instrument, Sentence(node), currency)
    except Muddled:
        return None


def _limit(level: str, role: str, instrument: str, sentence: Sentence, currency: str) -> AuthorityLimit:
    only_count = sentence.has(_TIMES)
    if only_count is None and not sentence.looks_like(r"[0-9]"):
        sentence.stop(_AMOUNT_OR_COUNT)
    amount = 0 if only_count else sentence.money(currency)
    per = sentence.needs("per (case|customer|person)", '"per case", "per customer" or "per person"')[1]
    period = _period(sentence) if sentence.has("per") else None
    also = None if only_count else sentence.has(rf",\s*{_TIMES}")
    times = only_count or also
    tiers, products = _for_whom(sentence)
    sentence.end()
    return AuthorityLimit(
        level=level,
        instrument=instrument,
        amount=amount,
        currency=currency,
        period=period,
        per=cast("Per", per),
        count=int(times[1]) if times else 0,
        any_amount=only_count is not None,
        role=role,
        tiers=tiers,
        products=products,
    )


def _period(sentence: Sentence) -> Span:
    """A rolling stretch of real time: any 30 days, not the month; open hours do not roll."""
    if found := sentence.has(f"({'|'.join(_EVERY)})"):
        return _EVERY[found[1]]
    length = sentence.span()
    if length.working:
        sentence.stop("a length of real time", found="(w)", hint="a limit counts in days of the calendar")
    return length


def _for_whom(sentence: Sentence) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    while sentence.has("for"):
        kind = sentence.one_of(("tier", "product"), 'tier or product, as in "for tier [gold]"')
        if kind in found:
            sentence.stop("the end of the sentence", hint=f"one list for each {kind}")
        found[kind] = sentence.names(f"the name of a {kind}")
    return found.get("tier", ()), found.get("product", ())


def _no_limit_twice(node: Node, limits: list[AuthorityLimit]) -> None:
    """Two limits that are counted alike contradict each other: only one of them could ever hold."""
    seen = set()
    for limit in limits:
        counted = (limit.per, limit.period, limit.any_amount, limit.tiers, limit.products)
        if counted in seen:
            node.note(
                "limits that are counted differently", found=f"{in_words(limit)} beside another like it"
            )
        seen.add(counted)


def in_words(limit: AuthorityLimit) -> str:
    """The limit as it is written."""
    amount = "" if limit.any_amount else units.money_in_words(limit.amount, limit.currency)
    first = amount or _times(limit.count)
    also = f", {_times(limit.count)}" if amount and limit.count else ""
    return f"{first} per {limit.per}{_period_in_words(limit.period)}{also}{_for_in_words(limit)}"


def _times(count: int) -> str:
    return f"{count} time{'' if count == 1 else 's'}"


def _period_in_words(period: Span | None) -> str:
    if period is None:
        return ""
    word = next((word for word, length in _EVERY.items() if length == period), "")
    return f" per {word or units.span_in_words(period)}"


def _for_in_words(limit: AuthorityLimit) -> str:
    lists = (("tier", limit.tiers), ("product", limit.products))
    return "".join(f" for {kind} [{', '.join(names)}]" for kind, names in lists if names)


def written(limits: Iterable[AuthorityLimit]) -> dict[str, Written]:
    """The section as it stands in a file."""
    sections: dict[str, dict[str, list[Written]]] = {}
    for limit in limits:
        whose = f"{ROLE}{limit.role}" if limit.role else limit.level
        sections.setdefault(whose, {}).setdefault(limit.instrument, []).append(in_words(limit))
    return {
        whose: {name: said[0] if len(said) == 1 else said for name, said in by_instrument.items()}
        for whose, by_instrument in sections.items()
    }
