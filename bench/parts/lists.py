"""The console's list of conversations, as a supervisor asks for it: the page and everything it needs."""

from __future__ import annotations

import os
import time
from statistics import median

from msgspec import convert

from bench.messages import fact, interleaved
from bench.part import Measures, answer
from bench.parts.filling import fill
from leeway.core.facts import Fact
from leeway.desk.ports import Item
from leeway.wiring import open_house

TALKS, TURNS = 100, 900


def _prepare() -> None:
    house = open_house()
    turns = interleaved(1, TALKS)
    items = [
        Item(convert(fact(next(turns), key=f"l{number}", at=house.clock(), by=""), type=Fact))
        for number in range(TURNS)
    ]
    for start in range(0, TURNS, 300):
        house.writer.call(items[start : start + 300])
    house.close()
    fill(int(os.environ["CASES"]), whole=True)


_prepare()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leeway.store.settings")

import django  # noqa: E402 - settings come first

django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402
from django.test import Client  # noqa: E402

_user = User.objects.create_user("priya", password="")
_user.groups.add(Group.objects.get_or_create(name="supervisor")[0])
_client = Client(SERVER_NAME="localhost", HTTP_ACCEPT_ENCODING="gzip")  # compressed, as a browser asks for it
_client.force_login(_user)


def measure(*, pages: int) -> Measures:
    """One page after another, each following the last one's key."""
    spent, size = [], 0
    for _ in range(pages):
        begun = time.process_time()
        page = _client.get("/conversations")
        spent.append(1000 * (time.process_time() - begun))
        assert page.status_code == 200, page
        size = len(page.content)
    return {"cpu_ms": median(spent), "bytes": size}


if __name__ == "__main__":
    measure(pages=3)
    answer(measure)
