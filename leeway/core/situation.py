"""The situation of a case at one moment: every column a matrix rule may ask about, in one flat row.

Adding a rule field is two lines here (the field and its column) and one where ``core.decide`` fills it in; the loader,
the checker, the pages and the reference take it from ``COLUMNS``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from leeway.core.cue import CUE_KINDS, FEELINGS

ColumnKind = Literal["words", "word", "number", "share", "duration", "money", "yes_no"]


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a rule may compare a column with.

    ``words`` holds a set, ``word`` one word, ``share`` a number from 0 to 1, ``duration`` seconds, ``money`` minor
    units of the policy's currency. ``values`` lists the only possible words (empty: any word). ``low`` and ``high``
    bound a number.
    """

    name: str
    kind: ColumnKind
    says: str
    values: tuple[str, ...] = ()
    low: float | None = 0
    high: float | None = None
    whole: bool = True


class Situation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of the decision table's input. Defaults describe a calm first contact of an unknown customer."""

    cue: tuple[str, ...] = ()
    risk: float = 0.0
    trend: str = "same"
    feeling: str = "neutral"
    patience: int = 100
    tier: str = "standard"
    contacts_30d: int = 1
    same_matter: bool = False
    first_contact: bool = True
    promise: tuple[str, ...] = ()
    attempts: int = 0
    refused: int = 0
    offer_needed: int = 0
    authority: int = 0
    region: str = ""
    product: str = ""
    channel: str = ""
    language: str = ""
    brand: str = ""
    wants: str = ""
    level: str = ""
    escalated: bool = False
    reopened: int = 0
    reassigned: int = 0
    unanswered: int = 0
    waiting: int = 0
    age: int = 0
    renewal_in: int | None = None
    tenure_years: int = 0
    spend: int = 0
    earlier_escalations: int = 0
    times_explained: int = 0
    people_explained_to: int = 0
    event: tuple[str, ...] = ()
    rating: int | None = None
    requested_by: str = ""


COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        Column("cue", "words", "signs in this message or in the pattern around it", tuple(sorted(CUE_KINDS))),
        Column("risk", "share", "probability that the case escalates", high=1, whole=False),
        Column(
            "trend", "word", "where the customer's feeling is heading", ("improving", "same", "declining")
        ),
        Column("feeling", "word", "how the customer feels now", FEELINGS),
        Column("patience", "number", "how much patience is left, 0 to 100", high=100),
        Column("tier", "word", "the customer's value tier"),
        Column(
            "contacts_30d",
            "number",
            "contacts about this matter in the last 30 days, this one included",
            low=1,
        ),
        Column(
            "same_matter",
            "yes_no",
            "the customer came back about a matter they had contacted us about before",
        ),
        Column("first_contact", "yes_no", "nobody of ours has answered in this case yet"),
        Column(
            "promise",
            "words",
            "states of the promises made in this case",
            ("pending", "approaching", "kept", "broken"),
        ),
        Column("attempts", "number", "solutions offered so far"),
        Column("refused", "number", "solutions the customer declined"),
        Column(
            "offer_needed",
            "money",
            "what the customer asks for, in money; compare with `authority` or an amount",
        ),
        Column("region", "word", "the customer's region"),
        Column("product", "word", "the product the matter is about"),
        Column("channel", "word", "the channel of this contact"),
        Column("language", "word", "the language of this contact"),
        Column("brand", "word", "the brand the customer wrote to"),
        Column("wants", "word", "what the customer wants (refund, replacement, cancellation, ...)"),
        Column("level", "word", "the level the case is at now"),
        Column("escalated", "yes_no", "an escalation is open"),
        Column("reopened", "number", "times the case was reopened"),
        Column("reassigned", "number", "times the owner changed"),
        Column("unanswered", "number", "customer messages since our last answer"),
        Column("waiting", "duration", "time the customer has been waiting for an answer"),
        Column("age", "duration", "time since the case was opened"),
        Column("renewal_in", "number", "days until the customer's renewal; no match when unknown", low=None),
        Column("tenure_years", "number", "full years as a customer"),
        Column("spend", "money", "what the customer spent with us in total"),
        Column("earlier_escalations", "number", "escalations of this customer before this case"),
        Column("times_explained", "number", "times the customer told the same matter"),
        Column("people_explained_to", "number", "people of ours the customer explained the matter to"),
        Column(
            "event", "words", "customer events that happened (opened_cancellation_page, payment_failed, ...)"
        ),
        Column(
            "rating",
            "number",
            "the customer's last rating, 1 to 5; no match when there is none",
            low=1,
            high=5,
        ),
        Column(
            "requested_by",
            "word",
            "who pressed escalate; empty when a rule is looking",
            ("customer", "agent", "supervisor", "api"),
        ),
    )
}
