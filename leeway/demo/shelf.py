"""What the demo's house knows: a few articles, taken in as anybody's are."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

ARTICLES = Path(__file__).parent / "articles"


def fill_shelf(now: datetime) -> int:
    """Takes the articles in, and gives how many there are; a second time changes nothing. Needs the web's Django."""
    from django.db import connection  # noqa: PLC0415 - Django is slow to import, and the server imports it too

    from leeway.store.importing.articles import Defaults, import_articles  # noqa: PLC0415

    report = import_articles(ARTICLES, Defaults("demo", language="en"), now=now)
    connection.close()
    return report.new + report.changed + report.same + report.edited_here
