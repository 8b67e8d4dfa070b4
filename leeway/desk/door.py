"""The door for people's buttons: the same one every fact goes through, waiting for the commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from leeway.core.facts import Fact, MergedInto, SplitOff
from leeway.desk.handle import Answer, Done, Failed, Refused
from leeway.desk.ports import Item

BUTTONS = "console"
"""The source of facts that people of ours make by pressing something."""


class Desk:
    """``hand_in`` takes items to the writer and waits until they are committed."""

    def __init__(self, hand_in: Callable[[Sequence[Item]], Sequence[Answer]]) -> None:
        self._hand_in = hand_in

    def handle(self, fact: Fact, *, quiet: bool = False) -> Done:
        """Handles one fact. Raises the ``Refusal`` that it met, or the error that kept it from being recorded."""
        (answer,) = self._hand_in((Item(fact, quiet=quiet),))
        match answer:
            case Refused(refusal=refusal):
                raise refusal
            case Failed(error=error):
                raise error
            case Done():
                return answer

    def merge(self, case: int, into: int, *, by: str, press: str, at: datetime) -> Done:
        """Case ``case`` goes on in case ``into``. ``press`` is the id of the button press, so that a second one of
        the same does nothing. Raises ``CannotMerge`` or ``UnknownCase``.
        """
        return self.handle(MergedInto(id=press, source=BUTTONS, at=at, case=case, by=by, into=into))

    def split(self, case: int, what: str, *, by: str, press: str, at: datetime) -> Done:
        """A second matter, ``what``, is taken out into a case of its own; its number is in the ``matter_split``
        event. ``press`` as for ``merge``. Raises ``UnknownCase``.
        """
        return self.handle(SplitOff(id=press, source=BUTTONS, at=at, case=case, by=by, new_case=0, what=what))
