"""People of the sample roster at the pages of a test's own house.

alice may, bob may because of alice, charlie may not: Priya leads, Sam and June work in the same front line, and Felix
of the legal team has no business with their cases.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from leeway.core import facts as f
from leeway.core.case import Case
from leeway.desk.handle import Done
from leeway.store.queries import cases
from leeway.wiring import House
from tests.houses import Watch
from tests.web.pages import django_house

__all__ = ["console", "django_house"]

GRIEVANCE = "My blender arrived broken and nobody answers. I want my money back."

ROLES = {
    "priya": "supervisor",
    "omar": "supervisor",
    "noor": "supervisor",
    "marta": "manager",
    "sam": "agent",
    "june": "agent",
    "felix": "agent",
    "clara": "quality",
    "ingrid": "admin",
}


@dataclass
class Console:
    """The test's house, its clock, and a browser for everybody."""

    house: House
    watch: Watch
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def as_(self, person: str) -> Any:
        """A client signed in as somebody of the roster; an empty name is nobody."""
        from django.contrib.auth.models import Group, User
        from django.test import Client

        client = Client()
        if person:
            user, _ = User.objects.get_or_create(username=person)
            group, _ = Group.objects.get_or_create(name=ROLES[person])
            user.groups.add(group)
            client.force_login(user)
        return client

    def handle(self, kind: type, /, **fields: Any) -> Done:
        number = next(self._numbers)
        return self.house.desk.handle(kind(id=f"p{number}", source="play", at=self.watch(), **fields))

    def writes(
        self, text: str = GRIEVANCE, *, chat: str = "chat-1", customer: str = "dana", **more: Any
    ) -> int:
        """A customer writes; gives the number of the case."""
        about = more.pop("about", {})
        who = f.CustomerRef(customer, name=more.pop("name", customer.title()), **about)
        channel = more.pop("channel", "chat")
        done = self.handle(
            f.MessageReceived,
            author="customer",
            text=text,
            interaction=chat,
            customer=who,
            channel=channel,
            **more,
        )
        return done.case

    def answers(self, case: int, text: str, *, by: str = "", **more: Any) -> Done:
        """One of ours writes to the customer."""
        by = by or self.case(case).owner
        return self.handle(f.MessageReceived, author="agent", text=text, case=case, by=by, **more)

    def press(self, kind: type, case: int, /, *, by: str = "", **fields: Any) -> Done:
        return self.handle(kind, case=case, by=by, **fields)

    def case(self, number: int) -> Case:
        found = cases.case(number)
        if found is None:
            # Seen rarely, on a busy machine: an answer nobody read to its end holds SQLite's view of before.
            from django.db import connection

            connection.close()
            found = cases.case(number)
        assert found is not None
        return found

    def pass_time(self, **length: float) -> None:
        """Time passes; whatever falls due on the way is looked at in its own moment."""
        from leeway.store.models import CaseRow

        end = self.watch.now + timedelta(**length)
        while row := CaseRow.objects.filter(wake_at__lte=end).order_by("wake_at").first():
            self.watch.now = max(self.watch.now, row.wake_at)
            self.handle(f.ClockTicked, case=row.pk)
        self.watch.now = end


@pytest.fixture
def console(django_house: House, watch: Watch) -> Console:
    return Console(django_house, watch)
