"""Ways to reach our own people. One file each; dropping the file in is the whole registration.

``base`` says what a channel is, ``configured`` which ones this house uses, ``customer`` is the port towards customers.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

FURNITURE = frozenset({"base", "configured", "customer"})
"""Files of this room that are no channels."""


def installed() -> Iterator[ModuleType]:
    """Every channel there is a file for, in the order of the files' names."""
    for found in iter_modules(__path__):
        if found.name not in FURNITURE:
            yield import_module(f"{__name__}.{found.name}")


def kinds() -> dict[str, ModuleType]:
    """The channels by the kind they declare."""
    return {module.INFO.kind: module for module in installed()}
