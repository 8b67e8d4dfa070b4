"""A message came in: read it, write down what it shows, and let what follows follow."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.case import Attempt
from leeway.core.cue import Cue
from leeway.core.cues import read_cues
from leeway.core.decide import disclosing, owners, promising, solving
from leeway.core.decide.turn import Turn
from leeway.core.disclosure import DisclosureTurn
from leeway.core.journey import JourneyPoint, next_point
from leeway.core.patterns import news, pattern_cues
from leeway.core.people import person
from leeway.core.reading.matter import NOTHING_YET, is_content, update
from leeway.core.reading.offers import OfferFound, answer_to_offer, find_offers
from leeway.core.reading.prepared import Prepared, prepare
from leeway.core.reading.promise_words import PromiseFound, find_promises
from leeway.core.reading.questions import asked_again, find_asks
from leeway.core.reading.restating import explained_to, retells
from leeway.core.reading.steps import steps_taken
from leeway.core.reading.told import find_told
from leeway.core.reading.wants import Want, find_wants, latest_want
from leeway.core.world import Language

CONTENT = ("satisfied", "thanks")


def received(turn: Turn, fact: f.MessageReceived) -> None:
    if fact.internal:
        turn.emit(e.MessageRead(at=turn.at, message=fact.id, author=fact.author, by=fact.by, internal=True))
    elif fact.author == "customer":
        from_customer(turn, fact)
    else:
        from_us(turn, fact)


# --- the customer's words ---------------------------------------------------------------------------------------------


def from_customer(turn: Turn, fact: f.MessageReceived) -> None:
    language = language_of(turn, fact.text)
    cues = read_cues(language.cues, fact.text)
    message = prepare(fact.text, language.phrases, "customer")
    if turn.case.status in ("resolved", "closed") and not _comes_back(message, cues):
        _read_customer(turn, fact, cues, message, language.name)
        return
    if not turn.case.live:
        solving.reopened(turn, "the customer wrote again")
    offered = _offer_just_made(turn)
    _read_customer(turn, fact, cues, message, language.name)
    if offered is not None:
        _answer_to(turn, offered, fact, message)
    if turn.case.status == "paused" and turn.case.paused_cause == "waiting_for_customer":
        solving.resumed(turn, "the customer answered")
    _start_waiting(turn)
    patterns = news(turn.case, pattern_cues(turn.case, turn.known.customer, turn.now))
    if patterns:
        turn.emit(e.CuesSeen(at=turn.at, cues=patterns))
    turn.rejudge(cues=(*cues, *patterns))


def language_of(turn: Turn, text: str) -> Language:
    """The case's language if we can read it, else a guess from the words, else the policy's, else any."""
    languages = turn.world.languages
    known = languages.get(turn.case.language)
    if known is not None:
        return known
    guessed = languages.get(turn.world.guess_language(text)) or languages.get(turn.policy.language)
    return guessed or next(iter(languages.values()))


def _comes_back(message: Prepared, cues: tuple[Cue, ...]) -> bool:
    """Whether a message after the end brings the matter back: "thanks, bye" does not, "it is broken again" does."""
    content_only = bool(cues) and all(cue.kind in CONTENT for cue in cues)
    return not content_only and (bool(cues) or is_content(message))


def _zone(turn: Turn) -> tzinfo:
    return ZoneInfo(turn.policy.zone)


def _read_customer(
    turn: Turn, fact: f.MessageReceived, cues: tuple[Cue, ...], message: Prepared, language: str
) -> None:
    case = turn.case
    currency = turn.policy.currency
    told = find_told(message, at=turn.at, zone=_zone(turn), currency=currency, asked=case.asked_slots)
    wants = find_wants(message, at=turn.at, zone=_zone(turn), currency=currency)
    known = {(item.told.kind, item.told.value) for item in case.told}
    matter = update(case.matter or NOTHING_YET, message, told, wants, message_id=fact.id)
    listener = case.owner
    again = retells(
        message,
        case.matter,
        told,
        known=known,
        asked=case.asked_slots,
        somebody_new=bool(listener) and bool(case.explained.people) and listener not in case.explained.people,
    )
    explained = explained_to(case.explained, listener, again=again, tells=matter.summary != "")
    turn.emit(
        e.MessageRead(
            at=turn.at,
            message=fact.id,
            author="customer",
            by=fact.by,
            cues=cues,
            point=_point(turn, fact, cues),
            language="" if case.language or not matter.summary else language,
            asks_nothing=_asks_nothing(turn, message, cues, wants),
            matter=None if matter is case.matter or matter == case.matter else matter,
            want=_new_wish(turn, wants),
            told=tuple(item for item in told if (item.kind, item.value) not in known),
            explained=None if explained == case.explained else explained,
        )
    )


def _asks_nothing(turn: Turn, message: Prepared, cues: tuple[Cue, ...], wants: tuple[Want, ...]) -> bool:
    """Whether nobody has to answer this: a bare "thanks" to what we said, while nothing else is open."""
    answered = turn.case.last_answer_at is not None and turn.case.waiting_since is None
    content_only = bool(cues) and all(cue.kind in CONTENT for cue in cues)
    return answered and content_only and not wants and "?" not in message.text


def _new_wish(turn: Turn, wants: tuple[Want, ...]) -> Want | None:
    """What the customer wants from now on. Asking for a supervisor says who shall give it, not what; it does not
    replace a wish for a thing.
    """
    things = [want for want in wants if want.kind != "supervisor"]
    if things or turn.case.wish is None:
        return latest_want(things or wants)
    return None


def _point(turn: Turn, fact: f.MessageReceived, cues: tuple[Cue, ...]) -> JourneyPoint:
    case = turn.case
    previous = case.journey[-1] if case.journey else None
    answered = previous is not None and case.last_answer_at is not None and case.last_answer_at >= previous.at
    start = max(filter(None, (case.waiting_since, previous.at if previous else None)), default=turn.at)
    waited = (turn.at - start).total_seconds() if case.waiting_since else 0.0
    return next_point(
        previous,
        cues,
        message_id=fact.id,
        at=turn.at,
        channel=fact.channel or case.channel,
        waited_seconds=max(0.0, waited),
        unanswered=max(0, case.unanswered - 1),  # one message more while we type is nobody's fault
        answered=answered,
    )


def _offer_just_made(turn: Turn) -> Attempt | None:
    """The offer this message may answer: the latest one, if the customer has said nothing since. "No" alone says
    nothing about an offer made yesterday.
    """
    last = turn.case.attempts[-1] if turn.case.attempts else None
    if last is None or last.answer:
        return None
    heard = turn.case.last_customer_at
    return last if heard is None or heard <= last.at else None


def _answer_to(turn: Turn, last: Attempt, fact: f.MessageReceived, message: Prepared) -> None:
    answer = answer_to_offer(message)
    if answer is None:
        return
    turn.emit(
        e.AttemptAnswerRecorded(
            at=turn.at,
            number=last.number,
            answer=answer.outcome,
            reason=answer.reason or answer.quote,
            message=fact.id,
        )
    )


def take_over_waiting(turn: Turn) -> None:
    """A customer who was waiting in a case that has been merged into this one waits here now."""
    if turn.case.live:
        _start_waiting(turn)
        patterns = news(turn.case, pattern_cues(turn.case, turn.known.customer, turn.now))
        if patterns:
            turn.emit(e.CuesSeen(at=turn.at, cues=patterns))
        turn.rejudge(cues=patterns)


def _start_waiting(turn: Turn) -> None:
    """The customer waits for us from their first unanswered message on; later ones do not move that deadline."""
    case = turn.case
    if case.waiting_since is None:
        return
    own = turn.policy.clocks
    first = case.first_response_at is None
    name, length = ("first_response", own.first_response) if first else ("next_response", own.next_response)
    if length is None or name in case.clocks:
        return
    kind = "first_response" if first else "next_response"
    turn.start_clock(
        name,
        kind,  # type: ignore[arg-type]
        length,
        turn.house_calendar,
        start=case.waiting_since,
        warnings=own.warn,
        episode=f"waiting:{case.waiting_since:%Y%m%dT%H%M%S}",
    )


# --- our own words ----------------------------------------------------------------------------------------------------


def from_us(turn: Turn, fact: f.MessageReceived) -> None:
    language = language_of(turn, fact.text)
    message = prepare(fact.text, language.phrases, "agent")
    asked = find_asks(message)
    again = asked_again(asked, [item.told for item in turn.case.told], turn.case.matter)
    answers_the_wait = solving.answers_the_wait(turn)
    first = turn.case.first_response_at is None
    turn.emit(
        e.MessageRead(
            at=turn.at,
            message=fact.id,
            author=fact.author,
            by=fact.by,
            asks=tuple(item.slot for item in asked),
            asked_again=tuple(item.slot for item in again),
        )
    )
    if fact.author == "bot":
        if turn.policy.disclosures:
            disclosing.heard(turn, fact.text, message=fact.id, by=fact.by, folded=message.fold)
        return
    if fact.send:
        turn.tell_customer("reply", f"reply:{fact.id}", fact.text)
    if fact.by:
        _who_answers_has_it(turn, fact.by)
    if answers_the_wait:
        solving.answered(turn)
    solving.news_sent(turn)
    promises = find_promises(message, at=turn.at, zone=_zone(turn))
    _steps_and_offers(turn, fact, message, promises)
    for promise in promises:
        if not promise.conditional:
            _promise_found(turn, fact, promise)
    if turn.policy.disclosures:
        _disclosed(turn, fact, message, first=first, promised=bool(promises))


def _disclosed(
    turn: Turn, fact: f.MessageReceived, message: Prepared, *, first: bool, promised: bool
) -> None:
    """Which statements this message made, and which it owed: with the first answer, an offer, a promise."""
    offers = tuple(item.kind for item in turn.case.attempts if item.message == fact.id)
    came: tuple[tuple[DisclosureTurn, bool], ...] = (
        ("first_message", first),
        ("offer", bool(offers)),
        ("promise", promised),
    )
    moments = [name for name, comes in came if comes]
    disclosing.heard(
        turn, fact.text, message=fact.id, by=fact.by, moments=moments, offers=offers, folded=message.fold
    )


def _who_answers_has_it(turn: Turn, by: str) -> None:
    """Answering the customer is accepting: whoever was asked and answers has it; so has the first to answer at all."""
    case = turn.case
    if case.asked is not None and case.asked.person == by:
        owners.accept(turn, by)
    elif (
        case.owner != by
        and case.escalation is None
        and case.first_response_at == turn.at
        and person(turn.world.roster, by)
    ):
        turn.emit(e.OwnerAssigned(at=turn.at, person=by, level=case.level, why="answered first"))


def _steps_and_offers(
    turn: Turn, fact: f.MessageReceived, message: Prepared, promises: tuple[PromiseFound, ...]
) -> None:
    offers = find_offers(message, currency=turn.policy.currency)
    for found in _each_once(offers):
        solving.offer(
            turn,
            found.quote,
            kind=found.kind,
            amount=found.amount,
            currency=found.currency,
            by=fact.by,
            message=fact.id,
        )
    seen: dict[str, str] = {
        step.step: step.quote for step in steps_taken(message, promises=promises, offers=offers)
    }
    for step in turn.policy.before:
        move = next((move for move in step.seen_as if move in seen), "")
        if move and step.name not in turn.case.steps:
            solving.step_taken(turn, step.name, seen[move], fact.id)


def _each_once(offers: tuple[OfferFound, ...]) -> list[OfferFound]:
    """The same words are the same offer, whatever else could be read in them."""
    first: dict[str, OfferFound] = {}
    for one in offers:
        first.setdefault(one.quote, one)
    return list(first.values())


def _promise_found(turn: Turn, fact: f.MessageReceived, found: PromiseFound) -> None:
    due = found.by
    if due is None and found.working_days:
        due = promising.due_in_working_days(turn.at, found.working_days, turn.house_calendar)
    promising.found(
        turn, found.what, due, message=fact.id, by=fact.by or turn.case.owner, note=found.by_words
    )
