"""Pages in a real browser: what they weigh, how soon they show something, and how soon they show what happened."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from bench.part import ROOT, Measures, environment, part
from bench.rows import HOST, Bench, Line, served

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

CASES = 200_000
WEIGHT_KB, PAINT_MS, INTERACTION_MS, VISIBLE_MS = 150, 600, 100, 250
SECONDS = 60

PATHS = {
    "Watch": "/",
    "conversations": "/conversations",
    "escalations": "/escalations",
    "approvals": "/approvals",
    "promises": "/promises",
    "workspace": "/conversations/{brewing}",
    "escalation": "/escalations/{escalated}",
    "matrix": "/matrix",
    "insights": "/insights",
    "settings": "/settings",
}

# How long a press takes until the page shows what it did, as the browser itself counts it.
_WATCH_PRESSES = """() => {
  window.presses = [];
  new PerformanceObserver((list) => window.presses.push(...list.getEntries().map((one) => one.duration)))
    .observe({ type: "event", durationThreshold: 16, buffered: false });
}"""
_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def pages(bench: Bench) -> Iterator[Line]:
    """Every main page with 200,000 open cases, and a message on its way to fifty screens."""
    home = bench.home("pages")
    known = _furnished(home, bench.size(20_000, CASES))
    with ExitStack() as stack:
        port, _ = stack.enter_context(served(home))
        browser = stack.enter_context(_browser(f"http://{HOST}:{port}", known["admin"]))
        rounds = bench.size(3, 7)
        found = {name: _load(browser, path.format(**known), rounds) for name, path in PATHS.items()}
        yield from _loaded(found)
        many = stack.enter_context(part("watchers"))
        told = _on_its_way(many, browser, port, bench, known, rounds=bench.size(8, 40))
    for where, what in (
        ("many", "message in, on 49 Watches that all ask again"),
        ("Watch", "  the same, drawn on a Watch in a browser"),
        ("workspace", "message in, drawn on the workspace"),
    ):
        took = told[where]
        yield Line(
            what=what,
            ours=f"p50 {took['p50_ms']:.0f} ms, p95 {took['p95_ms']:.0f} ms",
            target=f"p95 ≤ {VISIBLE_MS} ms",
            met=took["p95_ms"] <= VISIBLE_MS,
            figures=took,
        )


def _furnished(home: Path, cases: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.parts.crowd"],
        cwd=ROOT,
        env=environment(home, CASES=str(cases)),
        check=True,
        capture_output=True,
        text=True,
    )
    known: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return known


@contextmanager
def _browser(url: str, session: str) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - no other row needs a browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        yield page
        browser.close()


# --- what a page weighs, and how soon it is there


def _load(page: Page, path: str, rounds: int) -> Measures:
    """Loaded as by somebody who was never here, each time; the first one only warms the server up."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    received: list[float] = []
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    paints, weights, presses = [], [], []
    for number in range(rounds + 1):
        received.clear()
        page.goto(path, wait_until="load")
        page.evaluate(_UNTIL % f"{_FIRST_PAINT} > 0")
        if number:
            paints.append(float(page.evaluate(_FIRST_PAINT)))
            weights.append(sum(received) / 1024)
            presses += _pressed(page)
    _forget(wire)
    return {
        "weight_kb": median(weights),
        "paint_ms": median(paints),
        "interaction_ms": median(presses),
    }


def _forget(wire: CDPSession) -> None:
    wire.send("Network.setCacheDisabled", {"cacheDisabled": False})
    wire.detach()


def _pressed(page: Page) -> list[float]:
    """The slowest event of each of some keys: next line, the keys' dialog, and its end."""
    page.evaluate(_WATCH_PRESSES)
    slowest = []
    for key in ("j", "?", "Escape"):
        page.evaluate("window.presses.length = 0")
        page.keyboard.press(key)
        page.wait_for_timeout(120)
        slowest.append(float(page.evaluate("Math.max(16, ...window.presses)")))
    return slowest


def _loaded(found: dict[str, Measures]) -> Iterator[Line]:
    for figure, what, unit, most in (
        ("weight_kb", "heaviest page, compressed, nothing kept", "KB", WEIGHT_KB),
        ("paint_ms", "slowest page to paint (medians)", "ms", PAINT_MS),
        ("interaction_ms", "slowest page to answer a key (medians)", "ms", INTERACTION_MS),
    ):
        name = max(found, key=lambda one: float(found[one][figure]))
        value = float(found[name][figure])
        usual = median(float(one[figure]) for one in found.values())
        yield Line(
            what=what,
            ours=f"{value:.0f} {unit} ({name}), usually {usual:.0f}",
            target=f"≤ {most} {unit}",
            met=value <= most,
            figures={page: round(float(one[figure]), 1) for page, one in found.items()},
        )


# --- how soon everybody sees what happened


def _on_its_way(
    many: Any,  # noqa: ANN401 - a part of the bench
    page: Page,
    port: int,
    bench: Bench,
    known: dict[str, Any],
    *,
    rounds: int,
) -> dict[str, Measures]:
    numbers = itertools.count(1)

    def message() -> dict[str, Any]:
        number = next(numbers)
        return {
            "fact": "message",
            "id": f"bench-{number}",
            "source": "bench",
            "at": datetime.now(UTC).isoformat(),
            "author": "customer",
            "case": known["brewing"],
            "text": f"Number {number}: I still have no answer, this is ridiculous.",
        }

    how = {"host": HOST, "port": port, "token": bench.token, "sessions": [*known["agents"], *known["leads"]]}
    page.goto("/", wait_until="load")
    many.measure(**how, messages=[message()])  # everybody is there
    shown: dict[str, list[float]] = {"Watch": [], "workspace": []}
    asked = {
        "Watch": ("/", "Number(document.querySelector('[data-newest]').dataset.newest) >= {fact}"),
        "workspace": (f"/conversations/{known['brewing']}", "document.body.innerText.includes('{text}')"),
    }
    for where, (path, is_there) in asked.items():
        page.goto(path, wait_until="load")
        page.wait_for_timeout(1500)
        for _ in range(rounds):
            one = message()
            begun = time.time()
            fact = _post(page, port, bench.token, one)
            text = one["text"].partition(":")[0]
            at = page.evaluate(_UNTIL % is_there.format(fact=fact, text=f"{text}:"))
            shown[where].append(float(at) - 1000 * begun)
            page.wait_for_timeout(400)
    told = {where: _spread(took) for where, took in shown.items()}
    told["many"] = many.measure(**how, messages=[message() for _ in range(rounds)])
    return told


_UNTIL = """() => new Promise((resolve) => {
  const look = () => (%s) ? resolve(Date.now()) : requestAnimationFrame(look);
  look();
})"""


def _spread(took: list[float]) -> Measures:
    return {"p50_ms": median(took), "p95_ms": quantiles(took, n=20)[-1], "n": len(took)}


def _post(page: Page, port: int, token: str, message: dict[str, Any]) -> int:
    answer = page.request.post(
        f"http://{HOST}:{port}/api/v1/facts", data=message, headers={"authorization": f"Bearer {token}"}
    )
    assert answer.ok, answer.text()
    return int(answer.json()["fact"])
