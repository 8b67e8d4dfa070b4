"""Django, set up once: doing it again would take down the log handlers of whoever set it up first."""

from __future__ import annotations

import os


def django_ready() -> None:
    """Makes Django's models usable in this process; nothing to do where they are."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leeway.store.settings")
    import django  # noqa: PLC0415 - slow to import, and most commands do without
    from django.apps import apps  # noqa: PLC0415

    if not apps.ready:
        django.setup()
