"""Who may listen to the live stream: somebody with a running session of the console."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie


def signed_in(cookie_header: str) -> bool:
    """Whether these cookies belong to a person who is signed in. Looks the session up; called in a thread."""
    from django.conf import settings  # noqa: PLC0415 - Django is loaded beside the native paths, not before them
    from django.contrib.auth import get_user  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.http import HttpRequest  # noqa: PLC0415

    try:
        cookies = SimpleCookie(cookie_header)
    except CookieError:
        return False
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    if morsel is None:
        return False
    request = HttpRequest()
    request.session = SessionStore(morsel.value)
    return bool(get_user(request).is_authenticated)
