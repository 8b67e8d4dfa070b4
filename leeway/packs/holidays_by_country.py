"""Public holidays of a country or region, written out as closure dates.

Looked up once, when a roster is read; from then on the dates belong to the roster. A replay years later
then gives the same answer, whatever the library has learnt in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import holidays

from leeway.core.worktime import Closure, Day
from leeway.packs.reader import did_you_mean

_NAMED_IN = "en_US"


class UnknownPlace(ValueError):
    """No holidays are known for this country or region; the message says what is near."""


def closures(
    country: str, subdivision: str, years: Iterable[int], half_days: Day | None = None
) -> tuple[Closure, ...]:
    """The public holidays of ``country`` (ISO code) and ``subdivision`` (empty: nationwide), in order.

    ``half_days`` are the hours kept on the country's official half-days; None: they are days like any other.
    """
    chosen = tuple(sorted(set(years)))
    whole = _dates(country, subdivision, chosen, "public")
    half = {} if half_days is None else _dates(country, subdivision, chosen, "half_day")
    open_on_half_days = {day: half_days or () for day in half if day not in whole}
    return tuple(
        Closure(day, open_on_half_days.get(day, ()), name) for day, name in sorted((half | whole).items())
    )


def _dates(country: str, subdivision: str, years: tuple[int, ...], category: str) -> dict[date, str]:
    known = holidays.list_supported_countries()
    if country not in known:
        raise UnknownPlace(_hint("country", country, known))
    if subdivision and subdivision not in known[country]:
        raise UnknownPlace(_hint(f"region of {country}", subdivision, known[country]))
    kind = getattr(holidays, country)
    if category not in kind.supported_categories or not years:
        return {}
    # Without a language the names would depend on the locale of the machine that reads the roster.
    language = _NAMED_IN if _NAMED_IN in kind.supported_languages else kind.default_language
    found = holidays.country_holidays(
        country,
        subdiv=subdivision or None,
        years=years,
        categories=(category,),
        language=language,
        expand=False,
    )
    return {day: name for day, name in found.items() if day.year in years}


def _hint(what: str, name: str, known: Iterable[str]) -> str:
    return did_you_mean(name, tuple(known)) or f"no {what} {name} is known"
