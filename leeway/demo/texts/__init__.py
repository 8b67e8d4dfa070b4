"""What people of the demo write, and how it is picked and made their own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import yaml

HERE = Path(__file__).parent


class Matter(msgspec.Struct, frozen=True):
    """Something customers write about; the fields are told in the files."""

    name: str
    kind: str
    product: str
    items: tuple[str, ...]
    open: tuple[str, ...]
    more: tuple[str, ...]
    push: tuple[str, ...]
    back: tuple[str, ...]
    how: tuple[str, ...]


class Sayings(msgspec.Struct, frozen=True):
    """Lines that fit any matter, by who says them and what for."""

    customer: dict[str, tuple[str, ...]]
    agent: dict[str, tuple[str, ...]]
    offers: dict[str, tuple[str, ...]]
    above: dict[str, tuple[str, ...]]
    towns: tuple[str, ...] = ()


class Names(msgspec.Struct, frozen=True):
    regions: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]


@cache
def matters(language: str) -> tuple[Matter, ...]:
    return msgspec.convert(_read(f"matters_{language}"), type=tuple[Matter, ...])


@cache
def sayings(language: str) -> Sayings:
    return msgspec.convert(_read(f"sayings_{language}"), type=Sayings)


@cache
def names() -> dict[str, Names]:
    return msgspec.convert(_read("names"), type=dict[str, Names])


def _read(name: str) -> Any:  # noqa: ANN401 - plain YAML; msgspec looks at it
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((HERE / f"{name}.yaml").read_bytes(), Loader=loader)  # noqa: S506 - a safe loader


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def as_typed(text: str, rng: Random) -> str:
    """As a person types it on a phone: now and then a slip, no capitals, no full stop."""
    habit = rng.random()
    if habit < 0.12:
        text = text.lower()
    elif habit < 0.2:
        text = text.rstrip(".")
    if rng.random() < 0.16:
        text = _slip(text, rng)
    return text


def _slip(text: str, rng: Random) -> str:
    """Two letters the wrong way round, or one missing, inside a longer word. Numbers are typed with care."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if not long:
        return text
    place = rng.choice(long)
    word, at = words[place], rng.randrange(1, 4)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    words[place] = swapped if rng.random() < 0.6 else word[:at] + word[at + 1 :]
    return " ".join(words)
