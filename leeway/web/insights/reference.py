"""Writes the page about the measures: ``python -m leeway.web.insights.reference docs/reference/measures.md``."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leeway.store.settings")
    import django  # noqa: PLC0415 - only when the page is written

    django.setup()
    from leeway.store.queries.measures import render  # noqa: PLC0415 - needs Django set up

    Path(sys.argv[1]).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
