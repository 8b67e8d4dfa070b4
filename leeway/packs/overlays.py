"""Regulators' clocks on top of a house's own matrix.

An overlay says what a regulator asks for, whatever the house has decided: clocks, the longest time to close,
and texts that name the customer's rights. ``combine`` lays it over a policy; it only ever adds or tightens.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from leeway.core.disclosure import Disclosure
from leeway.core.policy import Policy, RegulatorClock, Span
from leeway.packs.disclosures import read_disclosures
from leeway.packs.parts import read_clocks, read_span, read_texts, read_working_day
from leeway.packs.reader import Node, quoted, read
from leeway.packs.targets import Targets

SHIPPED = Path(__file__).parent / "shipped"

_KEYS = (
    "overlay",
    "description",
    "working_day",
    "close_within",
    "clocks",
    "disclosures",
    "customer_messages",
    "must_say",
)


class Overlay(msgspec.Struct, frozen=True, omit_defaults=True):
    """One regulator's demands. ``must_say`` are words a customer message has to contain, by its name."""

    name: str
    clocks: tuple[RegulatorClock, ...]
    close_within: Span | None = None
    customer_messages: dict[str, str] = {}
    must_say: dict[str, str] = {}
    disclosures: tuple[Disclosure, ...] = ()
    description: str = ""


class RightNotNamed(Exception):
    """A text of the house's own leaves out what the regulator wants the customer to be told."""

    def __init__(self, *, message: str, words: str, overlay: str) -> None:
        self.message, self.words, self.overlay = message, words, overlay
        super().__init__(f'The message "{message}" must contain "{words}": {overlay} asks for it.')


def combine(policy: Policy, overlay: Overlay) -> Policy:
    """The policy with the regulator's demands met; doing it twice changes nothing more.

    The house's own texts and disclosures of the same name stay; ``RightNotNamed`` when one of the texts leaves out what
    must be said.
    """
    messages = {**overlay.customer_messages, **policy.customer_messages}
    for name, words in overlay.must_say.items():
        if words not in messages.get(name, ""):
            raise RightNotNamed(message=name, words=words, overlay=overlay.name)
    others = tuple(clock for clock in policy.regulators if clock.pack != overlay.name)
    ours = {one.name for one in policy.disclosures}
    return replace(
        policy,
        regulators=others + overlay.clocks,
        close_within=_shorter(policy.close_within, overlay.close_within),
        disclosures=(*policy.disclosures, *(one for one in overlay.disclosures if one.name not in ours)),
        customer_messages=messages,
    )


def _shorter(ours: Span, theirs: Span | None) -> Span:
    return theirs if theirs is not None and theirs.seconds < ours.seconds else ours


def read_overlay(text: str | bytes, name: str) -> Overlay:
    """Raises ``Problems`` with every mistake in the file."""
    return overlay_from(read(text, name))


def overlay_from(root: Node) -> Overlay:
    """The overlay that starts here; raises ``Problems``."""
    fields = root.mapping(_KEYS, required=("overlay", "clocks"))
    name = fields["overlay"].name()
    day = read_working_day(fields["working_day"])
    messages = read_texts(fields["customer_messages"])
    overlay = Overlay(
        name=name,
        clocks=read_clocks(fields["clocks"], name, targets=Targets(), working_day=day),
        close_within=read_span(fields["close_within"], day) if "close_within" in fields else None,
        customer_messages=messages,
        disclosures=read_disclosures(fields["disclosures"]),
        must_say=_must_say(fields["must_say"], messages),
        description=fields["description"].text() if "description" in fields else "",
    )
    root.finish()
    return overlay


@cache
def shipped_overlays() -> Mapping[str, Overlay]:
    """The overlays that come with the product, by name."""
    found = (
        read_overlay(path.read_bytes(), path.name) for path in sorted((SHIPPED / "regulators").glob("*.yaml"))
    )
    return MappingProxyType({overlay.name: overlay for overlay in found})


def _must_say(node: Node, messages: dict[str, str]) -> dict[str, str]:
    wanted = {}
    for key, value in node.entries():
        words = value.text()
        if key.raw in messages and words not in messages[key.raw]:
            value.note(f"words that the message {quoted(key.raw)} contains")
        wanted[key.word(messages, called="a message of this overlay")] = words
    return wanted
