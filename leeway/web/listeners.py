"""Who is at the other end of a path that Django does not serve: somebody with a running session of the console."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from leeway.web.access import Viewer

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Listener:
    """``people`` are those whose cases they hear of by number (None: every case); ``cases`` they may follow besides."""

    people: frozenset[str] | None
    cases: frozenset[int] = frozenset()

    def hears(self, case: int, people: Collection[str]) -> bool:
        return self.people is None or case in self.cases or not self.people.isdisjoint(people)


def listener(cookie_header: str, cases: Collection[int] = ()) -> Listener | None:
    """Who may listen to the live stream, and what they hear. ``cases`` are the pages they have open.

    Looks the session up; called in a thread.
    """
    return with_connection(lambda: _listener(cookie_header, cases))


def with_connection(ask: Callable[[], Thing]) -> Thing:
    """Asks Django's database outside of a request, which would have looked after this thread's connection."""
    from django.db import close_old_connections  # noqa: PLC0415 - Django is loaded beside the native paths

    close_old_connections()
    try:
        return ask()
    finally:
        close_old_connections()


def cookies_of(cookie_header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(cookie_header).items()}
    except CookieError:
        return {}


def signed_in(cookies: Mapping[str, str]) -> Viewer | None:
    """Whoever these cookies belong to; nobody while they have a password to choose before anything else."""
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth import get_user  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.http import HttpRequest  # noqa: PLC0415

    from leeway.web import house  # noqa: PLC0415
    from leeway.web.access import viewer_of  # noqa: PLC0415
    from leeway.web.account.gates import CHOOSE_PASSWORD  # noqa: PLC0415

    session = cookies.get(settings.SESSION_COOKIE_NAME)
    if not session:
        return None
    request = HttpRequest()
    request.session = SessionStore(session)
    if request.session.get(CHOOSE_PASSWORD):
        return None
    viewer = viewer_of(get_user(request), house.world().roster)
    return viewer if viewer.person else None


def _listener(cookie_header: str, numbers: Collection[int]) -> Listener | None:
    from leeway.store.queries.cases import cases  # noqa: PLC0415

    viewer = signed_in(cookies_of(cookie_header))
    if viewer is None or not viewer.roles:
        return None
    if viewer.sees_everything:
        return Listener(None)
    followed = frozenset(number for number, case in cases(numbers).items() if viewer.may_see(case))
    return Listener(viewer.colleagues, followed)
