"""What a person can do with a case, as a table: the fact it makes, the fields it asks for, who may, how to undo it.

A new button is one line here and one form in a template; the API and the pages share the facts behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leeway.core import facts as f
from leeway.web import house

Read = Callable[[str], Any]

_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,2}))?")


class BadField(ValueError):
    """A field of the form could not be read; says which and what was expected."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Verb:
    """``fields`` are read from the form; ``says`` is what the person reads when it is done."""

    fact: type
    says: Any
    fields: Mapping[str, Read] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    for_leads: bool = False
    undo: str = ""


def text(value: str) -> str:
    return value.strip()


def number(value: str) -> int:
    return int(value)


def case_number(value: str) -> int:
    """``C-12`` or ``12``."""
    return int(value.strip().upper().removeprefix("C-"))


def yes(value: str) -> bool:
    return value in ("yes", "on", "true", "1")


def cents(value: str) -> int:
    """``12,50`` and ``12.50`` are 1250 minor units. What could be read in two ways (``1.234,50``) is not read."""
    found = _AMOUNT.fullmatch(value.strip())
    if found is None:
        raise ValueError(value)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def instant(value: str) -> datetime:
    """A date and time as the browser's field gives it, in the reader's own zone; ``+30`` is 30 minutes from now."""
    if value.startswith("+"):
        return house.now() + timedelta(minutes=int(value))
    read = datetime.fromisoformat(value)
    return read if read.tzinfo else timezone.make_aware(read)


EXPECTED: Mapping[Read, Any] = {
    number: _("a number"),
    case_number: _("the number of a case, such as C-12"),
    cents: _("an amount such as 12.50"),
    instant: _("a date and time"),
}

VERBS: dict[str, Verb] = {
    "reply": Verb(
        f.MessageReceived, _("Sent."), {"text": text}, ("text",), {"author": "agent", "send": True}
    ),
    "note": Verb(
        f.MessageReceived, _("Noted."), {"text": text}, ("text",), {"author": "agent", "internal": True}
    ),
    "whisper": Verb(
        f.MessageReceived,
        _("Whispered to the owner."),
        {"text": text},
        ("text",),
        {"author": "agent", "internal": True},
        for_leads=True,
    ),
    "join": Verb(f.HelperJoined, _("You are in the conversation."), for_leads=True, undo="leave"),
    "leave": Verb(f.HelperLeft, _("You left the conversation.")),
    "accept": Verb(f.HandoffAccepted, _("It is yours. The customer is told."), {"seen": number}),
    "decline": Verb(f.HandoffDeclined, _("Declined. Somebody else is asked."), {"reason": text}, ("reason",)),
    "ask-back": Verb(
        f.HandoffAskedBack, _("Asked the person handing over."), {"question": text}, ("question",)
    ),
    "answer-back": Verb(f.HandoffAnswered, _("Answered."), {"answer": text}, ("answer",)),
    "hand-over": Verb(
        f.HandedOver, _("Asked. It stays yours until they accept."), {"to": text, "reason": text}
    ),
    "escalate": Verb(
        f.EscalationRequested,
        _("Escalation requested."),
        {"to": text, "reason": text, "note": text, "override": text, "seen": number},
        fixed={"requested_by": "agent"},
    ),
    "turn-down": Verb(
        f.EscalationDeclined,
        _("Declined; the owner is told why."),
        {"reason": text},
        ("reason",),
        for_leads=True,
    ),
    "de-escalate": Verb(f.Deescalated, _("Handed back down."), {"to": text, "reason": text}, ("reason",)),
    "consult": Verb(
        f.ConsultAsked, _("Asked. The case stays where it is."), {"question": text, "to": text}, ("question",)
    ),
    "advise": Verb(
        f.ConsultAnswered,
        _("Advice given."),
        {"advice": text, "consult": number, "averted": yes},
        ("advice",),
    ),
    "slot": Verb(
        f.SlotFilled, _("The packet knows it now."), {"slot": text, "value": text}, ("slot", "value")
    ),
    "step": Verb(f.StepTaken, _("Ticked."), {"step": text, "note": text}, ("step",)),
    "update": Verb(f.UpdateSent, _("The customer has the news."), {"text": text, "kind": text}, ("text",)),
    "promise": Verb(
        f.PromiseMade,
        _("The promise is being watched."),
        {"what": text, "due": instant, "promise": number},
        ("what", "due"),
    ),
    "keep": Verb(f.PromiseKept, _("Kept. Well done."), {"promise": number, "note": text}, ("promise",)),
    "release": Verb(
        f.PromiseReleased, _("No promise any more."), {"promise": number, "reason": text}, ("promise",)
    ),
    "attempt": Verb(
        f.AttemptMade,
        _("Written down as tried."),
        {"offer": text, "kind": text, "amount": cents, "currency": text},
        ("offer",),
    ),
    "give": Verb(
        f.OfferGiven,
        _("Given, and counted."),
        {
            "instrument": text,
            "amount": cents,
            "currency": text,
            "why": text,
            "due": yes,
            "because": text,
            "proof": text,
            "approval": number,
            "suggested": number,
        },
        ("instrument", "amount"),
    ),
    "take-back": Verb(
        f.OfferTakenBack,
        _("Taken back; the room is free again."),
        {"offer": number, "reason": text},
        ("offer", "reason"),
    ),
    "ask-approval": Verb(
        f.ApprovalAsked,
        _("Asked. You hear as soon as somebody decides."),
        {
            "instrument": text,
            "amount": cents,
            "currency": text,
            "why": text,
            "to": text,
            "due": yes,
            "because": text,
            "proof": text,
        },
        ("instrument", "amount", "why"),
    ),
    "approve": Verb(
        f.ApprovalGiven,
        _("Approved. Whoever asked is told."),
        {"approval": number, "amount": cents, "worth": cents, "note": text},
        ("approval",),
    ),
    "decline-approval": Verb(
        f.ApprovalDeclined,
        _("Declined. Whoever asked is told why."),
        {"approval": number, "reason": text},
        ("approval", "reason"),
    ),
    "revoke-approval": Verb(
        f.ApprovalRevoked,
        _("Revoked; it can't be used any more."),
        {"approval": number, "reason": text},
        ("approval", "reason"),
    ),
    "withdraw-approval": Verb(
        f.ApprovalWithdrawn, _("Withdrawn."), {"approval": number, "reason": text}, ("approval",)
    ),
    "fault": Verb(f.FaultJudged, _("Noted whose fault it was."), {"fault": text, "why": text}, ("fault",)),
    "attempt-answer": Verb(
        f.AttemptAnswered,
        _("Written down."),
        {"attempt": number, "answer": text, "reason": text},
        ("answer",),
    ),
    "pause": Verb(
        f.Paused, _("Paused."), {"cause": text, "note": text, "until": instant}, ("cause",), undo="resume"
    ),
    "resume": Verb(f.Resumed, _("Going on.")),
    "resolve": Verb(
        f.Resolved,
        _("Resolved. We follow up."),
        {"how": text, "within_authority": text},
        ("how",),
        undo="reopen",
    ),
    "reopen": Verb(f.Reopened, _("Open again."), {"reason": text}, fixed={"reason": "reopened by hand"}),
    "merge": Verb(
        f.MergedInto, _("Merged. You are in the other case now."), {"into": case_number}, ("into",)
    ),
    "split": Verb(f.SplitOff, _("Split off as a case of its own."), {"what": text}, ("what",)),
    "apply-policy": Verb(
        f.PolicyApplied,
        _("The new policy applies to this case."),
        {"version": number},
        ("version",),
        for_leads=True,
    ),
}


def fields_of(verb: Verb, form: Mapping[str, str]) -> dict[str, Any]:
    """The fact's fields from what was sent. Raises ``BadField``."""
    fields: dict[str, Any] = dict(verb.fixed)
    for name, read in verb.fields.items():
        given = form.get(name, "").strip()
        if not given:
            if name in verb.needed:
                raise BadField(name, str(_("This is needed.")))
            continue
        try:
            fields[name] = read(given)
        except ValueError as unreadable:
            expected = EXPECTED.get(read, "")
            raise BadField(name, str(_("Expected %(what)s.") % {"what": expected})) from unreadable
    return fields
