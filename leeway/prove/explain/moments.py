"""What the matrix was asked with at a moment inside a fact, folded from the log."""

from __future__ import annotations

from collections.abc import Sequence

from leeway.core.cue import Cue
from leeway.core.cues import CLEAR_STRENGTH
from leeway.core.events import AnyEvent, ClockBreached, ClockStopped, CuesSeen, MessageRead


def cues_at(events: Sequence[AnyEvent], place: int, *, ticked: bool) -> tuple[Cue, ...]:
    """The clear signs the matrix was asked with at this place: those of this very moment.

    In a message these are its own and those of the pattern around it. While clocks run out, each sign belongs to the
    clock that showed it; a clock that ends without one asks the matrix without any.
    """
    found: tuple[Cue, ...] = ()
    for event in events[:place]:
        match event:
            case MessageRead(cues=cues):
                found = cues
            case CuesSeen(cues=cues):
                found = cues if ticked else (*found, *cues)
            case ClockStopped() | ClockBreached() if ticked:
                found = ()
            case _:
                pass
    return tuple(cue for cue in found if cue.strength >= CLEAR_STRENGTH)
