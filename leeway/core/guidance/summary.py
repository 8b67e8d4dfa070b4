"""Paraphrase and summary without a model: who wants what, since when, what was tried, what was promised.

Every clause comes with the message it stands in. A language model may improve the wording of ``text``; it finds every
name, number and date in these clauses, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from leeway.core.case import Promise
from leeway.core.guidance import slots
from leeway.core.guidance.moment import Moment
from leeway.core.guidance.telling import best
from leeway.core.guidance.view import View

TELLINGS = 3


class Clause(msgspec.Struct, frozen=True, omit_defaults=True):
    """One statement: what it is about (``who``, ``matter``, ``since``, ``wants``, ``tried``, ``promised``,
    ``feeling``), its words, and the messages it stands in.
    """

    about: str
    text: str
    messages: tuple[str, ...] = ()


class Summary(msgspec.Struct, frozen=True, omit_defaults=True):
    """The case in a few clauses. ``said_back`` is the matter as one says it to the customer, where it can be."""

    clauses: tuple[Clause, ...]
    said_back: str = ""

    @property
    def text(self) -> str:
        """All of it in one paragraph."""
        return " ".join(f"{clause.text.rstrip('.!?')}." for clause in self.clauses)


def summarised(view: View) -> Summary:
    """What is known, clause by clause, in the words of the playbooks' language."""
    moment = Moment(view)
    clauses = tuple(_clauses(moment))
    filled = slots.matter_and(moment) or slots.matter(moment)
    return Summary(clauses, filled.text if filled else "")


def _clauses(moment: Moment) -> Iterator[Clause]:
    say = moment.view.wording.noun
    case = moment.case
    for telling in best(moment.told, TELLINGS) or ():
        yield Clause("matter", f"{_who(moment)}: “{telling.quote}”", (telling.message,))
    if not moment.told and case.summary:
        yield Clause("matter", f"{_who(moment)}: “{case.summary.text}”", (case.summary.message,))
    for about, filled in (
        ("reference", slots.reference(moment)),
        ("since", slots.since(moment)),
        ("wants", slots.want(moment)),
    ):
        shape = say("summary", about)
        if filled is not None and shape:
            yield Clause(about, shape.replace("{it}", filled.text), filled.sources)
    if case.explained.times > 1 and (shape := say("summary", "explained")):
        yield Clause("explained", shape.replace("{it}", str(case.explained.times)))
    yield from _tried(moment)
    yield from _promised(moment)


def _who(moment: Moment) -> str:
    return moment.case.customer_name or moment.view.wording.noun("summary", "customer") or "?"


def _tried(moment: Moment) -> Iterator[Clause]:
    say = moment.view.wording.noun
    for attempt in moment.case.attempts:
        shape = say("summary", f"tried_{attempt.answer or 'open'}")
        if shape:
            reason = f" (“{attempt.reason}”)" if attempt.reason and attempt.answer == "declined" else ""
            text = shape.replace("{it}", f"“{attempt.offer}”") + reason
            yield Clause("tried", text, tuple(filter(None, (attempt.message, attempt.answer_message))))


def _promised(moment: Moment) -> Iterator[Clause]:
    for promise in moment.case.promises:
        shape = moment.view.wording.noun("summary", f"promise_{_state(promise)}")
        if shape:
            yield Clause(
                "promised",
                shape.replace("{it}", f"“{promise.what}”"),
                (promise.message,) if promise.message else (),
            )


def _state(promise: Promise) -> str:
    return "open" if promise.state in ("found", "pending", "approaching") else promise.state
