"""What fills the blanks of a playbook's texts: each from the case, each with the message it came from."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from leeway.core.case import Attempt, ToldFact
from leeway.core.guidance.mirror import calm_case
from leeway.core.guidance.moment import Moment, instrument_of
from leeway.core.guidance.telling import Telling, best
from leeway.core.money import in_words
from leeway.core.reading.tokens import fold
from leeway.core.reading.words import REFERENCE_KINDS


class Filled(msgspec.Struct, frozen=True):
    """A blank's text and the messages it stands on."""

    text: str
    sources: tuple[str, ...] = ()


Fill = Callable[[Moment], Filled | None]

LONGEST_QUOTE = 90
_A_NAME = re.compile(r"[^\W\d_][\w'’-]+")
AN_HOUR = timedelta(hours=1)


def name(moment: Moment) -> Filled | None:
    """The customer's first name, if it is one; an e-mail address or a number is none."""
    first = moment.case.customer_name.split(" ")[0] if moment.case.customer_name else ""
    if first and _A_NAME.fullmatch(first):
        return Filled(first)
    told = _told(moment, "name")
    return Filled(told.told.value.split(" ")[0], (told.message,)) if told else None


def matter(moment: Moment) -> Filled | None:
    """The most telling sentence, said back."""
    return _back(best(_usable(moment), 1))


def matter_and(moment: Moment) -> Filled | None:
    """The two most telling sentences, said back as one."""
    found = best(_usable(moment), 2)
    return _back(found, moment.view.wording.noun("words", "and")) if len(found) > 1 else None


def quote(moment: Moment) -> Filled | None:
    """The most telling sentence in their own words."""
    found = best(moment.told, 1)
    if found:
        return Filled(_shortened(calm_case(found[0].quote)), (found[0].message,))
    summary = moment.case.summary
    return Filled(_shortened(calm_case(summary.text)), (summary.message,)) if summary else None


def fresh_matter(moment: Moment) -> Filled | None:
    """What they tell in their newest words, said back."""
    ids = {turn.spoken.id for turn in moment.fresh}
    return _back(best([one for one in _usable(moment) if one.message in ids], 1))


def thing(moment: Moment) -> Filled | None:
    """What it is about, as a thing: "your router", "order 88-2041"."""
    return product(moment) or reference(moment)


def product(moment: Moment) -> Filled | None:
    told = _told(moment, "product")
    yours = moment.view.wording.noun("words", "your")
    return Filled(f"{yours} {told.told.value}", (told.message,)) if told and yours else None


def reference(moment: Moment) -> Filled | None:
    """The number that names it, with what it is: "order 88-2041"."""
    told = next((item for item in moment.case.told if item.told.kind in REFERENCE_KINDS), None)
    if told is None:
        return None
    noun = moment.view.wording.noun("references", told.told.kind)
    return Filled(noun.replace("{value}", told.told.value), (told.message,)) if noun else None


def since(moment: Moment) -> Filled | None:
    """ "since Sunday", "for two weeks": in their words."""
    told = _told(moment, "since")
    return Filled(fold_first(told.told.quote), (told.message,)) if told else None


def want(moment: Moment) -> Filled | None:
    """What they want, as it stands in a sentence: "your money back", "€49.00 back"."""
    wish, wording = moment.case.wish, moment.view.wording
    if wish is None:
        return None
    with_amount = wording.noun("wants_amount", wish.want.kind)
    if wish.want.amount and with_amount:
        text = with_amount.replace("{amount}", in_words(wish.want.amount, wish.want.currency))
        return Filled(text, (wish.message,))
    noun = wording.noun("wants", wish.want.kind)
    return Filled(noun, (wish.message,)) if noun else None


def offer(moment: Moment) -> Filled | None:
    """What this level may do of what they want, as something one does: "refund the €49.00". Nothing else is made up."""
    wish = moment.case.wish
    if wish is None or wish.want.kind == _last_declined_kind(moment):
        return None
    instrument = instrument_of(wish.want.kind)
    room = moment.room(instrument)
    if room is not None and room <= 0:
        return None
    wording, amount = moment.view.wording, wish.want.amount
    if amount and (room is None or amount <= room):
        text = wording.noun("doing_amount", wish.want.kind)
        return (
            Filled(text.replace("{amount}", in_words(amount, wish.want.currency)), (wish.message,))
            if text
            else None
        )
    text = "" if amount else wording.noun("doing", wish.want.kind)
    return Filled(text, (wish.message,)) if text else None


def other_offer(moment: Moment) -> Filled | None:
    """One thing this level may give that was not offered yet."""
    found = _givable(moment)
    return Filled(found[0], _wish_source(moment)) if found else None


def choices(moment: Moment) -> Filled | None:
    """Two things this level may give that were not offered yet: "a replacement or your money back"."""
    found = _givable(moment)
    if len(found) < 2:
        return None
    return Filled(f"{found[0]} {moment.view.wording.noun('words', 'or')} {found[1]}", _wish_source(moment))


def _givable(moment: Moment) -> list[str]:
    """What they want first, then what fits the matter: nothing is sent again that was never sent."""
    case, wording = moment.case, moment.view.wording
    wish = case.wish.want.kind if case.wish else ""
    told = {item.told.kind for item in case.told}
    goods = "product" in told or "order_number" in told
    fitting = [wish, *(("replacement", "refund") if goods else ()), "credit"]
    tried = {attempt.kind for attempt in case.attempts}
    nouns = []
    for kind in dict.fromkeys(fitting):
        noun = wording.noun("giving", kind)
        if noun and kind not in tried and _has_room(moment, kind, wish) and noun not in nouns:
            nouns.append(noun)
    return nouns


def _has_room(moment: Moment, kind: str, wish: str) -> bool:
    room = moment.room(instrument_of(kind))
    amount = moment.case.wish.want.amount or 0 if moment.case.wish and kind == wish else 0
    return room is None or (room > 0 and room >= amount)


def _wish_source(moment: Moment) -> tuple[str, ...]:
    return (moment.case.wish.message,) if moment.case.wish else ()


def declined(moment: Moment) -> Filled | None:
    """What they declined last, as a thing: "the discount"."""
    last = next((one for one in reversed(moment.case.attempts) if one.answer == "declined"), None)
    return _attempt(moment, last) if last else None


def declined_both(moment: Moment) -> Filled | None:
    """The last two things they declined: "the discount and the repair kit"."""
    found = [one for one in moment.case.attempts if one.answer == "declined"][-2:]
    named = [filled for one in found if (filled := _attempt(moment, one))]
    if len(named) < len(found) or len(named) < 2 or named[0].text == named[1].text:
        return None
    both = f" {moment.view.wording.noun('words', 'and')} ".join(one.text for one in named)
    return Filled(both, tuple(source for one in named for source in one.sources))


def accepted(moment: Moment) -> Filled | None:
    last = next((one for one in reversed(moment.case.attempts) if one.answer == "accepted"), None)
    return _attempt(moment, last) if last else None


def promise(moment: Moment) -> Filled | None:
    """What we promised and did not do, in the words it was promised with."""
    link = moment.signs.get("promise_broken")
    return Filled(link.text, (link.message,)) if link and link.text else None


def asked(moment: Moment) -> Filled | None:
    """Their question, in their words."""
    for sign in ("asks_why", "asks_when", "asks_what_now", "asks_who_knows", "asks_question"):
        if sign in moment.signs:
            return _whole_sentence(moment, sign)
    return None


def question(moment: Moment) -> Filled | None:
    """The one thing to ask now."""
    need = moment.need
    return Filled(need.ask, (need.message,)) if need else None


def question_about(moment: Moment) -> Filled | None:
    need = moment.need
    noun = moment.view.wording.noun("questions", need.name) if need else ""
    return Filled(noun) if noun else None


def time(moment: Moment) -> Filled | None:
    """A time we can keep: when our next news is due anyhow, at most; an hour from now where no clock runs."""
    now, policy = moment.view.now, moment.view.policy
    due = [
        clock.due
        for clock in moment.case.clocks.values()
        if clock.kind in ("next_response", "update") and clock.running and clock.due and clock.due > now
    ]
    at = _quarter(min([now + AN_HOUR, *due]), now)
    local = at.astimezone(ZoneInfo(policy.zone))
    today = local.date() == now.astimezone(ZoneInfo(policy.zone)).date()
    shape = moment.view.wording.noun("words", "at_today" if today else "at_tomorrow")
    return Filled(shape.replace("{clock}", f"{local:%H:%M}")) if shape else None


def level_above(moment: Moment) -> Filled | None:
    """Who is next, as people call it: where it goes already, else the level above."""
    policy, record = moment.view.policy, moment.case.escalation
    going = record is not None and ("going_up" in moment.signs or record.state == "requested")
    target = record.level if record is not None and going else moment.level.climbs_to
    level = next((one for one in (*policy.levels, *policy.desks) if one.name == target), None)
    return Filled(_lower(level.label or level.name.replace("_", " "))) if level else None


def feeling(moment: Moment) -> Filled | None:
    """The feeling as an adjective: "angry"."""
    for sign in ("angry", "frustrated", "disappointed", "anxious"):
        if sign in moment.signs:
            noun = moment.view.wording.noun("feelings", sign)
            return Filled(noun, (moment.signs[sign].message,)) if noun else None
    return None


def refused(moment: Moment) -> Filled | None:
    """What we said cannot be done, in our own words."""
    link = moment.signs.get("we_refused")
    return _sentence_around(moment, link.text, link.message) if link else None


def steps_left(moment: Moment) -> Filled | None:
    link = moment.signs.get("steps_left")
    return Filled(link.text.replace("_", " ")) if link and link.text else None


SLOTS: dict[str, tuple[Fill, str]] = {
    "name": (name, "the customer's first name"),
    "matter": (matter, "the matter in one clause, said back"),
    "matter_and": (matter_and, "the matter in two clauses, said back"),
    "fresh_matter": (fresh_matter, "what their newest words tell, said back"),
    "quote": (quote, "the matter in their own words"),
    "thing": (thing, "what it is about: “your router”, “order 88-2041”"),
    "product": (product, "the product: “your router”"),
    "reference": (reference, "the number that names it: “order 88-2041”"),
    "since": (since, "since when, in their words"),
    "want": (want, "what they want: “your money back”"),
    "offer": (offer, "what this level may do of it: “refund the €49.00”"),
    "other_offer": (other_offer, "another thing this level may give"),
    "choices": (choices, "two things this level may give"),
    "declined": (declined, "what they declined last: “the discount”"),
    "declined_both": (declined_both, "the last two things they declined"),
    "accepted": (accepted, "what they accepted"),
    "promise": (promise, "what we promised and did not do"),
    "asked": (asked, "their question, in their words"),
    "question": (question, "the one thing to ask now"),
    "time": (time, "a time we can keep"),
    "level_above": (level_above, "who is next"),
    "feeling": (feeling, "how they feel: “angry”"),
    "refused": (refused, "what we said cannot be done"),
    "question_about": (question_about, "what that question is about"),
    "steps_left": (steps_left, "the steps still to be taken before going up"),
}
"""Every blank of a text in ``say`` or ``why``, besides ``seen``: the words that show the play's first sign."""


# --- helpers ----------------------------------------------------------------------------------------------------------


def _usable(moment: Moment) -> list[Telling]:
    return [one for one in moment.told if one.back]


def _back(found: tuple[Telling, ...], joiner: str = "") -> Filled | None:
    if not found:
        return None
    texts = [one.back.rstrip(" .,;:!") for one in found]
    return Filled(f", {joiner} ".join(texts), tuple(dict.fromkeys(one.message for one in found)))


def _told(moment: Moment, kind: str) -> ToldFact | None:
    return next((item for item in reversed(moment.case.told) if item.told.kind == kind), None)


def _attempt(moment: Moment, attempt: Attempt) -> Filled | None:
    wording = moment.view.wording
    sources = (attempt.message,) if attempt.message else ()
    noun = wording.noun("things_offered", attempt.kind)
    if noun:
        return Filled(noun, sources)
    words = attempt.offer.strip(" .,!?")
    the = wording.noun("words", "the")
    bare = (
        words.split(" ", 1)[1]
        if words.lower().split(" ")[0] in ("a", "an", "the", "un", "una", "el", "la") and " " in words
        else words
    )
    short = len(bare.split()) <= 5 and not re.search(
        r"\b(?:i|we|you|can|could|puedo|podemos)\b", bare.lower()
    )
    return Filled(f"{the} {bare}".strip(), sources) if short and the else None


def _last_declined_kind(moment: Moment) -> str:
    last = moment.case.attempts[-1] if moment.case.attempts else None
    return last.kind if last is not None and last.answer == "declined" else ""


def _whole_sentence(moment: Moment, sign: str) -> Filled | None:
    link = moment.signs[sign]
    return _sentence_around(moment, link.text, link.message)


def _sentence_around(moment: Moment, words: str, message: str) -> Filled | None:
    turn = next((turn for turn in moment.turns if turn.spoken.id == message), None)
    if turn is None:
        return None
    place = turn.message.text.find(words)
    start, end = turn.message.sentence(max(place, 0))
    text = calm_case(turn.message.quote(start, end)).strip(" \n-–")
    return Filled(_shortened(text), (message,)) if text else None


def _shortened(text: str) -> str:
    text = text.strip(" ,;:-–")
    if len(text) <= LONGEST_QUOTE:
        return text.rstrip(".")
    return text[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(" ,;:-–") + "…"


def fold_first(text: str) -> str:
    return text[:1].lower() + text[1:] if fold(text[:1]) != text[:1] else text


def _lower(label: str) -> str:
    return label if label.isupper() else label[:1].lower() + label[1:]


def _quarter(at: datetime, now: datetime) -> datetime:
    """Down to the quarter of an hour, as people name times; to the minute where that would have passed already."""
    floor = at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
    return floor if floor > now else at


def sentence_seen(moment: Moment, signs: tuple[str, ...]) -> Filled | None:
    """The whole sentence that shows the first of these signs that has words."""
    for sign in signs:
        link = moment.signs.get(sign)
        if link is not None and link.text and link.message:
            return _sentence_around(moment, link.text, link.message)
    return None
