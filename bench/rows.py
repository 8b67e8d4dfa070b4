"""The rows of the bench: each measures Leeway and its neighbours by turns and gives lines for the table."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench import house, machine, peer
from bench.part import ROOT, Measures, Part, environment, part

HOST = "127.0.0.1"
BATCH = 500
CONNECTIONS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table. ``figures`` are the numbers behind the words, for ``--json``."""

    what: str
    ours: str
    beside: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None
    figures: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Bench:
    """What the rows need to know: where to work, how long, and whether there is a neighbour."""

    folder: Path
    quick: bool
    full: bool = False
    model: Path = Path()
    token: str = ""
    no_peer: str = ""

    def rounds(self) -> int:
        return 3 if self.quick else 7

    def size(self, quick: int, full: int) -> int:
        return quick if self.quick else full

    def home(self, name: str) -> Path:
        return house.copy(self.model, self.folder / name)

    def peer(self) -> str:
        """Its interpreter, or nothing, with the reason kept in ``no_peer``."""
        if not self.no_peer:
            try:
                return peer.python()
            except peer.NoPeer as error:
                self.no_peer = str(error)
        return ""


Row = Callable[[Bench], Iterator[Line]]


def by_turns(rounds: int, **measures: Callable[[], Measures]) -> dict[str, list[Measures]]:
    """A B C, A B C, ...: what the machine does meanwhile meets them alike. One round before them warms up."""
    found: dict[str, list[Measures]] = {name: [] for name in measures}
    for number in range(rounds + 1):
        for name, measure in measures.items():
            told = measure()
            if number:
                found[name].append(told)
    return found


def mid(found: list[Measures], name: str) -> float:
    return median(float(one[name]) for one in found)


def rate(found: list[Measures]) -> float:
    """A second, by the clock on the wall."""
    return median(one["n"] / one["seconds"] for one in found)


def ratios(ours: list[Measures], theirs: list[Measures], value: Callable[[Measures], float]) -> float:
    """The median of the rounds' own ratios: a round's two halves had about the same machine."""
    return median(value(one) / value(other) for one, other in zip(ours, theirs, strict=True))


def speed(one: Measures) -> float:
    return float(one["n"] / one["seconds"])


def cost(one: Measures) -> float:
    return float(one["cpu_ms"] / one["n"])


# --- the server


@contextmanager
def served(home: Path) -> Iterator[tuple[int, int]]:
    """A real ``leeway serve`` on a free port; gives the port and its process."""
    port = peer.free_port()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "leeway", "serve", "--port", str(port)],
        cwd=ROOT,
        env=environment(home),
        stderr=subprocess.DEVNULL,
    )
    try:
        peer.wait_for_port(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def counted(caller: Part, pid: int, **how: object) -> Callable[[], Measures]:
    """A measurement with the server's processor time beside it."""

    def measure() -> Measures:
        before = machine.cpu_ms(pid)
        told = caller.measure(**how)
        told["cpu_ms"] = machine.cpu_ms(pid) - before
        if told.get("refused"):
            raise RuntimeError(f"{told['refused']} requests were refused: {told['first_refusal']}")
        return told

    return measure


def posts(bench: Bench, port: int, content_type: str) -> dict[str, object]:
    return {
        "host": HOST,
        "port": port,
        "path": "/api/v1/facts",
        "headers": {"Content-Type": content_type, "Authorization": f"Bearer {bench.token}"},
    }


# --- 1: one message


def message(bench: Bench) -> Iterator[Line]:
    """One message through the authenticated HTTP API, acknowledged when it is on the disk."""
    count = bench.size(800, 5_000)
    with ExitStack() as stack:
        home = bench.home("message")
        port, pid = stack.enter_context(served(home))
        caller = stack.enter_context(part("load"))
        raw = stack.enter_context(part("raw", home=home))
        ours = counted(
            caller,
            pid,
            kind="facts",
            count=count,
            connections=CONNECTIONS,
            **posts(bench, port, "application/json"),
        )
        size = int(ours()["bytes"])  # also the warming of the server
        measures = {
            "leeway": ours,
            "raw": lambda: raw.measure(count=count, group=1, size=size),
            **_their_messages(bench, stack),
        }
        found = by_turns(bench.rounds(), **measures)
    leeway = found["leeway"]
    figures = {name: mid(leeway, name) for name in ("p50_ms", "p95_ms", "p99_ms")}
    for name, label, least in (("raw", "SQLite itself, a commit each", 0.5), ("peer", "django-helpdesk", 50)):
        if name not in found:
            yield Line(what="one message, beside django-helpdesk", ours="", beside=bench.no_peer)
            continue
        ratio = ratios(leeway, found[name], speed)
        yield Line(
            what="one message, HTTP, 16 connections",
            ours=f"{rate(leeway):,.0f}/s",
            beside=f"{rate(found[name]):,.0f}/s ({label})",
            ratio=ratio,
            target=f"≥ {least:g} ×",
            met=ratio >= least,
            figures={"leeway_per_s": rate(leeway), f"{name}_per_s": rate(found[name])},
        )
    yield Line(
        what="  how long it takes (p50, p95, p99)",
        ours=", ".join(f"{value:.0f}" for value in figures.values()) + " ms",
        target="p99 ≤ 50 ms",
        met=figures["p99_ms"] <= 50,
        figures=figures,
    )
    cpu = median(map(cost, leeway))
    theirs = found.get("peer")
    yield Line(
        what="  processor time of the server",
        ours=f"{cpu:.2f} ms",
        beside=f"{median(map(cost, theirs)):.1f} ms (django-helpdesk)" if theirs else "",
        ratio=1 / ratios(leeway, theirs, cost) if theirs else None,
        figures={"cpu_ms": cpu, "peer_cpu_ms": median(map(cost, theirs)) if theirs else None},
    )


def _their_messages(bench: Bench, stack: ExitStack) -> dict[str, Callable[[], Measures]]:
    if not bench.peer():
        return {}
    folder = bench.folder / "peer-message"
    told = peer.make(folder, 1_000)
    port = peer.free_port()
    pid = stack.enter_context(peer.served(folder, port))
    caller = stack.enter_context(part("load"))
    csrf = "a" * 32
    return {
        "peer": counted(
            caller,
            pid,
            kind="followups",
            count=bench.size(40, 200),
            connections=4,  # as many as it has threads
            ticket=int(told["ticket"]),
            host=HOST,
            port=port,
            path="/api/followups/",
            headers={
                "Content-Type": "application/json",
                "Cookie": f"csrftoken={csrf}; sessionid={told['session']}",
                "X-CSRFToken": csrf,
            },
        )
    }


# --- 2: batches


def batch(bench: Bench) -> Iterator[Line]:
    """500 facts in one transaction: over HTTP as NDJSON, and handed to the writer directly."""
    batches = bench.size(2, 20)
    with ExitStack() as stack:
        port, pid = stack.enter_context(served(bench.home("ndjson")))
        caller = stack.enter_context(part("load"))
        home = bench.home("batch")
        writer = stack.enter_context(part("writer", home=home))
        raw = stack.enter_context(part("raw", home=home))
        lines = counted(
            caller,
            pid,
            kind="ndjson",
            count=batches,
            lines=BATCH,
            connections=1,
            **posts(bench, port, "application/x-ndjson"),
        )

        def ndjson() -> Measures:
            told = lines()
            return {**told, "n": told["n"] * BATCH}

        size = int(ndjson()["bytes"] / BATCH)
        found = by_turns(
            bench.rounds(),
            writer=lambda: writer.measure(count=batches * BATCH, group=BATCH),
            ndjson=ndjson,
            raw=lambda: raw.measure(count=batches * BATCH, group=BATCH, size=size),
        )
    for name, what in (
        ("writer", "batch of 500, to the writer"),
        ("ndjson", "batch of 500, NDJSON over HTTP"),
    ):
        per_second = rate(found[name])
        yield Line(
            what=what,
            ours=f"{per_second:,.0f} facts/s, {1000 * median(map(cost, found[name])):,.0f} µs CPU each",
            beside=f"{rate(found['raw']):,.0f} rows/s (SQLite itself, grouped)",
            ratio=ratios(found[name], found["raw"], speed),
            target="≥ 5,000/s",
            met=per_second >= 5_000,
            figures={
                "facts_per_s": per_second,
                "cpu_us": 1000 * median(map(cost, found[name])),
                "raw_rows_per_s": rate(found["raw"]),
            },
        )


# --- 3: the sweep


def sweep(bench: Bench) -> Iterator[Line]:
    """The clock looks whether anything is due, and nothing is."""
    clocks, tickets = bench.size(1_000_000, 1_000_000), bench.size(2_000, 20_000)
    with ExitStack() as stack:
        ours = stack.enter_context(part("sweep", home=bench.home("sweep"), env={"CASES": str(clocks)}))
        measures = {"leeway": lambda: ours.measure(sweeps=200)}
        if bench.peer():
            theirs = _peer_part(bench, stack, "peer_sweep", tickets)
            measures["peer"] = lambda: theirs.measure(due=0)
        found = by_turns(bench.rounds(), **measures)
    leeway, other = found["leeway"], found.get("peer")
    cpu, grown = mid(leeway, "cpu_ms"), median(one["mb_after"] - one["mb_before"] for one in leeway)
    yield Line(
        what=f"sweep, nothing due, {leeway[0]['clocks']:,} clocks",
        ours=f"{cpu:.3f} ms CPU, {grown:+.1f} MB",
        beside=f"{mid(other, 'cpu_ms'):.0f} ms at {other[0]['clocks']:,} (django-helpdesk)"
        if other
        else bench.no_peer,
        ratio=mid(other, "cpu_ms") / cpu if other else None,
        target="< 10 ms",
        met=cpu < 10,
        figures={"cpu_ms": cpu, "grown_mb": grown, "peer_cpu_ms": mid(other, "cpu_ms") if other else None},
    )


def _peer_part(bench: Bench, stack: ExitStack, name: str, tickets: int) -> Part:
    folder = bench.folder / f"{name}-{tickets}"
    peer.make(folder, tickets)
    return stack.enter_context(part(name, python=bench.peer(), env=peer.peer_environment(folder)))


# --- 4: due cases


def due(bench: Bench) -> Iterator[Line]:
    """A case whose time has come, decided and committed."""
    with ExitStack() as stack:
        ours = stack.enter_context(part("due", home=bench.home("due")))
        measures = {"leeway": lambda: ours.measure(count=bench.size(250, 2_000))}
        if bench.peer():
            theirs = _peer_part(bench, stack, "peer_sweep", 500)
            measures["peer"] = lambda: theirs.measure(due=bench.size(40, 200))
        found = by_turns(bench.rounds(), **measures)
    cpu, other = median(map(cost, found["leeway"])), found.get("peer")
    yield Line(
        what="a due case, decided and committed",
        ours=f"{cpu:.2f} ms CPU",
        beside=f"{median(map(cost, other)):.1f} ms (django-helpdesk)" if other else bench.no_peer,
        ratio=1 / ratios(found["leeway"], other, cost) if other else None,
        target="≤ 1 ms",
        met=cpu <= 1,
        figures={"cpu_ms": cpu, "peer_cpu_ms": median(map(cost, other)) if other else None},
    )


# --- 5: lists


def lists(bench: Bench) -> Iterator[Line]:
    """The page with the list of conversations, in a small house and in a large one."""
    few, many, their_many = 1_000, 200_000, bench.size(3_000, 20_000)
    pages = bench.size(5, 20)
    with ExitStack() as stack:
        measures = {
            str(cases): _pages(
                stack.enter_context(
                    part("lists", home=bench.home(f"lists-{cases}"), env={"CASES": str(cases)})
                ),
                pages,
            )
            for cases in (few, many)
        }
        if bench.peer():
            for tickets in (few, their_many):
                theirs = _peer_part(bench, stack, "peer_lists", tickets)
                measures[f"peer{tickets}"] = _pages(theirs, 2)
        found = by_turns(bench.rounds(), **measures)
    grows = ratios(found[str(many)], found[str(few)], lambda one: float(one["cpu_ms"]))
    for cases in (few, many):
        cpu = mid(found[str(cases)], "cpu_ms")
        their = few if cases == few else their_many
        other = found.get(f"peer{their}")
        yield Line(
            what=f"list page, {cases:,} open cases",
            ours=f"{cpu:.1f} ms CPU",
            beside=f"{mid(other, 'cpu_ms'):.0f} ms at {their:,} (django-helpdesk)"
            if other
            else bench.no_peer,
            ratio=mid(other, "cpu_ms") / cpu if other else None,
            target="≤ 15 ms",
            met=cpu <= 15,
            figures={"cpu_ms": cpu, "peer_cpu_ms": mid(other, "cpu_ms") if other else None},
        )
    yield Line(
        what="  how it grows, 1,000 to 200,000",
        ours=f"{grows:.2f} ×",
        target="≤ 1.5 ×",
        met=grows <= 1.5,
        figures={"ratio": grows},
    )


def _pages(of: Part, pages: int) -> Callable[[], Measures]:
    return lambda: of.measure(pages=pages)


# --- beside the table's five


def cues(bench: Bench) -> Iterator[Line]:
    """Signs read in one message, on one core."""
    count = bench.size(2_000, 10_000)
    with ExitStack() as stack:
        ours = stack.enter_context(part("cues"))
        measures = {"leeway": lambda: ours.measure(count=count)}
        if bench.peer():
            theirs = stack.enter_context(part("peer_cues", python=bench.peer()))
            measures["peer"] = lambda: theirs.measure(count=count)
        found = by_turns(bench.rounds(), **measures)
    a_second, other = 1000 / median(map(cost, found["leeway"])), found.get("peer")
    yield Line(
        what="cues of a message",
        ours=f"{a_second:,.0f} messages/s/core",
        beside=f"{1000 / median(map(cost, other)):,.0f}/s (VADER: a number, no reasons)"
        if other
        else bench.no_peer,
        ratio=1 / ratios(found["leeway"], other, cost) if other else None,
        target="≥ 15,000/s",
        met=a_second >= 15_000,
        figures={"per_s": a_second, "peer_per_s": 1000 / median(map(cost, other)) if other else None},
    )


def guidance(bench: Bench) -> Iterator[Line]:
    """What to say next, from a message that has been read: what it costs a server with 200 conversations a second."""
    count = bench.size(500, 3_000)
    with part("guidance") as ours:
        found = by_turns(bench.rounds(), leeway=lambda: ours.measure(count=count))["leeway"]
    each, worst = median(map(cost, found)), mid(found, "p99_ms")
    yield Line(
        what="what to say next",
        ours=f"{each:.2f} ms CPU, p99 {worst:.1f} ms",
        beside="nobody else says it without a model",
        target="p99 ≤ 30 ms, 200 a second on one core",
        met=worst <= 30 and each * 200 <= 1000,
        figures={"cpu_ms": each, "p99_ms": worst, "cores_at_200_per_s": each * 200 / 1000},
    )


def backtest(bench: Bench) -> Iterator[Line]:
    """A changed matrix over a long history, by two processes: one rule less, and other clocks (nothing taken over).

    A tenth of the million facts promised unless ``--full`` is asked for: what each process reads once weighs more.
    """
    home = bench.home("backtest")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "bench.parts.history",
            str(1_000_000 if bench.full else bench.size(10_000, 100_000)),
        ],
        env=environment(home),
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    for name, promised in (("a rule less", True), ("longer clocks", False)):
        if not promised and not bench.quick:
            continue  # at the speed of `decide` these facts take minutes
        done = subprocess.run(
            [sys.executable, "-m", "bench.parts.backtested", name, "2"],
            env=environment(home),
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        found = json.loads(done.stdout)
        speed = found["facts"] / found["cpu_seconds"]
        yield Line(
            what=f"backtest, {name}, {found['facts']:,} facts, 2 processes",
            ours=f"{speed:,.0f} facts/s a core, {found['seconds']:.0f} s, {found['memory_mb']} MB",
            target="≥ 20,000 facts/s a core" if promised else "",
            met=speed >= 20_000 if promised else None,
            figures=found,
        )


def idle(bench: Bench) -> Iterator[Line]:
    """What a server weighs that has nothing to do, and how soon it answers."""
    starts, weights = [], []
    for number in range(bench.size(2, 5)):
        begun = time.monotonic()
        with served(bench.home(f"idle-{number}")) as (port, pid):
            _asks(port, "/healthz")
            starts.append(time.monotonic() - begun)
            _asks(port, "/accounts/login/")  # Django is loaded from here on
            time.sleep(1)
            weights.append(machine.pss_mb(pid))
    yield Line(
        what="serve, idle, its pages loaded",
        ours=f"{median(weights):.0f} MB",
        target="≤ 150 MB",
        met=median(weights) <= 150,
        figures={"pss_mb": median(weights)},
    )
    yield Line(
        what="serve, from its start to its first answer",
        ours=f"{median(starts):.1f} s",
        target="≤ 2 s",
        met=median(starts) <= 2,
        figures={"seconds": median(starts)},
    )


def _asks(port: int, path: str) -> None:
    """Until it answers; a server that is just coming up may hang up once."""
    until = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        try:
            connection.request("GET", path)
            connection.getresponse().read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
        finally:
            connection.close()


def check(bench: Bench) -> Iterator[Line]:
    """A large matrix and a year proved, on one core; and a shipped pack."""
    with part("check") as ours:
        by_size = by_turns(
            2 if bench.quick else 3,
            large=lambda: ours.measure(rules=200, columns=12, people=50),
            small=lambda: ours.measure(rules=20, columns=6, people=12),
        )
    for name, what, most in (
        ("large", "a year proved: 200 rules, 12 columns, 50 people", 10),
        ("small", "a year proved: 20 rules, 6 columns, 12 people", 2),
    ):
        seconds = mid(by_size[name], "cpu_ms") / 1000
        yield Line(
            what=what,
            ours=f"{seconds:.2f} s CPU",
            beside="nobody proves one",
            target=f"≤ {most} s",
            met=seconds <= most,
            figures={"cpu_s": seconds, "holes": mid(by_size[name], "holes")},
        )


ROWS: dict[str, Row] = {
    "message": message,
    "batch": batch,
    "sweep": sweep,
    "due": due,
    "lists": lists,
    "cues": cues,
    "guidance": guidance,
    "idle": idle,
    "backtest": backtest,
    "check": check,
}
