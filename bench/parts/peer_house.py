"""Furnishes a django-helpdesk: one queue, eight people, so many open tickets with a message each, ten days old.

``python -m bench.parts.peer_house 1000`` prints a session's key and the number of the first ticket.
"""

from __future__ import annotations

import sys
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from helpdesk.models import FollowUp, Queue, Ticket  # noqa: E402

from bench.messages import texts  # noqa: E402 - Django comes first

AT_ONCE = 2_000
PEOPLE = 8


def furnish(count: int) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    call_command("loaddata", "emailtemplate.json", verbosity=0)
    users = get_user_model().objects
    people = [
        users.get_or_create(
            username=f"agent{number}",
            defaults={"email": f"agent{number}@example.com", "is_staff": True, "is_superuser": True},
        )[0]
        for number in range(PEOPLE)
    ]
    queue, _ = Queue.objects.get_or_create(
        slug="support",
        defaults={"title": "Support", "escalate_days": 1, "email_address": "support@example.com"},
    )
    old, words = timezone.now() - timedelta(days=10), texts(AT_ONCE)
    have = Ticket.objects.count()
    while have < count:
        some = min(AT_ONCE, count - have)
        tickets = Ticket.objects.bulk_create(
            Ticket(
                queue=queue,
                title=words[place][:80],
                description=words[place],
                submitter_email=f"customer{(have + place) % 5000}@example.com",
                assigned_to=people[place % PEOPLE],
                status=Ticket.OPEN_STATUS,
                priority=4,
                secret_key="x",  # noqa: S106 - of a ticket of nobody's
            )
            for place in range(some)
        )
        FollowUp.objects.bulk_create(
            FollowUp(ticket=ticket, date=old, title="Comment", comment=words[-place], public=True)
            for place, ticket in enumerate(tickets)
        )
        have += some
    Ticket.objects.update(created=old, modified=old)


def signed_in() -> str:
    """A session of the first person's: signing in is not what is measured."""
    person = get_user_model().objects.get(username="agent0")
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    furnish(int(sys.argv[1]))
    first = Ticket.objects.order_by("id").values_list("id", flat=True).first()
    print(signed_in(), first)
