"""The demo while it runs: what is due is played, the visitor's cases wait, the story is told, and it stops."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from rich.console import Console

from leeway.core import facts as f
from leeway.core.facts import CustomerRef
from leeway.demo import story
from leeway.demo.cast import PASSWORD, VISITOR
from leeway.demo.commentary import Commentary
from leeway.demo.house import MARK, Demo, Furnished, NotADemo, demo_home, furnish_and_play
from leeway.demo.living import Living
from leeway.demo.shelf import fill_shelf
from leeway.demo.stage import Stage
from leeway.store.knowledge import search
from leeway.store.models import Article
from leeway.store.rebuild import stored
from leeway.store.writer.driver import Driver
from leeway.wiring import House, open_house
from leeway.worker.sweeper import Sweeper

NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)


class Morning:
    """A demo's house whose time the test owns: every quarter minute the clocks run and the cast does what is due."""

    def __init__(self, house: House, now: Callable[[], datetime], go_on: Callable[[timedelta], None]) -> None:
        self.house = house
        self.driver: Driver = house.driver()
        self._clock = now
        self._go_on = go_on
        self.furnished: Furnished = furnish_and_play(house, self.driver, now(), seed=7, cases=0)
        self.furnished.stage.go_live()
        self.story = Stage(house, self.driver, self.furnished.roster, away=VISITOR, patience=story.PATIENCE)
        self.story.go_live()
        self.sweeper = Sweeper(house.driver(), house.writer.call, house.clock)
        casting = self.furnished.casting
        casting.prefix = "live"
        self.living = Living(
            self.story, self.furnished.stage, casting, self.driver, away=VISITOR, rng=Random(5)
        )

    def pass_by(self, **length: float) -> None:
        end = self._clock() + timedelta(**length)
        while self._clock() < end:
            self._go_on(timedelta(seconds=3))
            self.sweeper.sweep()
            assert self.living.try_step()

    def count(self, sql: str) -> int:
        return int(self.driver.select(sql)[0][0])


@pytest.fixture
def morning(new_address) -> Iterator[Morning]:
    times = [NOW]

    def go_on(length: timedelta) -> None:
        times[0] += length

    house = open_house(where=new_address(), clock=lambda: times[0])
    yield Morning(house, lambda: times[0], go_on)
    house.close()


def test_customers_go_on_writing_at_a_calm_pace(morning):
    before = morning.count("select count(*) from leeway_fact where kind = 'message'")
    morning.pass_by(minutes=5)
    written = morning.count("select count(*) from leeway_fact where kind = 'message'") - before
    assert 15 <= written <= 60  # one every five to twenty seconds


def test_nobody_acts_in_the_visitors_name(morning):
    morning.pass_by(minutes=5)
    bodies = morning.driver.select("select body from leeway_fact where at > ?", (NOW,))
    assert bodies
    assert [body for (body,) in bodies if '"by":"priya"' in body or '"by":"sam"' in body] == []


def test_a_message_of_the_visitors_own_is_answered(morning):
    ines = CustomerRef(id="visitor-1", name="Inês Prata")
    done = morning.house.desk.handle(
        f.MessageReceived(
            id="v1",
            at=NOW,
            source="api",
            interaction="v",
            author="customer",
            text="Where is my lamp?",
            customer=ines,
        )
    )
    case = stored(morning.driver, done.case)
    if case.owner in VISITOR:
        morning.house.desk.handle(f.HandedOver(id="v2", at=NOW, case=case.id, by=case.owner, to="tom"))
        morning.house.desk.handle(f.HandoffAccepted(id="v3", at=NOW, case=case.id, by="tom"))
    morning.pass_by(minutes=4)
    assert stored(morning.driver, done.case).first_response_at is not None


def test_an_approval_the_visitor_asks_for_is_decided(morning):
    """Whoever of the cast is asked answers, in full, in part, or with a reason; only priya's own wait for her."""
    number = next(
        case
        for (case,) in morning.driver.select(
            "select id from leeway_case where status = 'open' and level = 'agent' and not escalated and asked = ''"
        )
        if not stored(morning.driver, case).approvals
    )
    owner = stored(morning.driver, number).owner
    asked = f.ApprovalAsked(
        id="a1",
        at=NOW,
        case=number,
        by=owner,
        instrument="refund",
        amount=900_00,
        why="A whole wedding went wrong.",
    )
    morning.house.desk.handle(asked)
    assert stored(morning.driver, number).approvals[-1].asked_of not in VISITOR  # more than a supervisor may
    morning.pass_by(minutes=16)
    assert not stored(morning.driver, number).approvals[-1].open


@pytest.mark.django_db(transaction=True)  # it closes its connection
def test_the_shelf_is_filled_once_however_often_the_demo_starts():
    assert fill_shelf(NOW) == fill_shelf(NOW) >= 6
    assert Article.objects.count() == fill_shelf(NOW)
    assert search("the parcel is late and the tracking stands still")


def test_the_story_goes_from_the_first_cue_to_the_rating(morning):
    told = io.StringIO()
    furnished = morning.furnished
    commentary = Commentary(
        Console(file=told, width=100),
        morning.driver,
        roster=furnished.roster,
        policy=furnished.policy,
        zone=furnished.zone,
        address="http://here",
    )
    commentary.follow(story.CUSTOMER.id)
    player = story.ada(furnished.roster, furnished.zone, 1, Random(1))
    morning.story.enter(player, story.the_birthday_box(player), NOW)
    for _ in range(40):
        morning.pass_by(seconds=9)
        commentary.tell_news()
    events = [
        kind
        for (kind,) in morning.driver.select(
            "select kind from leeway_event where case_id = ? order by seq", (player.case,)
        )
    ]
    expected = (
        "case_opened alert_raised rule_decided escalation_held escalated owner_asked owner_accepted update_recorded "
        "attempt_answer_recorded case_resolved follow_up_recorded rating_recorded"
    ).split()
    assert [kind for kind in expected if kind not in events] == []
    assert events.index("alert_raised") < events.index("escalation_held") < events.index("escalated")
    case = stored(morning.driver, player.case)
    assert (case.owner, case.status, case.rating) == ("priya", "closed", 5)
    text = told.getvalue()
    for words in ("the packet for", "alert", "asks for a supervisor", "Priya Raman has it now", "resolved"):
        assert words in text


def test_the_demo_stops_when_the_house_closes(new_address):
    house = open_house(where=new_address())
    demo = Demo(Console(quiet=True), "http://here", seed=7, speed=1, story_after=60)
    demo.begin(house)
    house.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "demo"]


RUN = "import sys; from leeway.demo import run; run(int(sys.argv[1]), cases=0, story_after=0)"


@pytest.mark.slow
def test_a_running_demo_says_where_it_is_and_ends_in_order(tmp_path, repository):
    """The whole of it, in a process of its own: it greets, the story begins, and a signal ends it with nothing left."""
    port = _free_port()
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
        },
        "LEEWAY_HOME": str(tmp_path / "demo"),
        "PYTHONPATH": str(repository),
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    ) as process:
        printed = []
        for line in process.stdout:
            printed.append(line)
            if "the same through the API" in line:
                break
        process.send_signal(signal.SIGTERM)
        printed.append(process.communicate(timeout=60)[0])
    text = "".join(printed)
    assert process.returncode == 0
    assert f"http://127.0.0.1:{port}" in text
    assert PASSWORD in text
    assert "Ada Whitlock" in text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_somebodys_own_house_is_never_touched(tmp_path, monkeypatch):
    (tmp_path / "leeway.db").touch()
    monkeypatch.setenv("LEEWAY_HOME", str(tmp_path))
    with pytest.raises(NotADemo, match="is no demo"):
        demo_home()
    with pytest.raises(NotADemo):
        demo_home(fresh=True)
    assert [file.name for file in tmp_path.iterdir()] == ["leeway.db"]


def test_a_demos_own_folder_is_used_again_or_emptied(tmp_path, monkeypatch):
    monkeypatch.setenv("LEEWAY_HOME", str(tmp_path / "demo"))
    folder, passing = demo_home()
    assert not passing
    (folder / "leeway.db").touch()
    assert (demo_home()[0] / "leeway.db").exists()
    emptied = demo_home(fresh=True)[0]
    assert not (emptied / "leeway.db").exists()
    assert (emptied / MARK).exists()
