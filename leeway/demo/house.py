"""The demo put together: where it keeps its things, what runs beside the server, what is printed at the start."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.demo import history, place, story
from leeway.demo.cast import PASSWORD, VISITOR, make_accounts, make_token
from leeway.demo.commentary import Commentary
from leeway.demo.customers import Customers
from leeway.demo.history import CASES, Casting
from leeway.demo.living import Living
from leeway.demo.shelf import fill_shelf
from leeway.demo.stage import Stage
from leeway.store.writer.driver import Driver
from leeway.wiring import House

DEFAULT_PORT = 8321
DEFAULT_SEED = 7
MARK = "this-is-a-demo"
"""A file in the demo's data folder. A folder that holds a house and not this file is somebody's own."""

VISITOR_COMES = timedelta(minutes=12)
"""So long before now the visitor's own people stop acting by themselves: there is something left to do."""

STORY_AFTER_SECONDS = 60.0


class NotADemo(ValueError):
    """The data folder holds a real house. Nothing was touched."""


def run(
    port: int = DEFAULT_PORT,
    *,
    host: str = "127.0.0.1",
    seed: int = DEFAULT_SEED,
    speed: float = 1.0,
    quiet: bool = False,
    fresh: bool = False,
    story_after: float = STORY_AFTER_SECONDS,
    cases: int = CASES,
) -> None:
    """Opens the demo's house and serves it until Ctrl-C.

    It lives in ``LEEWAY_HOME`` when that is set (``fresh`` empties it first), else in a folder that is gone
    afterwards. ``speed`` 2 makes everybody write twice as fast. ``story_after`` seconds the guided story begins by
    itself. ``cases`` is about how many the history has; 0 is this morning alone. Raises ``NotADemo`` when
    ``LEEWAY_HOME`` is a house of somebody's own.
    """
    folder, passing = demo_home(fresh=fresh)
    os.environ["LEEWAY_HOME"] = str(folder)
    os.environ.setdefault("LEEWAY_ZONE", "house")  # its town is far from most visitors
    os.environ.setdefault("LEEWAY_LOG", "ERROR")  # the terminal is for the story
    console = Console(quiet=quiet, highlight=False)
    if os.environ.pop("DATABASE_URL", ""):
        console.print("The demo keeps to its own folder: DATABASE_URL is left alone.")
    from leeway.web import asgi  # noqa: PLC0415 - it reads LEEWAY_HOME

    address = f"http://{host}:{port}"
    demo = Demo(console, address, seed=seed, speed=speed, story_after=story_after, cases=cases)
    try:
        asgi.serve(host=host, port=port, beside=demo.begin)
    finally:
        if passing:
            shutil.rmtree(folder, ignore_errors=True)
    if demo.failed is not None:
        raise demo.failed


def demo_home(*, fresh: bool = False) -> tuple[Path, bool]:
    """The data folder, and whether it is only for this run. Raises ``NotADemo``."""
    named = os.environ.get("LEEWAY_HOME")
    if not named:
        folder = Path(tempfile.mkdtemp(prefix="leeway-demo-"))
        _furnish_folder(folder)
        return folder, True
    folder = Path(named).expanduser().resolve()
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise NotADemo(
            f"{folder} holds something that is no demo. Name an empty folder with LEEWAY_HOME, or none at all."
        )
    if fresh and mark.exists():
        shutil.rmtree(folder)
    _furnish_folder(folder)
    return folder, False


def _furnish_folder(folder: Path) -> None:
    """Marks it as a demo's. Notices are shown in the browser and nowhere else: nobody outside is ever told."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / MARK).touch()
    (folder / "channels.yaml").write_text("browser:\n")
    (folder / "static").mkdir(
        exist_ok=True
    )  # or the web server of pages remarks on its absence, in the story


@dataclass
class Furnished:
    """The house with its rules, its people and the stage they play on."""

    policy: Policy
    roster: Roster
    zone: str
    stage: Stage
    casting: Casting


def furnish_and_play(
    house: House,
    driver: Driver,
    now: datetime,
    *,
    seed: int = DEFAULT_SEED,
    cases: int = CASES,
    go_on: Callable[[], bool] = lambda: True,
) -> Furnished:
    """Publishes the demo's rules and people and, in an empty house, plays six weeks up to ``now``."""
    empty = driver.select("select count(*) from leeway_case")[0][0] == 0
    zone = place.zone_for(now)
    policy, roster = place.furnish(driver, zone, now)
    rng = Random(seed)  # noqa: S311 - the same seed gives the same house
    casting = Casting(seed, roster, zone, Customers(rng, now))
    stage = Stage(house, driver, roster, away=VISITOR, away_from=now - VISITOR_COMES)
    if empty:
        history.rehearse(stage, casting, rng, now, cases=cases)
        stage.play_until(now, go_on=go_on)
    return Furnished(policy, roster, zone, stage, casting)


class Demo:
    """``begin`` returns at once: the house is filled beside the server, which answers meanwhile."""

    def __init__(
        self,
        console: Console,
        address: str,
        *,
        seed: int,
        speed: float,
        story_after: float,
        cases: int = CASES,
    ) -> None:
        self._console = console
        self._address = address
        self._seed = seed
        self._speed = speed
        self._story_after = story_after
        self._cases = cases
        self._stopped = threading.Event()
        self._tell = threading.Event()
        self._opening = threading.Lock()
        self.failed: Exception | None = None

    def begin(self, house: House) -> None:
        house.start("demo", lambda: self.live_in(house), self.stop)

    def stop(self) -> None:
        with (
            self._opening
        ):  # either nothing more is started, or the house knows of all of it and stops it too
            self._stopped.set()

    def live_in(self, house: House) -> None:
        """Fills the house, opens the doors, and plays until it is stopped."""
        driver = house.driver()
        try:
            self._console.print("[dim]Filling the house with six weeks of customers ...[/]")
            now = house.clock()
            furnished = furnish_and_play(
                house, driver, now, seed=self._seed, cases=self._cases, go_on=self._go_on
            )
            if self._go_on():
                self._open_doors(house, driver, furnished)
        except Exception as error:  # noqa: BLE001 - a demo without its cast is none: the server ends, ``run`` raises it
            if self._go_on():
                self.failed = error
                os.kill(os.getpid(), signal.SIGINT)
        finally:
            driver.close()

    def _go_on(self) -> bool:
        return not self._stopped.is_set()

    def _open_doors(self, house: House, driver: Driver, furnished: Furnished) -> None:
        from leeway.worker.services import start_services  # noqa: PLC0415 - only once the history is in

        make_accounts(furnished.roster)
        fill_shelf(house.clock())
        token = make_token(driver, house.clock())
        furnished.stage.go_live()
        with self._opening:
            if not self._go_on():
                return
            self._greet(driver, furnished, token)
            start_services(house)
            self._comment(house, furnished)
        story_stage = Stage(house, driver, furnished.roster, away=VISITOR, patience=story.PATIENCE)
        story_stage.go_live()
        living = self._living_in(driver, furnished, story_stage)
        self._wait_for_enter()
        telling = threading.Timer(self._story_after, self._tell.set)
        telling.daemon = True
        telling.start()
        while self._go_on():
            if self._tell.is_set():
                self._tell.clear()
                self._tell_story(story_stage, furnished, house.clock())
            if not living.try_step():
                break
            self._stopped.wait(0.25)
        telling.cancel()

    def _comment(self, house: House, furnished: Furnished) -> None:
        commentary = Commentary(
            self._console,
            house.driver(),
            roster=furnished.roster,
            policy=furnished.policy,
            zone=furnished.zone,
            address=self._address,
        )
        commentary.follow(story.CUSTOMER.id)
        house.start("commentary", commentary.run, commentary.stop)

    def _living_in(self, driver: Driver, furnished: Furnished, story_stage: Stage) -> Living:
        seconds = int(furnished.stage.house.clock().timestamp())
        rng = Random(self._seed + seconds)  # noqa: S311 - the living part is another one every time
        customers = Customers(rng, furnished.stage.house.clock(), first_number=seconds)
        casting = Casting(
            self._seed + seconds, furnished.roster, furnished.zone, customers, f"live-{seconds}", self._speed
        )
        return Living(story_stage, furnished.stage, casting, driver, away=VISITOR, rng=rng, speed=self._speed)

    def _tell_story(self, stage: Stage, furnished: Furnished, now: datetime) -> None:
        number = int(now.timestamp())
        self._console.print()
        self._console.rule("[bold]The story of Ada Whitlock and the birthday box[/]", style="cyan")
        self._console.print(
            "[dim]About five minutes. When a supervisor is asked, you may be her: log in as priya and accept it.\n"
            "If nobody does for 90 seconds, the demo does it in her name.[/]"
        )
        rng = Random(number)  # noqa: S311 - one telling is like the next but for the order's number
        player = story.ada(furnished.roster, furnished.zone, number, rng)
        stage.enter(player, story.the_birthday_box(player), now)

    def _wait_for_enter(self) -> None:
        """Enter tells the story (again)."""
        if not sys.stdin.isatty():
            return

        def listen() -> None:
            for _ in sys.stdin:
                self._tell.set()

        threading.Thread(target=listen, name="enter", daemon=True).start()

    def _greet(self, driver: Driver, furnished: Furnished, token: str) -> None:
        counts = driver.select(
            "select count(*), coalesce(sum(case when status in ('open', 'paused') then 1 else 0 end), 0), "
            "coalesce(sum(case when escalated then 1 else 0 end), 0) from leeway_case"
        )
        cases, live, escalated = counts[0]
        people = Table.grid(padding=(0, 2))
        people.add_row("[bold]priya[/]", "supervisor: escalations are waiting for you")
        people.add_row("[bold]sam[/]", "agent: so are customers")
        people.add_row(
            "[bold]marta[/] [bold]ops[/] [bold]quinn[/] [bold]admin[/]", "manager, operations, quality, admin"
        )
        self._console.print(
            Panel(
                f"[bold]{self._address}[/]   password for everybody: [bold]{PASSWORD}[/]",
                title="Leeway, a house full of life",
                border_style="cyan",
                expand=False,
            )
        )
        self._console.print(people)
        self._console.print(
            f"\n{cases} cases since six weeks ago, {live} of them open, {escalated} escalated. "
            f"The house stands in {place.town(furnished.zone)}, where it is "
            f"{self._local(furnished.zone)} now.\n"
            "The guided story begins in a minute, or when you press Enter. Ctrl-C ends it all."
        )
        call = f"curl -H 'Authorization: Bearer {token}' {self._address}/api/v1/escalations"
        self._console.print(f"The API:  {call}\n", soft_wrap=True)

    def _local(self, zone: str) -> str:
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - one line's need

        return f"{datetime.now(ZoneInfo(zone)):%H:%M}"
