"""A house full of life: six weeks of history, an ordinary morning, and one story told in the terminal.

    run(host="127.0.0.1", port=8321)

Everything is made through the product's own doors (facts, clocks, publishing), so the demo shows what the product does
and cannot drift from it. It lives in a data folder of its own and never touches another one.
"""

from __future__ import annotations

from leeway.demo.house import DEFAULT_SEED, STORY_AFTER_SECONDS, NotADemo, run

__all__ = ["DEFAULT_SEED", "STORY_AFTER_SECONDS", "NotADemo", "run"]
