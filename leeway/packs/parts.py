"""Parts of a file that a matrix and a regulator's overlay have in common."""

from __future__ import annotations

from typing import Literal, cast

from leeway.core.policy import RegulatorClock, Span, Warn
from leeway.packs import units
from leeway.packs.messages import check_message
from leeway.packs.reader import Node
from leeway.packs.sentences import read_warn
from leeway.packs.targets import Targets

STARTS = ("case_opened", "escalated", "complaint")
STOPS = ("acknowledged", "final_response", "resolved")
CLOCK_KEYS = ("within", "from", "until", "must", "says", "source", "warnings")


def read_working_day(node: Node) -> int:
    """Seconds in a working day; the field may be missing."""
    if node.is_missing:
        return units.WORKING_DAY
    length = read_span(node, units.WORKING_DAY)
    if length.working or length.seconds > units.DAY:
        node.note('the hours of one working day such as "7.5 h"')
        return units.WORKING_DAY
    return length.seconds


def read_span(node: Node, working_day: int) -> Span:
    return node.converted(
        lambda text: units.span(text, working_day=working_day), units.A_LENGTH_OF_TIME, Span(units.DAY)
    )


def read_calendar_span(node: Node) -> Span:
    """A length of real time: a limit towards the outside does not stop at night."""
    length = read_span(node, units.WORKING_DAY)
    if length.working:
        node.note('real time such as "30 days", without (w)')
    return length


def read_texts(node: Node) -> dict[str, str]:
    """Customer messages by name, their blanks checked."""
    texts = {}
    for key, value in node.entries():
        text = value.text(longest=4000)
        check_message(value, text)
        texts[key.name()] = text
    return texts


def read_clocks(node: Node, pack: str, *, targets: Targets, working_day: int) -> tuple[RegulatorClock, ...]:
    return tuple(_clock(key, value, pack, targets, working_day) for key, value in node.pairs())


def _clock(key: Node, value: Node, pack: str, targets: Targets, working_day: int) -> RegulatorClock:
    fields = value.mapping(CLOCK_KEYS, required=("within", "from", "until"))
    starts, stops = fields["from"].word(STARTS), fields["until"].word(STOPS)
    return RegulatorClock(
        name=key.name(),
        pack=pack,
        length=read_span(fields["within"], working_day),
        starts_on=cast("Literal['case_opened', 'escalated', 'complaint']", starts),
        stops_on=cast("Literal['acknowledged', 'final_response', 'resolved']", stops),
        says=fields["says"].text() if "says" in fields else "",
        source=fields["source"].text() if "source" in fields else "",
        warn=read_warnings(fields["warnings"], targets=targets, working_day=working_day),
        must=fields["must"].yes_no() if "must" in fields else True,
    )


def read_warnings(node: Node, *, targets: Targets, working_day: int) -> tuple[Warn, ...]:
    pairs = [item.pair() for item in node.sequence()]
    warnings = [read_warn(key, value, targets=targets, working_day=working_day) for key, value in pairs]
    return tuple(warn for warn in warnings if warn is not None)
