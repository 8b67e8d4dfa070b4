"""Words of the core as a reader of the console's language knows them. The core speaks English to itself and to the log.

A word that is not here is shown as it is. ``tools/translations.py`` finds these like every other text.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as word

CLOCKS: dict[str, Any] = {
    "accept": _("hand-off to accept"),
    "first_response": _("first answer due"),
    "next_response": _("answer due"),
    "update": _("update due"),
    "level": _("time at this level"),
    "step": _("next step"),
    "resolution": _("resolution due"),
    "promise": _("promise due"),
    "approval": _("approval due"),
    "follow_up": _("follow-up due"),
    "consult": _("advice due"),
    "regulator": _("regulator's deadline"),
}
"""What runs out, by the kind of its clock."""

WANTS: dict[str, Any] = {
    "refund": _("wants a refund"),
    "return": _("wants to send it back"),
    "replacement": _("wants a replacement"),
    "cancellation": _("wants to cancel"),
    "repair": _("wants a repair"),
    "explanation": _("wants an explanation"),
    "callback": _("wants a call"),
    "delivery": _("wants the delivery"),
    "apology": _("wants an apology"),
    "supervisor": _("wants a supervisor"),
    "human": _("wants a person"),
    "compensation": _("wants compensation"),
    "credit": _("wants a credit"),
    "discount": _("wants a discount"),
    "correction": _("wants it corrected"),
    "information": _("wants to know"),
    "access": _("wants access"),
    "complaint": _("complains"),
    "no_contact": _("wants to be left alone"),
}
"""What a customer wants, as it follows their name."""

STEPS: dict[str, Any] = {
    "restate": _("saying back what went wrong"),
    "offer": _("an offer of what we may decide"),
    "alternative": _("a second way"),
}
"""What a shipped pack wants tried before a case goes up; a house's own steps are said by their names."""

WHYS: tuple[tuple[re.Pattern[str], Any], ...] = (
    (re.compile(r"contact number (\d+) about this matter"), _("contact number %s about this matter")),
    (re.compile(r"(\d+) earlier escalations"), _("%s earlier escalations")),
    (re.compile(r"a promise was not kept"), _("a promise was not kept")),
    (re.compile(r"changed hands (\d+) times"), _("changed hands %s times")),
    (re.compile(r"reopened"), _("reopened")),
    (re.compile(r"(\d+) unanswered messages"), _("%s unanswered messages")),
    (re.compile(r"declined (\d+) solutions"), _("declined %s solutions")),
    (re.compile(r"explained it (\d+) times"), _("explained it %s times")),
    (re.compile(r"patience (\d+) of 100"), _("patience %s of 100")),
    (re.compile(r"mood is declining"), _("mood is declining")),
    (re.compile(r"mood is improving"), _("mood is improving")),
    (re.compile(r"is satisfied"), _("is satisfied")),
)
"""What ``leeway.core.risk`` gives as reasons, beside the cues."""

FEELINGS = (
    word("angry"),
    word("frustrated"),
    word("disappointed"),
    word("anxious"),
    word("neutral"),
    word("satisfied"),
)
CUES = (
    word("anger"),
    word("frustration"),
    word("disappointment"),
    word("anxiety"),
    word("sarcasm"),
    word("profanity"),
    word("shouting"),
    word("thanks"),
    word("urgency"),
    word("asks for a supervisor"),
    word("speaks of a lawyer"),
    word("speaks of a regulator"),
    word("threatens to go public"),
    word("threatens to leave"),
    word("says a promise was broken"),
    word("refuses what was offered"),
    word("has to repeat themselves"),
    word("may be vulnerable"),
    word("has waited long"),
    word("raised their voice"),
    word("talks over us"),
    word("fell silent"),
    word("earlier escalation"),
    word("repeat contact"),
    word("renewal near"),
    word("customer silent"),
    word("reassigned again"),
    word("promise overdue"),
    word("unanswered"),
)
REASONS = (
    word("insufficient authority"),
    word("missing information or skill"),
    word("no resolution"),
    word("poor communication"),
    word("unmet expectation"),
    word("repeat incident"),
    word("broken promise"),
    word("customer request"),
    word("time limit"),
    word("regulator or legal"),
    word("vulnerable customer"),
)
STATES = (
    word("open"),
    word("paused"),
    word("resolved"),
    word("closed"),
    word("merged"),
    word("kept"),
    word("broken"),
    word("released"),
    word("accepted"),
    word("declined"),
    word("unclear"),
    word("hierarchical"),
    word("functional"),
    word("waiting for customer"),
    word("waiting for third party"),
    word("agreed with customer"),
    word("found"),
    word("pending"),
    word("approaching"),
    word("escalated"),
    word("complaint"),
    word("acknowledged"),
    word("internal"),
)
TRENDS = (
    word("improving"),
    word("same"),
    word("declining"),
)
APPROVALS = (
    word("asked"),
    word("granted"),
    word("withdrawn"),
    word("lapsed"),
    word("used"),
)
"""How a request for approval stands; the other states are among ``STATES``."""

DUE = (
    word("overcharged"),
    word("not delivered"),
    word("withdrawal"),
    word("cancelled by us"),
    word("law"),
    word("contract"),
)
"""Why something is due, beside ``paid twice`` and ``not as described`` of the form that asks for it."""

MOVES = (
    word("acknowledge"),
    word("paraphrase"),
    word("own it"),
    word("offer"),
    word("set a time"),
    word("explain honestly"),
    word("give choices"),
    word("slow down"),
    word("follow up"),
    word("consult"),
    word("hand over"),
)
VERDICTS = (
    word("chosen"),
    word("could have"),
    word("excluded"),
    word("lacks skill"),
    word("lacks language"),
    word("elsewhere"),
    word("no such target"),
    word("nobody on it"),
    word("inactive"),
    word("absent"),
    word("outside hours"),
    word("unreachable"),
    word("over capacity"),
)
"""What routing says of everybody it looks at."""

UPDATES = (
    word("update"),
    word("acknowledgement"),
    word("delay"),
)
COLUMNS = (
    word("cue"),
    word("trend"),
    word("patience"),
    word("tier"),
    word("promise"),
    word("region"),
    word("product"),
    word("language"),
    word("brand"),
    word("event"),
    word("rating"),
)
"""Columns of the matrix that are said as they are written; the others are in ``leeway.web.matrix.words``."""

ARTICLES = (
    word("article"),
    word("fact"),
    word("solution"),
    word("not reviewed"),
    word("the product has changed"),
    word("does not help"),
)
LEVELS_AND_ROLES = (
    word("agent"),
    word("supervisor"),
    word("manager"),
    word("ombudsman"),
    word("mediator"),
    word("operations"),
    word("quality"),
    word("admin"),
)
CHANNELS = (
    word("chat"),
    word("email"),
    word("phone"),
    word("web form"),
    word("letter"),
    word("social"),
)
INSTRUMENTS = (
    word("refund"),
    word("discount"),
    word("credit"),
    word("fee waiver"),
    word("replacement"),
    word("policy exception"),
)
FAULTS = (
    word("ours"),
    word("shared"),
    word("theirs"),
    word("unknown"),
)
TIERS = (
    word("standard"),
    word("silver"),
    word("gold"),
    word("platinum"),
)
SLOTS = (
    word("matter"),
    word("wants"),
    word("feeling"),
    word("told"),
    word("tried"),
    word("promises"),
    word("why"),
)
SWEEP = (
    word("steps"),
    word("on time"),
    word("ratio"),
    word("overdue"),
    word("forgotten"),
)
"""What the watchdog reports."""
