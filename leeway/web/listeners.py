"""Who may listen to the live stream, and what they hear: somebody with a running session of the console."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie


@dataclass(frozen=True, slots=True)
class Listener:
    """``people`` are those whose cases they hear of by number (None: every case); ``cases`` they may follow besides."""

    people: frozenset[str] | None
    cases: frozenset[int] = frozenset()

    def hears(self, case: int, people: Collection[str]) -> bool:
        return self.people is None or case in self.cases or not self.people.isdisjoint(people)


def listener(cookie_header: str, cases: Collection[int] = ()) -> Listener | None:
    """The person behind these cookies, if they are signed in. ``cases`` are the pages they have open.

    Looks the session up; called in a thread.
    """
    from django.db import close_old_connections  # noqa: PLC0415 - Django is loaded beside the native paths

    close_old_connections()  # no request of Django's begins or ends here, so nobody else looks after this thread's
    try:
        return _listener(cookie_header, cases)
    finally:
        close_old_connections()


def _listener(cookie_header: str, numbers: Collection[int]) -> Listener | None:
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth import get_user  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.http import HttpRequest  # noqa: PLC0415

    from leeway.store.queries.cases import cases  # noqa: PLC0415
    from leeway.web import house  # noqa: PLC0415
    from leeway.web.access import viewer_of  # noqa: PLC0415

    try:
        cookies = SimpleCookie(cookie_header)
    except CookieError:
        return None
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    if morsel is None:
        return None
    request = HttpRequest()
    request.session = SessionStore(morsel.value)
    viewer = viewer_of(get_user(request), house.world().roster)
    if viewer.sees_everything:
        return Listener(None)
    if not viewer.roles:
        return None
    followed = frozenset(number for number, case in cases(numbers).items() if viewer.may_see(case))
    return Listener(viewer.colleagues, followed)
