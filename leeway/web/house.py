"""The house these pages belong to. Opened once by whoever runs the server; pages ask here."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from leeway.core.facts import Fact
from leeway.core.world import World
from leeway.desk.door import BUTTONS
from leeway.desk.handle import Done
from leeway.wiring import House, PublishedWorlds, open_house

_lock = threading.Lock()
_house: House | None = None
_local = threading.local()
_worlds = PublishedWorlds()
_checked: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Fact)


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


@contextmanager
def one_look() -> Iterator[None]:
    """Within it the world is looked up once: a page shows one state of it, and asks a hundred times for names."""
    before = getattr(_local, "look", None)
    _local.look = _Look()
    try:
        yield
    finally:
        _local.look = before


Thing = TypeVar("Thing")


def once_a_look(key: Hashable, make: Callable[[], Thing]) -> Thing:
    """What a page asks for again and again, made at the first question; outside of a look every time."""
    look: _Look | None = getattr(_local, "look", None)
    if look is None:
        return make()
    if key not in look.made:
        look.made[key] = make()
    found: Thing = look.made[key]
    return found


class _Look:
    __slots__ = ("made", "world")

    def __init__(self) -> None:
        self.world: World | None = None
        self.made: dict[Hashable, Any] = {}


def world() -> World:
    """Policies, roster and languages in force, read by this thread's own connection."""
    look: _Look | None = getattr(_local, "look", None)
    if look is None:
        return _world()
    if look.world is None:
        look.world = _world()
    return look.world


def _world() -> World:
    here = house()
    if getattr(_local, "house", None) is not here:
        _local.house, _local.driver = here, here.driver()
    with _lock:
        return _worlds.current(_local.driver)


def press(kind: type[Fact], /, *, by: str, case: int, key: str = "", **fields: Any) -> Done:
    """A person pressed something. ``key`` is the form's own number, so that a double press does nothing twice.

    Raises ``Refusal`` with the sentence the person is to read, ``msgspec.ValidationError`` for a form that was made up:
    what a browser sends is held to the same limits as what a program does.
    """
    made = kind(id=key or uuid.uuid4().hex, source=BUTTONS, at=now(), case=case, by=by, **fields)
    return house().desk.handle(_checked.decode(msgspec.json.encode(made)))
