"""The log of a case as people read it: what happened, what followed, and who was told.

Clocks that only wake our own machinery are left out; the whole log is in the API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leeway.core.money import in_words as money_in_words
from leeway.core.risk import cue_in_words
from leeway.web.vocabulary import CLOCKS

Named = Callable[[str], str]

UNSAID = frozenset({"cues_seen"})
OUR_OWN_CLOCKS = ("rest", "step", "rules", "shift")

FACTS: dict[str, Any] = {
    "message": gettext_lazy("message"),
    "interaction_opened": gettext_lazy("contact opened"),
    "interaction_ended": gettext_lazy("contact ended"),
    "helper_joined": gettext_lazy("joined the conversation"),
    "helper_left": gettext_lazy("left the conversation"),
    "guidance_used": gettext_lazy("suggestion used"),
    "guidance_unhelpful": gettext_lazy("suggestion did not help"),
    "customer_event": gettext_lazy("the customer did something"),
    "step_taken": gettext_lazy("step ticked"),
    "attempt": gettext_lazy("solution offered"),
    "attempt_answered": gettext_lazy("answer to a solution"),
    "promise": gettext_lazy("promise made"),
    "promise_kept": gettext_lazy("promise kept"),
    "promise_released": gettext_lazy("promise released"),
    "escalation_requested": gettext_lazy("escalation requested"),
    "escalation_declined": gettext_lazy("escalation declined"),
    "deescalated": gettext_lazy("handed back down"),
    "consult_asked": gettext_lazy("advice asked for"),
    "consult_answered": gettext_lazy("advice given"),
    "slot_filled": gettext_lazy("packet filled in"),
    "handoff_accepted": gettext_lazy("hand-off accepted"),
    "handoff_asked_back": gettext_lazy("question before the hand-off"),
    "handoff_answered": gettext_lazy("question answered"),
    "handoff_declined": gettext_lazy("hand-off declined"),
    "handed_over": gettext_lazy("hand-over"),
    "update_sent": gettext_lazy("news to the customer"),
    "paused": gettext_lazy("paused"),
    "resumed": gettext_lazy("went on"),
    "resolved": gettext_lazy("resolved"),
    "reopened": gettext_lazy("opened again"),
    "follow_up_answered": gettext_lazy("follow-up answered"),
    "rated": gettext_lazy("rated"),
    "owner_unavailable": gettext_lazy("the owner is away"),
    "notice_undeliverable": gettext_lazy("a notice reached nobody"),
    "merged_from": gettext_lazy("another case joined"),
    "merged_into": gettext_lazy("merged into another case"),
    "split_off": gettext_lazy("second matter split off"),
    "policy_applied": gettext_lazy("newer policy applied"),
    "clock_ticked": gettext_lazy("time passed"),
    "offer_given": gettext_lazy("something given"),
    "offer_taken_back": gettext_lazy("taken back"),
    "approval_asked": gettext_lazy("approval asked for"),
    "approval_given": gettext_lazy("approval given"),
    "approval_declined": gettext_lazy("approval declined"),
    "approval_revoked": gettext_lazy("approval revoked"),
    "approval_withdrawn": gettext_lazy("approval withdrawn"),
    "fault_judged": gettext_lazy("whose fault it was"),
}

EVENTS: dict[str, Any] = {
    "case_opened": gettext_lazy("case opened"),
    "interaction_joined": gettext_lazy("contact by %(channel)s"),
    "customer_event_seen": gettext_lazy("noticed: %(name)s"),
    "guidance_answered": gettext_lazy("suggestion: %(move)s"),
    "alert_raised": gettext_lazy("alert: risk %(risk)s"),
    "rule_decided": gettext_lazy("rule “%(rule)s” sends it to %(go)s"),
    "escalation_opened": gettext_lazy("escalation opened"),
    "escalation_held": gettext_lazy("it waits for what is still to try or to fill in"),
    "escalated": gettext_lazy("now at %(level)s: %(why)s"),
    "escalation_turned_down": gettext_lazy("escalation declined: %(reason)s"),
    "escalation_ended": gettext_lazy("escalation ended: %(outcome)s"),
    "case_deescalated": gettext_lazy("handed back down to %(to)s: %(reason)s"),
    "owner_assigned": gettext_lazy("%(person)s owns it: %(why)s"),
    "owner_asked": gettext_lazy("%(person)s is asked to take it: %(why)s"),
    "owner_accepted": gettext_lazy("%(person)s accepted"),
    "accept_expired": gettext_lazy("%(person)s did not answer in time"),
    "handoff_turned_down": gettext_lazy("%(person)s declined: %(reason)s"),
    "asked_back": gettext_lazy("%(person)s asks back: %(question)s"),
    "ask_back_answered": gettext_lazy("%(person)s answers: %(answer)s"),
    "nobody_there": gettext_lazy("nobody available at %(level)s: %(plan)s"),
    "promise_settled": gettext_lazy("promise %(number)s is %(state)s"),
    "risk_judged": gettext_lazy("risk %(risk)s"),
    "disclosure_owed": gettext_lazy("to be said: %(name)s"),
    "disclosure_missed": gettext_lazy("not said when its turn came: %(name)s"),
    "case_resolved": gettext_lazy("resolved: %(how)s"),
    "case_reopened": gettext_lazy("opened again: %(reason)s"),
    "case_closed": gettext_lazy("closed: %(why)s"),
    "case_paused": gettext_lazy("paused: %(cause)s"),
    "case_resumed": gettext_lazy("goes on"),
    "policy_pinned": gettext_lazy("keeps policy version %(version)s: %(why)s"),
    "set_aside": gettext_lazy("nothing changed: %(why)s"),
    "slot_recorded": gettext_lazy("packet: %(slot)s"),
    "step_recorded": gettext_lazy("step done: %(step)s"),
    "update_recorded": gettext_lazy("the customer has news"),
    "rating_recorded": gettext_lazy("rated %(score)s of 5"),
    "attempt_answer_recorded": gettext_lazy("solution %(answer)s"),
    "consult_closed": gettext_lazy("advice: %(advice)s"),
    "offer_returned": gettext_lazy("offer %(number)s taken back: %(reason)s"),
    "approval_routed": gettext_lazy("approval %(number)s waits for %(person)s at %(level)s"),
    "approval_ended": gettext_lazy("approval %(number)s: %(state)s"),
    "fault_recorded": gettext_lazy("fault: %(fault)s"),
}

PLAIN_FIELDS = frozenset(
    {
        "go",
        "level",
        "state",
        "plan",
        "cause",
        "slot",
        "step",
        "to",
        "channel",
        "outcome",
        "name",
        "answer",
        "move",
        "fault",
    }
)


@dataclass(frozen=True, slots=True)
class Followed:
    """One thing that followed. ``audience`` is who was told: ``customer``, ``us``, or nobody."""

    text: str
    audience: str = ""


def followed(events: Iterable[object], named: Named) -> list[Followed]:
    """What is worth reading of what followed, in order."""
    return [Followed(text, _audience(event)) for event in events if (text := in_words(event, named))]


def _audience(event: object) -> str:
    return {"notice_issued": "us", "customer_informed": "customer"}.get(_kind(event), "")


def _kind(event: object) -> str:
    return str(type(event).__struct_config__.tag)  # type: ignore[attr-defined]


def fact_in_words(fact: object) -> str:
    kind = _kind(fact)
    if kind == "message" and getattr(fact, "internal", False):
        return _("note")
    return str(FACTS.get(kind) or kind.replace("_", " "))


def in_words(event: Any, named: Named) -> str:  # noqa: ANN401 - any of the core's events
    """One event in a line; empty for what is only machinery."""
    kind = _kind(event)
    if kind in UNSAID:
        return ""
    special = SPECIAL.get(kind)
    if special is not None:
        return special(event, named)
    words = EVENTS.get(kind)
    return str(words) % _fields(event, named) if words is not None else _(kind.replace("_", " "))


def _fields(event: Any, named: Named) -> dict[str, str]:  # noqa: ANN401
    fields = {name: str(getattr(event, name)) for name in event.__struct_fields__}
    for name in PLAIN_FIELDS & fields.keys():
        fields[name] = _(fields[name].replace("_", " ")) if fields[name] else "–"
    if "person" in fields:
        fields["person"] = named(fields["person"])
    if "risk" in fields:
        fields["risk"] = _("%(n)d%%") % {"n": round(event.risk * 100)}
    return fields


def _read(event: Any, named: Named) -> str:  # noqa: ANN401
    del named
    return ", ".join(_(cue_in_words(cue.kind)) for cue in event.cues)


def _told(event: Any, named: Named) -> str:  # noqa: ANN401
    people = ", ".join(named(who) for who in event.notice.to)
    return _("told %(people)s: %(subject)s") % {"people": people, "subject": event.notice.subject}


def _told_customer(event: Any, named: Named) -> str:  # noqa: ANN401
    del named
    return _("told the customer: %(text)s") % {"text": event.message.text}


def _clock_words(name: str, kind: str) -> str:
    if name.partition(":")[0] in OUR_OWN_CLOCKS or kind in OUR_OWN_CLOCKS:
        return ""
    return str(CLOCKS.get(kind) or kind.replace("_", " "))


def _clock_set(event: Any, named: Named) -> str:  # noqa: ANN401
    del named
    clock = event.clock
    said = _clock_words(clock.name, clock.kind)
    if not said:
        return ""
    if clock.due is None:
        return _("clock stands still: %(clock)s") % {"clock": said}
    until = f"{timezone.localtime(clock.due):%Y-%m-%d %H:%M}"
    return _("clock: %(clock)s by %(until)s") % {"clock": said, "until": until}


OUTCOMES: dict[str, Any] = {
    "met": gettext_lazy("in time: %(clock)s"),
    "late": gettext_lazy("late: %(clock)s"),
}


def _clock_stopped(event: Any, named: Named) -> str:  # noqa: ANN401
    del named
    said = _clock_words(event.name, event.kind)
    outcome = OUTCOMES.get(event.outcome)  # that a clock is not needed any more interests nobody
    return str(outcome) % {"clock": said} if said and outcome else ""


def _clock_warned(event: Any, named: Named) -> str:  # noqa: ANN401
    del named
    said = _clock_words(event.name, event.kind)
    return _("running short: %(clock)s") % {"clock": said} if said else ""


def _clock_breached(event: Any, named: Named) -> str:  # noqa: ANN401
    del named
    said = _clock_words(event.name, event.kind)
    return _("ran out: %(clock)s") % {"clock": said} if said else ""


def _promised(event: Any, named: Named) -> str:  # noqa: ANN401
    del named
    return _("promise heard: %(what)s") % {"what": event.promise.what}


def _offered(event: Any, named: Named) -> str:  # noqa: ANN401
    del named
    return _("solution written down: %(offer)s") % {"offer": event.attempt.offer}


def _given(event: Any, named: Named) -> str:  # noqa: ANN401
    offer = event.offer
    what = {
        "sum": money_in_words(offer.amount, offer.currency),
        "what": _(offer.instrument.replace("_", " ")),
    }
    if offer.due:
        return _("given because it is due: %(sum)s %(what)s") % what
    if offer.approval:
        return _("given with the approval of %(person)s: %(sum)s %(what)s") % {
            **what,
            "person": named(offer.person),
        }
    return _("given: %(sum)s %(what)s") % what


def _approval_opened(event: Any, named: Named) -> str:  # noqa: ANN401
    approval = event.approval
    return _("%(person)s asks for approval of %(sum)s %(what)s: %(why)s") % {
        "person": named(approval.asked_by),
        "sum": money_in_words(approval.amount, approval.currency),
        "what": _(approval.instrument.replace("_", " ")),
        "why": approval.why,
    }


def _approval_granted(event: Any, named: Named) -> str:  # noqa: ANN401
    return _("%(person)s approved %(n)s: %(what)s") % {
        "person": named(event.by),
        "n": event.number,
        "what": _(event.instrument.replace("_", " ")),
    }


def _approval_seconded(event: Any, named: Named) -> str:  # noqa: ANN401
    return _("%(person)s is the first of two to approve %(n)s") % {
        "person": named(event.by),
        "n": event.number,
    }


def _asked_for_advice(event: Any, named: Named) -> str:  # noqa: ANN401
    question = {"person": named(event.consult.asked_of), "question": event.consult.question}
    return _("%(person)s is asked for advice: %(question)s") % question


def _helpers(event: Any, named: Named) -> str:  # noqa: ANN401
    people = ", ".join(named(who) for who in event.helpers)
    return _("beside the owner: %(people)s") % {"people": people or "–"}


def _disclosed(event: Any, named: Named) -> str:  # noqa: ANN401
    del named
    said = {"name": _(event.name.replace("_", " ")), "quote": event.record.quote}
    return (
        _("said late: %(name)s: “%(quote)s”")
        if event.record.state == "late"
        else _("said: %(name)s: “%(quote)s”")
    ) % said


def _forbidden(event: Any, named: Named) -> str:  # noqa: ANN401
    del named
    one = event.forbidden
    return _("said what must not be said: %(name)s: “%(quote)s”") % {
        "name": _(one.name.replace("_", " ")),
        "quote": one.quote,
    }


SPECIAL: dict[str, Callable[[Any, Named], str]] = {
    "offer_recorded": _given,
    "approval_opened": _approval_opened,
    "approval_granted": _approval_granted,
    "approval_seconded": _approval_seconded,
    "message_read": _read,
    "notice_issued": _told,
    "customer_informed": _told_customer,
    "clock_started": _clock_set,
    "clock_paused": _clock_set,
    "clock_resumed": _clock_set,
    "clock_stopped": _clock_stopped,
    "clock_warned": _clock_warned,
    "clock_breached": _clock_breached,
    "promise_recorded": _promised,
    "attempt_recorded": _offered,
    "consult_opened": _asked_for_advice,
    "disclosure_said": _disclosed,
    "forbidden_said": _forbidden,
    "helpers_changed": _helpers,
}
