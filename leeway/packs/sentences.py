"""The half-sentences of a matrix, each read and written here, side by side.

``10 min: tell on_call by [sms] if not accepted`` · ``hand to night_desk; tell the customer "…"`` ·
``80 %: tell owner`` · ``2 silent accepts``
"""

from __future__ import annotations

import re
from typing import Literal, cast

import msgspec

from leeway.core.policy import Level, NobodyThere, Span, Step, Warn
from leeway.packs import units
from leeway.packs.reader import Node
from leeway.packs.sentence import WORD_ENDS, Muddled, Sentence
from leeway.packs.targets import NAME, Targets

Deed = Literal["tell", "give_to", "update_customer", "climb"]
IfNot = Literal["", "accepted", "answered", "resolved"]

_IF_NOT: tuple[IfNot, ...] = ("accepted", "answered", "resolved")
_DEEDS: dict[str, Deed] = {
    "tell": "tell",
    "give to": "give_to",
    "update customer": "update_customer",
    "climb": "climb",
}
_RHYTHMS = {"hourly": Span(units.HOUR), "daily": Span(units.DAY), "weekly": Span(7 * units.DAY)}
_COUNT = r"([1-9][0-9]{0,3})"
_TIMES = rf",\s*{_COUNT} times?"


# A step, as in "10 min: tell on_call by [sms] if not accepted"


class When(msgspec.Struct, frozen=True):
    """The part of a step before the colon."""

    after: Span
    every: Span | None = None
    times: int = 0


def read_step(key: Node, value: Node, *, level: Level, targets: Targets, working_day: int) -> Step | None:
    try:
        when = _when(Sentence(key, working_day=working_day))
        return _step(Sentence(value), when, level, targets, key.line)
    except Muddled:
        return None


def step_in_words(step: Step) -> tuple[str, str]:
    """The key and the value of the step's line."""
    deed = next(words for words, deed in _DEEDS.items() if deed == step.do)
    who = f" {target_in_words(step.who)}" if step.who else ""
    by = f" by [{', '.join(step.by)}]" if step.by else ""
    unless = f" if not {step.if_not}" if step.if_not else ""
    return _when_in_words(step), deed + who + by + unless


def _when(sentence: Sentence) -> When:
    every = _rhythm(sentence)
    after = every or (Span(0) if sentence.has("at once") else _delay(sentence))
    if every is None and sentence.has(r",\s*then"):
        every = _rhythm(sentence) or sentence.stop('"every ...", hourly, daily or weekly')
    times = sentence.has(_TIMES) if every is not None else None
    sentence.end()
    return When(after, every, int(times[1]) if times else 0)


def _delay(sentence: Sentence) -> Span:
    if not sentence.looks_like(r"[0-9]"):
        sentence.stop('"at once", a time such as "10 min", "every 2 h", hourly, daily or weekly')
    return sentence.span()


def _rhythm(sentence: Sentence) -> Span | None:
    if sentence.has("every"):
        return sentence.span()
    found = sentence.has(f"({'|'.join(_RHYTHMS)})")
    return _RHYTHMS[found[1]] if found else None


def _when_in_words(step: Step) -> str:
    first = units.span_in_words(step.after) if step.after.seconds else "at once"
    if step.every is None:
        return first
    named = next((word for word, length in _RHYTHMS.items() if length == step.every), "")
    again = named or f"every {units.span_in_words(step.every)}"
    times = f", {step.times} times" if step.times else ""
    return again + times if step.after == step.every else f"{first}, then {again}{times}"


def _step(sentence: Sentence, when: When, level: Level, targets: Targets, line: int) -> Step:
    deed = _DEEDS[sentence.needs(f"({'|'.join(_DEEDS)})", f"one of {', '.join(_DEEDS)}")[1]]
    who = _who(sentence, level, targets) if deed in {"tell", "give_to"} else ""
    by = sentence.names("a channel such as email") if deed == "tell" and sentence.has("by") else ()
    if_not = _if_not(sentence)
    sentence.end()
    return Step(
        do=deed,
        after=when.after,
        who=who,
        by=by,
        if_not=if_not,
        every=when.every,
        times=when.times,
        line=line,
    )


def _if_not(sentence: Sentence) -> IfNot:
    if not sentence.has("if"):
        return ""
    sentence.needs("not", '"not"')
    return cast("IfNot", sentence.one_of(_IF_NOT, "accepted, answered or resolved"))


def _who(sentence: Sentence, level: Level, targets: Targets) -> str:
    """Inside a level's steps ``team`` and ``on_call`` mean this level's own."""
    own_rota = f"rota:{level.name}_on_call"
    if sentence.has("team(?!:)"):
        return level.target
    if sentence.looks_like(f"on_call{WORD_ENDS}"):
        return sentence.target_named(own_rota, targets)
    if sentence.looks_like(f"next_on_call{WORD_ENDS}"):
        return _next_in(sentence.target_named(own_rota, targets))
    if sentence.has("next_of"):
        return _next_in(sentence.rota(targets))
    return sentence.target(targets)


def _next_in(rota: str) -> str:
    return f"next:{rota.partition(':')[2]}"


def target_in_words(who: str) -> str:
    kind, _, name = who.partition(":")
    words = {"next": f"next_of rota:{name}", "manager_of": "manager_of owner", "lead_of": f"lead_of {name}"}
    return words.get(kind, who)


# The plan for when nobody is there, as in "hand to night_desk; tell the customer "…""


def read_nobody_there(
    level: str, value: Node, *, lower: tuple[str, ...], targets: Targets
) -> NobodyThere | None:
    try:
        return _nobody_there(level, Sentence(value), lower, targets)
    except Muddled:
        return None


def nobody_there_in_words(plan: NobodyThere) -> str:
    parts = [f"hand to {plan.hand_to}" if plan.hand_to else "wait until {next_open}"]
    if plan.owner_stays:
        parts.append(f"owner stays {plan.owner_stays}")
    if plan.tell_customer:
        named = re.fullmatch(NAME, plan.tell_customer) is not None
        parts.append(
            f"tell the customer {plan.tell_customer}"
            if named
            else f'tell the customer "{plan.tell_customer}"'
        )
    return "; ".join(parts)


def _nobody_there(level: str, sentence: Sentence, lower: tuple[str, ...], targets: Targets) -> NobodyThere:
    hand_to, owner_stays, tell_customer = "", "", ""
    wait = sentence.has(r"wait(?: until \{next_open\})?") is not None
    if not wait:
        sentence.needs("hand to", '"hand to ..." or "wait until {next_open}"')
        hand_to = sentence.target(targets)
    while sentence.has(";"):
        if not owner_stays and sentence.has("owner stays"):
            owner_stays = sentence.one_of(lower, f"a level below {level}")
        elif not tell_customer and sentence.has("tell the customer"):
            tell_customer = sentence.message()
        else:
            sentence.stop('"owner stays ..." or "tell the customer ..."')
    sentence.end()
    return NobodyThere(level, hand_to, wait, tell_customer, owner_stays)


# A warning, as in "80 %: tell owner", "1 h before: tell [owner, manager_of owner]"


def read_warn(key: Node, value: Node, *, targets: Targets, working_day: int) -> Warn | None:
    try:
        percent, before = _warn_when(Sentence(key, working_day=working_day))
        sentence = Sentence(value)
        sentence.needs("tell", '"tell ..."')
        tell = sentence.targets(targets)
        sentence.end()
    except Muddled:
        return None
    return Warn(percent=percent, before=before, tell=tell)


def warn_in_words(warn: Warn) -> tuple[str, str]:
    """The key and the value of the warning's line."""
    when = f"{units.span_in_words(warn.before)} before" if warn.before else f"{warn.percent} %"
    tell = [target_in_words(target) for target in warn.tell]
    return when, f"tell [{', '.join(tell)}]" if len(tell) > 1 else f"tell {tell[0]}"


def _warn_when(sentence: Sentence) -> tuple[int, Span | None]:
    percent, before = 0, None
    if share := sentence.has(r"([1-9][0-9]?) ?%"):
        percent = int(share[1])
    elif sentence.looks_like("[0-9]"):
        before = sentence.span()
        sentence.needs("before", '"before"')
    else:
        sentence.stop('a share such as "80 %" or a time such as "1 h before"')
    sentence.end()
    return percent, before


# When a silent owner makes the case climb, as in "2 silent accepts"


def silent_accepts(text: str) -> int:
    found = re.fullmatch(rf"{_COUNT} silent accepts?", text)
    if not found:
        raise ValueError
    return int(found[1])


def silent_accepts_in_words(count: int) -> str:
    return f"{count} silent accept{'s' if count > 1 else ''}"
