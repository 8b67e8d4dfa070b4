"""The console's list of conversations, as a supervisor asks for it: the page and everything it needs."""

from __future__ import annotations

import os
import time
from statistics import median

from bench.part import Measures, answer
from bench.parts import crowd

crowd.furnish(int(os.environ["CASES"]))
crowd.django()
_client = crowd.client("priya", "supervisor")


def measure(*, pages: int) -> Measures:
    """One page after another."""
    spent, size = [], 0
    for _ in range(pages):
        begun = time.process_time()
        page = _client.get("/conversations")
        spent.append(1000 * (time.process_time() - begun))
        assert page.status_code == 200, page
        size = len(page.content)
    return {"cpu_ms": median(spent), "bytes": size}


if __name__ == "__main__":
    measure(pages=3)
    answer(measure)
