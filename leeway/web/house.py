"""The house these pages belong to. Opened once by whoever runs the server; pages ask here."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime
from typing import Any

from leeway.core.facts import Fact
from leeway.core.world import World
from leeway.desk.door import BUTTONS
from leeway.desk.handle import Done
from leeway.wiring import House, PublishedWorlds, open_house

_lock = threading.Lock()
_house: House | None = None
_local = threading.local()
_worlds = PublishedWorlds()


def use(house: House | None) -> None:
    """Pages work on this house from now on; None forgets it (tests)."""
    global _house, _worlds
    _house, _worlds = house, PublishedWorlds()
    _local.__dict__.clear()


def house() -> House:
    """The house in use; opened on the first question when nobody has set one."""
    global _house  # noqa: PLW0603
    if _house is None:
        with _lock:
            if _house is None:
                _house = open_house()
    return _house


def now() -> datetime:
    return house().clock()


def world() -> World:
    """Policies, roster and languages in force, read by this thread's own connection."""
    here = house()
    if getattr(_local, "house", None) is not here:
        _local.house, _local.driver = here, here.driver()
    with _lock:
        return _worlds.current(_local.driver)


def press(kind: type[Fact], *, by: str, case: int, key: str = "", **fields: Any) -> Done:
    """A person pressed something. ``key`` is the form's own number, so that a double press does nothing twice.

    Raises ``Refusal`` with the sentence the person is to read.
    """
    fact = kind(id=key or uuid.uuid4().hex, source=BUTTONS, at=now(), case=case, by=by, **fields)  # type: ignore[operator]
    return house().desk.handle(fact)
