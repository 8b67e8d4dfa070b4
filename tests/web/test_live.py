"""The live stream: no gap, no double, nobody hears of cases that are not theirs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from leeway.core import facts as f
from leeway.web.listeners import Listener, listener
from leeway.web.live import Feed, Live

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db

EVERYTHING = Listener(None)
SECONDS = 20


@dataclass
class Browser:
    """One connection as a browser has it: reads events until it hangs up."""

    live: Live
    after: int = 0
    last_event_id: str = ""
    cases: tuple[int, ...] = ()
    heard: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    status: int = 0
    heard_something: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, until: Callable[[list[Any]], bool]) -> None:
        """Connects, hears until ``until`` says enough, hangs up."""
        hung_up = asyncio.Event()
        query = f"after={self.after}" + "".join(f"&case={case}" for case in self.cases)
        headers = [(b"cookie", b"session"), (b"last-event-id", self.last_event_id.encode())]
        scope = {"type": "http", "path": "/live", "query_string": query.encode(), "headers": headers}

        async def receive() -> dict[str, Any]:
            await hung_up.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            self.status = message.get("status", self.status)
            for block in message.get("body", b"").decode().split("\n\n"):
                lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
                if "id" in lines:
                    self.heard.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
                    self.last_event_id = lines["id"]
                    self.heard_something.set()
            if until(self.heard):
                hung_up.set()

        async with asyncio.timeout(SECONDS):
            await self.live(scope, receive, send)

    @property
    def numbers(self) -> list[int]:
        return [number for number, _, _ in self.heard]


@pytest.fixture
def live(console) -> Callable[..., Live]:
    """The stream of the test's house, for whoever ``who`` says is listening."""

    def made(who: Listener | None = EVERYTHING) -> Live:
        stream = Live(Feed(console.house.driver()), lambda cookies, cases: who)
        console.house.writer.listen(stream.heard)
        return stream

    return made


def in_a_loop(story: Callable[[], Awaitable[None]]) -> None:
    """Runs a story to its end, and the stream's own task with it."""

    async def told() -> None:
        await story()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    asyncio.run(told())


def heard(count: int) -> Callable[[list[Any]], bool]:
    return lambda events: len(events) >= count


def test_whoever_comes_late_hears_what_was_written_and_then_what_is(console, live):
    first = console.writes("Hello")
    browser = Browser(live())

    async def story() -> None:
        listening = asyncio.create_task(browser.listen(heard(2)))
        await browser.heard_something.wait()
        await asyncio.to_thread(console.answers, first, "Hello, Sam here.", by="sam")
        await listening

    in_a_loop(story)
    assert [(kind, data["case"], data["kind"]) for _, kind, data in browser.heard] == [
        ("case", first, "message"),
        ("case", first, "message"),
    ]


def test_a_lost_connection_leaves_no_gap_and_makes_no_double(console, live):
    case = console.writes("Hello")
    browser = Browser(live())

    async def story() -> None:
        await browser.listen(heard(1))
        for number in range(5):  # written while nobody was connected
            await asyncio.to_thread(console.answers, case, f"Answer {number}", by="sam")
        listening = asyncio.create_task(browser.listen(heard(8)))
        await asyncio.sleep(0.05)
        for number in range(2):
            await asyncio.to_thread(console.answers, case, f"Later {number}", by="sam")
        await listening

    in_a_loop(story)
    assert browser.numbers == sorted(set(browser.numbers))
    assert len(browser.numbers) == 8


def test_many_browsers_that_come_and_go_all_hear_everything_once(console, live):
    case = console.writes("Hello")
    stream = live()
    browsers = [Browser(stream) for _ in range(8)]
    facts = 30

    async def coming_and_going(browser: Browser, at_a_time: int) -> None:
        while len(browser.heard) < facts + 1:
            enough = min(len(browser.heard) + at_a_time, facts + 1)
            await browser.listen(heard(enough))

    async def story() -> None:
        going = [asyncio.create_task(coming_and_going(one, 1 + n)) for n, one in enumerate(browsers)]
        for number in range(facts):
            await asyncio.to_thread(console.answers, case, f"Answer {number}", by="sam")
        await asyncio.gather(*going)

    in_a_loop(story)
    for browser in browsers:
        assert len(browser.numbers) == facts + 1
        assert browser.numbers == sorted(set(browser.numbers))


def test_what_another_process_wrote_is_found_as_well(console, live, new_house):
    case = console.writes("Hello")
    elsewhere = new_house()
    browser = Browser(live())

    async def story() -> None:
        listening = asyncio.create_task(browser.listen(heard(2)))
        await browser.heard_something.wait()
        fact = f.StepTaken(id="other", at=console.watch(), case=case, by="sam", step="restate")
        await asyncio.to_thread(elsewhere.desk.handle, fact)
        await listening

    in_a_loop(story)
    assert browser.heard[-1][2]["kind"] == "step_taken"


def test_an_agent_hears_that_something_happened_and_of_their_own_cases_what(console, live):
    theirs = console.writes("Hello")
    console.answers(theirs, "Hello, Sam here.", by="sam")
    foreign = console.writes("Hi", chat="other", customer="eve")
    console.answers(foreign, "Hello, Felix here.", by="felix")
    browser = Browser(live(Listener(frozenset({"sam", "june"}))))
    in_a_loop(lambda: browser.listen(heard(4)))
    told = [data["case"] for _, kind, data in browser.heard if kind == "case"]
    assert set(told) == {theirs}
    assert [data for _, kind, data in browser.heard if kind == "elsewhere"] == [{}, {}]


def test_somebody_who_is_not_signed_in_hears_nothing(live):
    browser = Browser(live(None))
    in_a_loop(lambda: browser.listen(heard(0)))
    assert browser.status == 401
    assert browser.heard == []


@pytest.mark.parametrize("asked", ["x", "", "-5", "9" * 40, "١٢"])
def test_a_number_that_makes_no_sense_begins_at_the_beginning(console, live, asked):
    console.writes("Hello")
    browser = Browser(live(), last_event_id="")
    browser.after = asked
    in_a_loop(lambda: browser.listen(heard(1)))
    assert browser.numbers == [1]


def test_when_the_server_stops_every_stream_ends(console, live):
    console.writes("Hello")
    stream = live()
    browser = Browser(stream)

    async def story() -> None:
        listening = asyncio.create_task(browser.listen(lambda events: False))
        await browser.heard_something.wait()
        stream.end()
        await listening

    in_a_loop(story)


def test_a_database_that_fails_once_silences_nobody(console, live):
    case = console.writes("Hello")
    stream = live()
    since = stream._feed.since
    failed: list[object] = []

    def fails_once(number: int):
        if number and not failed:
            failed.append(number)
            raise OSError("away for a moment")
        return since(number)

    browser = Browser(stream)

    async def story() -> None:
        listening = asyncio.create_task(browser.listen(heard(2)))
        await browser.heard_something.wait()
        stream._feed.since = fails_once
        await asyncio.to_thread(console.answers, case, "Hello, Sam here.", by="sam")
        await listening

    in_a_loop(story)
    assert failed


# --- who listens ------------------------------------------------------------------------------------------------------


def cookies_of(client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def test_the_session_says_who_listens_and_to_what(console):
    case = console.writes("Hello")
    console.answers(case, "Hello, Sam here.", by="sam")
    assert listener(cookies_of(console.as_("priya"))) == EVERYTHING
    sam = listener(cookies_of(console.as_("sam")), [case])
    assert {"sam", "june"} <= sam.people
    assert sam.cases == {case}
    felix = listener(cookies_of(console.as_("felix")), [case])
    assert felix.cases == frozenset()
    assert not felix.hears(case, ("sam", "sam"))
    assert listener(cookies_of(console.as_(""))) is None
    assert listener("sessionid=made-up") is None
    assert listener("=;;") is None


def test_a_session_that_ended_is_not_listened_to(console):
    client = console.as_("priya")
    cookies = cookies_of(client)
    client.logout()
    assert listener(cookies) is None


def test_whoever_sent_a_case_up_still_hears_of_it_while_its_page_is_open(console):
    case = console.writes("Hello")
    console.answers(case, "Hello, Sam here.", by="sam")
    console.press(f.EscalationRequested, case, by="sam", requested_by="agent", override="now")
    lead = console.case(case).asked.person
    console.press(f.HandoffAccepted, case, by=lead)
    assert listener(cookies_of(console.as_("sam")), [case]).hears(case, (lead, lead))
    assert not listener(cookies_of(console.as_("sam"))).hears(case, (lead, lead))
