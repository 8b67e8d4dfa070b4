"""Brings the tables up to date when the program is newer than they are, and is quick when it is not."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from leeway.desk.ports import StoreTrouble
from leeway.store import marks
from leeway.store.django_ready import django_ready
from leeway.store.instants import utc_now
from leeway.store.writer.driver import Driver

OTHERS_WITH_TABLES = ("django", "django-allauth")


def bring_up_to_date(driver: Driver) -> bool:
    """Runs what is missing of Django's migrations; True when there was something to run.

    Asking Django costs half a second at every start. So the set of migrations that was applied is noted
    down, and Django is only asked when the set the program brings is another one.
    """
    wanted = _fingerprint()
    try:
        mark = marks.get(driver, marks.TABLES)
    except StoreTrouble:
        driver.rollback()
        mark = None  # no tables at all
    if mark is not None and mark[1].get("fingerprint") == wanted:
        return False
    migrate()
    marks.put(driver, marks.TABLES, {"fingerprint": wanted}, at=utc_now())
    return True


def migrate() -> None:
    """Django's migrations, all of them."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    django_ready()
    call_command("migrate", interactive=False, verbosity=0)
    connections.close_all()


def _fingerprint() -> str:
    ours = sorted(file.name for file in (Path(__file__).parent / "migrations").glob("0*.py"))
    return sha256(repr((ours, [_version(name) for name in OTHERS_WITH_TABLES])).encode()).hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
