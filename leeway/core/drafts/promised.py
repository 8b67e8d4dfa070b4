"""Promises beyond what may be given or when somebody is there: the draft against authority and calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from leeway.core.drafts.blanks import as_sentence, due_words, first_filled, money_words
from leeway.core.drafts.finding import Finding
from leeway.core.drafts.sheet import Sheet, Span
from leeway.core.reading.money import Amount, find_amounts
from leeway.core.reading.offers import find_offers
from leeway.core.reading.promise_words import find_promises
from leeway.core.worktime import Calendar, is_open, next_open, open_intervals

_NO_TIME_OF_DAY = time(23, 59)


def find_over_promises(sheet: Sheet) -> Iterator[Finding]:
    yield from _above_authority(sheet)
    yield from _when_closed(sheet)


# -- more than may be given --------------------------------------------------------------------------------------------


def _above_authority(sheet: Sheet) -> Iterator[Finding]:
    authority = sheet.context.authority
    if authority is None or "over_amount" not in sheet.data.texts:
        return
    for number, span in enumerate(sheet.sentences):
        given = _given(sheet, number)
        if given is None or not _is_given(sheet, number, given):
            continue
        limit = _limit(sheet, number, authority)
        if given.minor > limit:
            yield sheet.finding(
                "over_promise",
                span,
                _within_limit(sheet, span, given, limit),
                sheet.data.texts["over_amount"].why,
            )


def _given(sheet: Sheet, number: int) -> Amount | None:
    """The largest sum a sentence names, or the sum known when it speaks of all of it."""
    start, end = sheet.sentences[number]
    currency = sheet.context.currency
    named = [
        sum_
        for sum_ in find_amounts(sheet.message, currency=currency)
        if start <= sum_.start < end and (not currency or sum_.currency == currency)
    ]
    if named:
        return max(named, key=lambda sum_: sum_.minor)
    whole = next(sheet.marks_in("whole_sum", number), None)
    known = _known_amount(sheet) if whole else None
    return Amount(known.minor, known.currency, whole.start, whole.end) if known and whole else None


def _known_amount(sheet: Sheet) -> Amount | None:
    """The sum the matter is about: as known, else the last one the customer named."""
    currency = sheet.context.currency
    texts = [sheet.context.known_facts.get("amount", ""), *reversed(sheet.context.customer_said)]
    for text in texts:
        found = find_amounts(sheet.theirs(text), currency=currency)
        if found:
            return found[-1]
    return None


def _is_given(sheet: Sheet, number: int, given: Amount) -> bool:
    """Offered or given, not asked for, refused, or told of the past."""
    if sheet.marked("asks_above", number) or sheet.marked("not_given", number):
        return False
    return (
        sheet.marked("giving", number)
        and not sheet.message.is_denied(given.start)
        and not any(span.start < given.start for span in sheet.marks_in("refusing", number))
    )


def _limit(sheet: Sheet, number: int, authority: dict[str, int]) -> int:
    """What is left for what the sentence offers; the largest room there is where its instrument is not clear."""
    start, end = sheet.sentences[number]
    kinds = {
        offer.kind
        for offer in find_offers(sheet.message, currency=sheet.context.currency)
        if start <= offer.start < end
    }
    words = set(sheet.fold[start:end].split())
    named = [amount for instrument, amount in authority.items() if instrument in kinds or instrument in words]
    return max(named or authority.values(), default=0)


def _within_limit(sheet: Sheet, span: Span, given: Amount, limit: int) -> str:
    context, text = sheet.context, sheet.data.texts["over_amount"]
    blanks = {"amount": money_words(given.minor, given.currency)}
    if limit > 0:
        blanks["limit"] = money_words(limit, given.currency)
    if context.update_due is not None:
        blanks["due"] = due_words(sheet.data, sheet.pack.phrases.words, context.update_due, context.zone)
    return as_sentence(first_filled([*text.say, *text.otherwise], blanks), sheet.draft[span.start : span.end])


# -- when nobody is there ----------------------------------------------------------------------------------------------


def _when_closed(sheet: Sheet) -> Iterator[Finding]:
    context, text = sheet.context, sheet.data.texts.get("closed_then")
    if context.calendar is None or context.now is None or text is None:
        return
    for promise in find_promises(sheet.message, at=context.now, zone=context.zone):
        if promise.by is None or promise.who == "named" or promise.by_words == "":
            continue
        if _somebody_is_there(context.calendar, context.now, promise.by, context):
            continue
        at = sheet.fold.find(promise.by_words.lower(), promise.start)
        opens = next_open(context.calendar, promise.by)
        if at < 0 or opens is None:
            continue
        span = Span(at, at + len(promise.by_words))
        blanks = {"open": due_words(sheet.data, sheet.pack.phrases.words, opens, context.zone)}
        yield sheet.finding(
            "over_promise", span, first_filled(text.say, blanks), text.why, promise.by_words.lower()
        )


def _somebody_is_there(calendar: Calendar, now: datetime, by: datetime, context: object) -> bool:
    """At a time of day: open then, or closing then. For a whole day: open at any time that is left of it."""
    zone = getattr(context, "zone", None)
    local = by.astimezone(zone)
    if local.time().replace(second=0, microsecond=0) != _NO_TIME_OF_DAY:
        return is_open(calendar, by) or is_open(calendar, by - timedelta(minutes=1))
    morning = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return bool(open_intervals(calendar, max(now, morning), by)) if by > now else True
