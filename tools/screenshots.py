"""Pictures of every page of the console, taken from the demo's own house in a real browser.

    python tools/screenshots.py [--all FOLDER]

Every page is opened four times: light and dark, wide and narrow. The wide light ones of all pages, and all four of the
three pages where people spend their day, are kept in ``docs/images``; ``--all`` keeps the rest in a folder, to be
looked at. A page that spills over its width or complains in the browser's console ends the run.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parent.parent
KEPT = REPOSITORY / "docs" / "images"
SECONDS_TO_FILL = 180
SECONDS_TO_RECKON = 120
MOST_BYTES = 300_000
SIZES = {1440: 900, 390: 844}
VARIANTS = [(theme, width) for theme in ("light", "dark") for width in SIZES]
DAILY = ("watch", "workspace", "escalation")
"""Kept in all four variants."""

PAGES: dict[str, tuple[str, str]] = {
    "watch": ("priya", "/"),
    "conversations": ("priya", "/conversations"),
    "escalations": ("priya", "/escalations"),
    "approvals": ("priya", "/approvals"),
    "promises": ("priya", "/promises"),
    "workspace": ("priya", "li[id^=brew-] a"),
    "escalation": ("priya", "tr[id^=row-] a.whole"),
    "history": ("priya", "tr[id^=row-] a.whole + history"),
    "why": ("priya", "the escalation + why it is here"),
    "knowledge": ("priya", "/knowledge"),
    "article": ("priya", "the first of the knowledge"),
    "article-edit": ("priya", "the first of the knowledge + edit"),
    "matrix": ("ops", "/matrix"),
    "matrix-edit": ("ops", "/matrix/edit"),
    "matrix-checked": ("ops", "/matrix/edit"),
    "backtests": ("ops", "/matrix/backtests"),
    "insights": ("quinn", "/insights"),
    "insight": ("quinn", "/insights/escalation_rate"),
    "fairness": ("quinn", "/insights/fairness"),
    "staffing": ("quinn", "/insights/staffing"),
    "settings": ("admin", "/settings"),
    "settings-people": ("admin", "/settings/people"),
    "settings-rotas": ("admin", "/settings/rotas"),
    "settings-absences": ("admin", "/settings/absences"),
    "settings-calendars": ("admin", "/settings/calendars"),
    "settings-channels": ("admin", "/settings/channels"),
    "settings-tokens": ("admin", "/settings/tokens"),
    "settings-accounts": ("admin", "/settings/accounts"),
    "settings-drafts": ("admin", "/settings/drafts"),
    "settings-model": ("admin", "/settings/model"),
    "settings-customers": ("admin", "/settings/customers"),
    "settings-about": ("admin", "/settings/about"),
    "profile": ("priya", "/profile"),
    "customer": ("", "the customer's page"),
    "login": ("", "/account/login/"),
}
"""Who looks at what: an address, or the link on Watch that leads there."""

READY: dict[str, Callable[[Page], object]] = {
    "staffing": lambda page: page.wait_for_selector("#s-sum", timeout=SECONDS_TO_RECKON * 1000),
    "matrix-checked": lambda page: _pressed(page, "Check and compare", "#proof"),
}
"""What a page waits for before it is taken."""


def _pressed(page: Page, button: str, shown: str) -> None:
    page.get_by_role("button", name=button).click()
    page.wait_for_selector(shown, timeout=SECONDS_TO_RECKON * 1000)


class Photographer:
    """Takes the pictures of one demo."""

    def __init__(self, browser: Browser, url: str, rest: Path | None) -> None:
        self.browser = browser
        self.url = url
        self.rest = rest
        self.wrong: list[str] = []
        self.signed_in: dict[str, Any] = {}
        self.addresses: dict[str, str] = {}

    def take_all(self) -> None:
        self._find_addresses()
        for theme, width in VARIANTS:
            for person in sorted({person for person, _ in PAGES.values()}):
                with self._page(person, theme, width) as page:
                    for name, (looks, path) in PAGES.items():
                        if looks == person:
                            self._take(page, name, self.addresses.get(name, path), theme, width)

    def _find_addresses(self) -> None:
        """What is on Watch is another case in every demo; the customer's page wants a link of its own."""
        with self._page("priya", "light", 1440) as page:
            page.goto("/")
            for name in ("workspace", "escalation"):
                link = page.locator(PAGES[name][1]).first.get_attribute("href") or ""
                self.addresses[name] = link
            self.addresses["history"] = self.addresses["escalation"] + "/history"
            self.addresses["why"] = self.addresses["escalation"].replace("escalations", "cases") + "/why"
            page.goto("/knowledge")
            article = (
                page.locator("main a[href^='/knowledge/']:not([href$=new])").first.get_attribute("href") or ""
            )
            self.addresses |= {"article": article, "article-edit": f"{article}/edit"}
            page.goto(self.addresses["escalation"])
            page.get_by_role("button", name=re.compile("Make a(nother)? link")).first.click()
            page.wait_for_load_state()
            found = re.search(r"/c/[\w.~-]+", page.content())
            self.addresses["customer"] = found[0] if found else ""

    def _take(self, page: Page, name: str, path: str, theme: str, width: int) -> None:
        page.goto(path)
        page.wait_for_load_state("load")
        if name in READY:
            READY[name](page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.wrong.append(f"{name} spills over at {width}")
        kept = (theme, width) == ("light", 1440) or name in DAILY
        folder = KEPT if kept else self.rest
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{name}-{theme}-{width}.png"
        page.screenshot(path=file, animations="disabled", full_page=not kept)
        if kept and file.stat().st_size > MOST_BYTES:
            self.wrong.append(f"{file.name} has {file.stat().st_size // 1000} KB")

    @contextmanager
    def _page(self, person: str, theme: str, width: int) -> Iterator[Page]:
        context = self.browser.new_context(
            base_url=self.url,
            locale="en-GB",
            timezone_id="Europe/London",
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            viewport={"width": width, "height": SIZES[width]},
            storage_state=self.signed_in.get(person),
        )
        page = context.new_page()

        def failed(error: Error) -> None:
            self.wrong.append(f"{page.url}: {error}")

        def said(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.wrong.append(f"{page.url}: {message.text}")

        page.on("pageerror", failed)
        page.on("console", said)
        if person and person not in self.signed_in:
            self._sign_in(page, person)
            self.signed_in[person] = context.storage_state()
        yield page
        context.close()

    def _sign_in(self, page: Page, person: str) -> None:
        from leeway.demo.cast import PASSWORD  # noqa: PLC0415 - found once the repository is on the path

        page.goto("/account/login/?next=/profile")
        page.fill("[name=login]", person)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/profile")


@contextmanager
def demo() -> Iterator[str]:
    """The demo in a data folder of its own, once its house is full."""
    folder = Path(tempfile.mkdtemp(prefix="leeway-pictures-"))
    port = _free_port()
    environment = {**os.environ, "LEEWAY_HOME": str(folder / "home"), "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-P", "-m", "leeway", "demo", "--port", str(port)]
    with (folder / "demo.log").open("w+") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            _wait_until_full(process, Path(log.name))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
            shutil.rmtree(folder, ignore_errors=True)


def _wait_until_full(process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_FILL
    while time.monotonic() < until:
        said = log.read_text()
        if process.poll() is not None:
            raise SystemExit(f"The demo ended: {said}")
        if "cases since" in said:
            return  # it serves from the beginning; now there is something to see
        time.sleep(0.5)
    raise SystemExit(f"The demo was not ready in {SECONDS_TO_FILL} s: {log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> int:
    rest = Path(sys.argv[2]) if sys.argv[1:2] == ["--all"] else None
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        raise SystemExit("Chromium is missing. On Debian or Ubuntu: sudo apt-get install chromium")
    shutil.rmtree(KEPT, ignore_errors=True)
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, chromium_sandbox=os.geteuid() != 0)
        photographer = Photographer(browser, url, rest)
        photographer.take_all()
        browser.close()
    pictures = sorted(KEPT.glob("*.png"))
    size = sum(file.stat().st_size for file in pictures)
    print(f"{len(pictures)} pictures in {KEPT.relative_to(REPOSITORY)}, {size / 1e6:.1f} MB in all")
    for line in sorted(set(photographer.wrong)):
        print(f"wrong: {line}")
    return 1 if photographer.wrong else 0


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    sys.exit(main())
