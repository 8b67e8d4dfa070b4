"""The peer's list of tickets as a browser loads it: the page, and the lines it then asks for."""

from __future__ import annotations

import base64
import json
import time
from statistics import median

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.test import Client  # noqa: E402

from bench.part import Measures, answer  # noqa: E402 - Django comes first

QUERY = {"filtering": {"status__in": [1, 2]}, "sorting": "created", "search_string": "", "sortreverse": True}
LINES = base64.b64encode(json.dumps(QUERY).encode()).decode()
PAGES = ("/tickets/", f"/datatables_ticket_list/{LINES}?draw=1&start=0&length=30")

_client = Client(SERVER_NAME="127.0.0.1")
_client.force_login(get_user_model().objects.get(username="agent0"))


def measure(*, pages: int) -> Measures:
    spent = []
    for _ in range(pages):
        begun = time.process_time()
        for page in PAGES:
            told = _client.get(page)
            assert told.status_code == 200, told
        spent.append(1000 * (time.process_time() - begun))
    return {"cpu_ms": median(spent)}


if __name__ == "__main__":
    measure(pages=1)
    answer(measure)
