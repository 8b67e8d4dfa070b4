"""Refusals of the desk: a fact that belongs nowhere, or comes from the wrong hand."""

from __future__ import annotations

from leeway.core.refusals import Refusal


class UnknownCase(Refusal):
    """The fact names a case there is not."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no case {number}.", field="case", code="unknown_case")


class BelongsNowhere(Refusal):
    """The fact names neither a case nor a conversation, and is none that could open a case."""

    def __init__(self) -> None:
        super().__init__(
            "Say where this belongs: give `case`, our number, or `interaction`, your conversation's id.",
            field="interaction",
            code="belongs_nowhere",
        )


class CustomerUnknown(Refusal):
    """The first fact of a conversation does not say whose it is."""

    def __init__(self, interaction: str) -> None:
        super().__init__(
            f"This is the first fact of interaction {interaction!r}: give its `customer`, at least the `id`.",
            field="customer",
            code="customer_unknown",
        )


class MadeByUsOnly(Refusal):
    """The API was handed a fact that only our own machinery makes."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"A fact of kind {kind!r} is made by Leeway itself and cannot be sent in.",
            field="fact",
            code="made_by_us_only",
        )


class CannotMerge(Refusal):
    """Two cases that cannot become one."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, field="into", code="cannot_merge")
