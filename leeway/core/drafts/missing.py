"""What a draft lacks: a word for a strong feeling, a next step, a time for the step it promises."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from leeway.core.cue import Cue, CueKind
from leeway.core.cues import distress
from leeway.core.cues.weigh import strongest_by_kind
from leeway.core.drafts.blanks import capital, due_words, first_filled
from leeway.core.drafts.finding import Finding
from leeway.core.drafts.pack import Text
from leeway.core.drafts.sheet import Sheet, Span
from leeway.core.reading.steps import steps_taken
from leeway.core.reading.when import find_times

STRONG_FEELING = 0.45
"""Distress of what the customer wrote since our last answer, from which it wants a word first."""
SOME_TROUBLE = 0.15
"""Distress from which a message is no mere question, whatever its words."""
FEW_WORDS = 4
"""A draft of so few words is an answer in passing ("One moment please"); it lacks nothing."""

_ANY_DAY = datetime(2026, 1, 5, 10, tzinfo=UTC)
"""Only whether a time is named matters here, not which."""
_INSISTS = re.compile(r"!!|[?][?!]")
"""Marks doubled beside trouble are a raised voice."""


HEATED_CALM = 0.54
"""What a heated word leaves of the calm, and each further exclamation mark beside trouble."""
LOUD_CALM = 0.83
MOST_LOUD = 3
SITUATION: frozenset[CueKind] = frozenset(
    {"broken_promise", "long_wait", "vulnerable", "asks_for_supervisor", "churn_threat", "urgency"}
)
SITUATION_SHARE = 0.5
"""Signs of a hard situation rather than of a feeling count half: "I need a wheelchair" wants a wheelchair."""


def find_missing(sheet: Sheet, found: Collection[Finding]) -> Iterator[Finding]:
    """``found`` are the findings by what is said: who refuses or brushes off need not be told twice to go on."""
    whole = sheet.whole
    if whole.start == whole.end or _only_manners(sheet):
        return
    cues = _shown(sheet)
    upset = _upset(sheet, cues)
    kinds = {finding.kind for finding in found}
    if not kinds & {"false_empathy", "dismissive"} and _lacks_acknowledgement(sheet, upset):
        text = sheet.data.texts["no_acknowledgement"]
        yield sheet.finding("no_acknowledgement", whole, _with_word_first(sheet, cues), text.why)
    if not kinds & {"negative_phrasing", "dismissive"} and _lacks_next_step(sheet, upset):
        text = sheet.data.texts["no_next_step"]
        yield sheet.finding("no_next_step", whole, _with_step_last(sheet, text), text.why)
    yield from _promises_without_time(sheet)


def _shown(sheet: Sheet) -> tuple[Cue, ...]:
    """What the customer shows in everything they wrote since our last answer."""
    return tuple(cue for text in sheet.context.waiting for cue in sheet.cues_of(text))


def _upset(sheet: Sheet, cues: tuple[Cue, ...]) -> float:
    """How upset they are, 0 to 1: the signs, and what the file of drafts knows besides."""
    felt = distress(cue for cue in cues if cue.kind not in SITUATION)
    calm = (1.0 - felt) * (1.0 - SITUATION_SHARE * distress(cue for cue in cues if cue.kind in SITUATION))
    pleased = any(cue.kind in ("thanks", "satisfied") for cue in cues)
    for text in sheet.context.waiting:
        kinds = _customer_kinds(sheet, text)
        if "heated" in kinds or (_INSISTS.search(text) and not pleased):
            calm *= HEATED_CALM
        if kinds & {"heated", "trouble"}:
            calm *= LOUD_CALM ** min(max(text.count("!") - 1, 0) + text.count("??"), MOST_LOUD)
    return 1.0 - calm


def _customer_kinds(sheet: Sheet, text: str) -> set[str]:
    message = sheet.theirs(text)
    return {hit.rule.kind for hit in message.others(sheet.pack.trouble)}


def _only_manners(sheet: Sheet) -> bool:
    """A greeting, a thanks, "one moment please": every sentence short and polite, none a refusal."""
    words = len(sheet.message.fold.split())
    if words <= FEW_WORDS:
        return True
    return words <= 5 * FEW_WORDS and all(
        sheet.marked("manners", number) and span.end - span.start < 60
        for number, span in enumerate(sheet.sentences)
    )


# -- a word for the feeling --------------------------------------------------------------------------------------------


def _lacks_acknowledgement(sheet: Sheet, upset: float) -> bool:
    if "no_acknowledgement" not in sheet.data.texts or upset < STRONG_FEELING:
        return False
    if "acknowledged" in sheet.marks or "emergency" in sheet.marks:
        return False
    seen = {step.step for step in steps_taken(sheet.message)}
    return not seen & {"acknowledge", "apologise", "own_it"}


def _with_word_first(sheet: Sheet, cues: tuple[Cue, ...]) -> str:
    """The draft with an acknowledgement of what was shown, behind the salutation."""
    shown = strongest_by_kind(cues)
    words = next(
        (text for kind, text in sheet.data.acknowledge.items() if kind in shown),
        sheet.data.acknowledge_other,
    )
    start, end = sheet.whole
    if not words:
        return ""
    at = _behind_salutation(sheet)
    return f"{sheet.draft[start:at]}{words} {capital(sheet.draft[at:end])}"


def _behind_salutation(sheet: Sheet) -> int:
    """Where the first sentence begins that is more than a salutation."""
    greeting = sheet.pack.phrases.listed("greeting")
    for start, end in sheet.sentences:
        is_greeting = greeting is not None and greeting.match(sheet.fold, start) is not None
        if not (is_greeting and end - start < 40):
            return start
    return sheet.whole.start


# -- a next step -------------------------------------------------------------------------------------------------------


def _lacks_next_step(sheet: Sheet, upset: float) -> bool:
    if "no_next_step" not in sheet.data.texts or any(sheet.moves_on) or "promised" in sheet.marks:
        return False
    return _matter_is_open(sheet, upset)


def _matter_is_open(sheet: Sheet, upset: float) -> bool:
    """Something is wrong or owed. A question was asked and this answers it: then nothing has to follow."""
    context = sheet.context
    waiting = context.waiting
    if not waiting:
        return False
    if upset >= SOME_TROUBLE or context.open_promises:
        return True
    return "trouble" in _customer_kinds(sheet, waiting[-1]) and not _only_asks(sheet, waiting[-1])


def _only_asks(sheet: Sheet, text: str) -> bool:
    """ "Why was I charged?" is answered by saying why, "Where is my parcel?" by saying where."""
    if not text.rstrip().endswith("?"):
        return False
    message = sheet.theirs(text)
    last = next((end for end in reversed(message.sentence_ends()) if end < len(text.rstrip())), 0)
    return any(
        hit.rule.kind == "question" and hit.match.start() - last <= len(" and ")
        for hit in message.others(sheet.pack.trouble)
    )


def _with_step_last(sheet: Sheet, text: Text) -> str:
    start, end = sheet.whole
    at = _before_closing(sheet)
    step = first_filled(text.say, _due(sheet))
    body = sheet.draft[start:at].rstrip()
    joint = " " if body.endswith((".", "!", "?", "\u2026")) else ". "
    rest = sheet.draft[start + len(body) : end]
    return f"{body}{joint}{step}{rest.lstrip('.') if rest.strip() != '.' else ''}" if step else ""


_LINE = re.compile(r"[^\n]+")


def _before_closing(sheet: Sheet) -> int:
    """The end of the body: before the line with "Kind regards", if there is one."""
    start, end = sheet.whole
    polite = {phrase.casefold() for phrase in sheet.pack.phrases.words.lists.get("pleasantry", ())}
    for line in _LINE.finditer(sheet.fold, start, end):
        if line.start() > start and line.group().strip(" ,.!") in polite:
            return line.start()
    return end


def _due(sheet: Sheet) -> dict[str, str]:
    context = sheet.context
    if context.update_due is None:
        return {}
    return {"due": due_words(sheet.data, sheet.pack.phrases.words, context.update_due, context.zone)}


# -- a time ------------------------------------------------------------------------------------------------------------


def _promises_without_time(sheet: Sheet) -> Iterator[Finding]:
    text = sheet.data.texts.get("no_time")
    if text is None:
        return
    untimed: list[tuple[int, str]] = []
    for number in range(len(sheet.sentences)):
        promised = next(sheet.marks_in("promised", number), None)
        vague = _vague(sheet, number) is not None and (promised is not None or sheet.marked("future", number))
        if promised is None and not vague:
            continue
        if _has_time(sheet, number):
            if not vague:
                return  # one promise with a time carries the others
            continue
        if not vague and (sheet.marked("conditional", number) or _is_question(sheet, number)):
            continue
        words = promised or sheet.sentences[number]
        untimed.append((number, sheet.fold[words.start : words.end]))
    if untimed and not any(
        _has_time(sheet, number) and sheet.moves_on[number] and sheet.marked("promising", number)
        for number in range(len(sheet.sentences))
    ):
        number, phrase = untimed[0]
        span = sheet.sentences[number]
        yield sheet.finding("no_time", span, _with_time(sheet, number, text), text.why, phrase)


def _vague(sheet: Sheet, number: int) -> Span | None:
    """Words such as "shortly"; the "soon" of "as soon as it's back" names an event."""
    events = list(sheet.marks_in("event", number))
    return next(
        (
            span
            for span in sheet.marks_in("vague", number)
            if not any(span.start < event.end and event.start < span.end for event in events)
        ),
        None,
    )


def _is_question(sheet: Sheet, number: int) -> bool:
    start, end = sheet.sentences[number]
    return sheet.draft[start:end].rstrip().endswith("?")


def _has_time(sheet: Sheet, number: int) -> bool:
    if sheet.marked("timely", number):
        return True
    start, end = sheet.sentences[number]
    return any(
        start <= when.start < end and not (when.vague or when.ago or when.lasting)
        for when in find_times(sheet.message, at=sheet.context.now or _ANY_DAY)
    )


def _with_time(sheet: Sheet, number: int, text: Text) -> str:
    """The sentence with a time in place of the vague words, or at its end."""
    start, end = sheet.sentences[number]
    when = first_filled(text.say, _due(sheet))
    vague = _vague(sheet, number)
    if vague is not None:
        tail = sheet.draft[vague.end : end]
        return f"{sheet.draft[start : vague.start]}{when}{tail}"
    sentence = sheet.draft[start:end]
    bare = sentence.rstrip(" .!\u2026")
    return f"{bare} {when}{sentence[len(bare) :] or '.'}"
