"""A house with a great many open conversations, and people signed in to it.

``python -m bench.parts.crowd`` furnishes ``LEEWAY_HOME`` and prints the sessions of those people and some cases.
"""

from __future__ import annotations

import json
import os
from typing import Any

from msgspec import convert

from bench.messages import fact, interleaved
from bench.parts.filling import fill
from leeway.core.facts import Fact
from leeway.desk.ports import Item
from leeway.wiring import open_house

TALKS, TURNS = 100, 900
AGENTS, LEADS = 40, 9


def furnish(count: int) -> None:
    """Conversations that were held, and copies of them until there are so many."""
    house = open_house()
    turns = interleaved(1, TALKS)
    items = [
        Item(convert(fact(next(turns), key=f"l{number}", at=house.clock(), by=""), type=Fact))
        for number in range(TURNS)
    ]
    for start in range(0, TURNS, 300):
        house.writer.call(items[start : start + 300])
    house.close()
    fill(count, whole=True)


def django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leeway.store.settings")
    import django as framework  # noqa: PLC0415 - settings come first

    framework.setup()


def client(person: str, role: str) -> Any:  # noqa: ANN401 - Django's own
    """Somebody signed in; ``django()`` comes before."""
    from django.contrib.auth.models import Group, User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    user, _ = User.objects.get_or_create(username=person)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    # Compressed, as a browser asks for it.
    signed_in = Client(SERVER_NAME="localhost", HTTP_ACCEPT_ENCODING="gzip")
    signed_in.force_login(user)
    return signed_in


def _session(person: str, role: str) -> str:
    return str(client(person, role).cookies["sessionid"].value)


def main() -> None:
    furnish(int(os.environ["CASES"]))
    django()
    from leeway.store.models import CaseRow  # noqa: PLC0415

    brewing = CaseRow.objects.filter(escalated=False, status="open").order_by("-risk").first()
    escalated = CaseRow.objects.filter(escalated__in=[True]).order_by("id").first()
    assert brewing is not None
    assert escalated is not None
    print(
        json.dumps(
            {
                "admin": _session("admin", "admin"),
                "agents": [_session(f"agent{number}", "agent") for number in range(AGENTS)],
                "leads": [_session("priya", "supervisor") for _ in range(LEADS)],
                "brewing": brewing.pk,
                "escalated": escalated.pk,
            }
        )
    )


if __name__ == "__main__":
    main()
