"""Backtest: the policy in force reproduces the log exactly; a candidate's differences are found, wherever it runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from leeway.backtesting import Candidate, NothingRecorded, backtest
from leeway.core.policy import Condition, Is, OneOf, Policy, Rule, Within
from leeway.demo.house import furnish_and_play
from leeway.desk.past import unlike
from leeway.packs.matrix_file import dump_policy
from leeway.prove.backtest.candidate import differing_rules, in_words
from leeway.prove.backtest.report import Report
from leeway.prove.executor import Dask, Inline, Processes, Unavailable
from leeway.store import past
from leeway.store.address import Address, Sqlite
from leeway.store.importing.run import Importer, Plan
from leeway.store.writer.driver import open_driver
from leeway.wiring import House, PublishedWorlds, open_house, past_worlds
from tests.conftest import REPOSITORY
from tests.houses import Watch
from tests.web.console import Console, console, django_house

__all__ = ["console", "django_house"]

NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
ASKS = "This is the third time. I want to speak to your supervisor."


@pytest.fixture(scope="module")
def history(model_house: str, tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    """Some weeks of the demo's house."""
    if not Path(model_house).is_file():
        pytest.skip("a demo lives on SQLite")
    file = tmp_path_factory.mktemp("history") / "leeway.db"
    shutil.copy(model_house, file)
    where = Sqlite(str(file))
    house = open_house(where=where, clock=lambda: NOW)
    driver = house.driver()
    furnish_and_play(house, driver, NOW, cases=1)
    driver.close()
    house.close()
    return where


@pytest.fixture(scope="module")
def policy(history: Sqlite) -> Policy:
    driver = open_driver(history)
    every = past.policies(driver)
    driver.close()
    return every[max(every)]


def written(report: Report) -> bytes:
    return msgspec.json.encode(report)


def without(policy: Policy, name: str) -> Policy:
    return replace(policy, rules=tuple(rule for rule in policy.rules if rule.name != name))


# --- the policy in force reproduces the log


def unlike_in(where: Address) -> list[Any]:
    driver = open_driver(where)
    try:
        return list(unlike(past_worlds(driver), past.stories(driver)))
    finally:
        driver.close()


def test_the_demos_own_history_is_reproduced_word_for_word(history: Sqlite):
    assert unlike_in(history) == []


def test_a_live_house_is_reproduced_word_for_word(console: Console, database: Address):
    case = console.writes(ASKS)
    console.answers(case, "I am sorry. I can offer you a refund of €20.")
    console.writes("No! This is unacceptable, I will tell my lawyer.")
    console.pass_time(days=3)
    assert unlike_in(database) == []


@pytest.mark.parametrize("name", ["SGD.txt", "ReDial.txt"])
def test_imported_real_dialogues_are_reproduced_word_for_word(
    shared_data: Path, house: House, tmp_path: Path, watch: Watch, name: str
):
    watch.forward(days=20)
    source = shared_data / "uss" / name
    some, lines = tmp_path / name, tmp_path / "lines.ndjson"
    some.write_text("\n\n".join(source.read_text().split("\n\n")[:20]) + "\n")
    converter = REPOSITORY / "tools" / "convert_public_data.py"
    done = subprocess.run(
        [sys.executable, converter, "uss", some], capture_output=True, text=True, check=False, cwd=REPOSITORY
    )
    assert done.returncode == 0, done.stderr
    lines.write_text(done.stdout)
    refused: list[Any] = []
    importer = Importer(
        Plan(lines, lines.name),
        driver=house.driver(),
        worlds=PublishedWorlds(),
        clock=house.clock,
        refused=refused.append,
    )
    assert importer.run().messages_now > 60
    assert unlike_in(house.address) == []


def test_the_policy_in_force_as_its_own_candidate_changes_nothing(history: Sqlite, policy: Policy):
    for quick in (True, False):
        report = backtest(history, Candidate(policy, "same"), quick=quick)
        assert report.found.diverged == 0
        assert report.found.recorded == report.found.candidate
        assert report.differences == ()


# --- what a candidate changes


def test_a_case_whose_rule_is_gone_would_not_have_escalated(console: Console, database: Address):
    case = console.writes(ASKS)
    console.pass_time(minutes=50)
    assert console.case(case).escalations
    policy = console.house.driver().select("select 1") and past.policies(open_driver(database))
    newest = policy[max(policy)]
    rule = console.case(case).escalations[0].rule
    report = backtest(database, Candidate(without(newest, rule), "without it"))
    assert report.found.changes["never"] == 1
    (changed,) = report.found.changed
    assert changed.divergence.was.rule == rule
    assert changed.divergence.would.rule == ""
    assert changed.was_at is not None
    assert changed.would_at is None
    assert report.found.candidate.escalated == 0
    assert report.found.recorded.escalated == 1


def test_a_stricter_rule_sends_a_calm_case_up_earlier_or_at_all(console: Console, database: Address):
    console.writes("Where is my parcel?")
    policies = past.policies(open_driver(database))
    newest = policies[max(policies)]
    always = Rule("always", (Condition("contacts_30d", Within(low=1)),), "supervisor", "no_resolution")
    report = backtest(database, Candidate(replace(newest, rules=(always, *newest.rules)), "strict"))
    assert report.found.changes["new"] == 1
    assert report.differences == ("rule “always”: new",)


def test_ticks_are_made_anew_by_the_candidates_own_clocks(console: Console, database: Address):
    case = console.writes("Where is my parcel?")
    console.pass_time(days=4)
    assert console.case(case).escalations
    policies = past.policies(open_driver(database))
    newest = policies[max(policies)]
    longer = (
        replace(level, resolve=replace(level.resolve, seconds=level.resolve.seconds + 3600))
        for level in newest.levels
    )
    slower = replace(newest, levels=tuple(longer))
    report = backtest(database, Candidate(slower, "slower"))
    (changed,) = report.found.changed
    assert "later" in changed.what or "never" in changed.what
    assert changed.divergence.kind == "message"


def test_only_cases_of_the_period_are_counted(history: Sqlite, policy: Policy):
    middle = NOW - timedelta(days=20)
    early = backtest(history, Candidate(policy, "same"), until=middle).found
    late = backtest(history, Candidate(policy, "same"), since=middle).found
    whole = backtest(history, Candidate(policy, "same")).found
    assert early.cases + late.cases == whole.cases
    assert early.facts + late.facts == whole.facts
    assert min(early.cases, late.cases) > 0


def test_a_house_without_history_says_so(database: Address, house: House):
    policies = past.policies(house.driver())
    with pytest.raises(NothingRecorded):
        backtest(database, Candidate(policies[max(policies)], "same"))


# --- the quick way is the slow way

CONDITIONS = st.one_of(
    st.builds(lambda low: Condition("risk", Within(low=low)), st.sampled_from((0.3, 0.5, 0.7, 0.9))),
    st.builds(lambda low: Condition("contacts_30d", Within(low=low)), st.integers(1, 3)),
    st.builds(lambda low: Condition("refused", Within(low=low)), st.integers(1, 2)),
    st.builds(lambda high: Condition("attempts", Within(high=high)), st.integers(0, 2)),
    st.builds(lambda low: Condition("waiting", Within(low=low)), st.sampled_from((600, 7200))),
    st.builds(
        lambda kinds, negated: Condition("cue", OneOf(kinds, negated=negated)),
        st.sampled_from((("anger",), ("asks_for_supervisor", "frustration"), ("unanswered",), ("thanks",))),
        st.booleans(),
    ),
    st.builds(lambda tiers: Condition("tier", OneOf(tiers)), st.sampled_from((("gold",), ("standard",)))),
    st.builds(lambda value: Condition("first_contact", Is(value)), st.booleans()),
)


@st.composite
def edits(draw: st.DrawFn) -> Callable[[Policy], Policy]:
    """Some changes of the rules: taken out, moved, rewritten, new ones."""
    doing = draw(st.lists(st.sampled_from(("drop", "move", "add", "narrow", "tell")), min_size=1, max_size=3))
    places = [draw(st.integers(0, 20)) for _ in doing]
    conditions = [tuple(draw(st.lists(CONDITIONS, min_size=1, max_size=2))) for _ in doing]
    level = draw(st.sampled_from(("supervisor", "manager")))

    def edited(policy: Policy) -> Policy:
        rules = list(policy.rules)
        for number, (what, place, when) in enumerate(zip(doing, places, conditions, strict=True)):
            at = place % len(rules) if rules else 0
            if what == "add" or not rules:
                rules.insert(at, Rule(f"new {number}", when, level, "no_resolution"))
            elif what == "drop":
                del rules[at]
            elif what == "move":
                rules.append(rules.pop(at))
            elif what == "narrow":
                rules[at] = replace(rules[at], when=(*rules[at].when, *when))
            else:
                rules[at] = replace(rules[at], tell=(), tell_customer="")
        return replace(policy, rules=tuple(rules))

    return edited


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(edits())
def test_the_quick_way_gives_the_same_report_as_deciding_everything_again(
    history: Sqlite, policy: Policy, edit: Callable[[Policy], Policy]
):
    candidate = Candidate(edit(policy), "edited")
    assert written(backtest(history, candidate)) == written(backtest(history, candidate, quick=False))


def test_rules_that_both_have_in_the_same_order_do_not_differ(policy: Policy):
    one, two, *rest = policy.rules
    assert differing_rules(policy, policy) == ((), ())
    assert differing_rules(policy, replace(policy, rules=(one, *rest))) == ((two,), ())
    mine, theirs = differing_rules(policy, replace(policy, rules=(two, one, *rest)))
    assert len(mine) == len(theirs) == 1
    assert list(in_words(policy, replace(policy, rules=(two, one, *rest)))) == ["rules: in another order"]
    assert list(in_words(policy, replace(policy, ping_pong_limit=9))) == ["ping pong limit"]


def test_whoever_uses_the_rules_in_another_place_looks_at_the_quick_way():
    """The quick way knows every use a decision makes of the rules (see ``prove.backtest.quick``)."""
    core = REPOSITORY / "leeway" / "core"
    uses = {
        (file.relative_to(core).as_posix(), line.strip())
        for file in core.rglob("*.py")
        if file.name != "matrix.py"
        for line in file.read_text().splitlines()
        if re.search(r"policy\.rules\b", line)
    }
    places = sorted(file for file, _ in uses)
    assert places == [
        "decide/escalating.py",
        "decide/escalating.py",
        "decide/owners.py",
        "decide/watching.py",
    ]


def test_whoever_asks_the_rules_at_another_moment_looks_at_the_quick_way():
    """Messages, customer events, answers, ratings, merges and two kinds of ticks ask; see ``prove.backtest.quick``."""
    core = REPOSITORY / "leeway" / "core"
    asks = {
        file.relative_to(core).as_posix(): count
        for file in core.rglob("*.py")
        if (count := len(re.findall(r"turn\.rejudge\(", file.read_text())))
    }
    assert asks == {
        "decide/__init__.py": 1,
        "decide/messages.py": 2,
        "decide/solving.py": 2,
        "decide/timing.py": 2,
    }


# --- wherever it runs


@pytest.fixture(scope="module")
def candidate(policy: Policy) -> Candidate:
    rules = [rule for rule in policy.rules if any(condition.column == "cue" for condition in rule.when)]
    return Candidate(replace(policy, rules=tuple(rules)), "fewer rules")


@pytest.fixture(scope="module")
def inline(history: Sqlite, candidate: Candidate) -> bytes:
    return written(backtest(history, candidate, executor=Inline(), facts_at_once=100))


def test_processes_give_the_same_bytes(history: Sqlite, candidate: Candidate, inline: bytes):
    executor = Processes(2)
    try:
        assert written(backtest(history, candidate, executor=executor, facts_at_once=100)) == inline
    finally:
        executor.close()


@pytest.fixture
def cluster() -> Iterator[str]:
    distributed = pytest.importorskip("distributed", reason="distributed is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, protocol="tcp"
    ) as local:
        yield local.scheduler_address


@pytest.mark.slow
def test_two_dask_workers_give_the_same_bytes(
    history: Sqlite, candidate: Candidate, inline: bytes, cluster: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    executor = Dask(cluster)
    try:
        assert written(backtest(history, candidate, executor=executor, facts_at_once=100)) == inline
    finally:
        executor.close()


def test_a_cluster_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Unavailable, match="needs the package"):
        Dask("tcp://127.0.0.1:1")


def test_an_interrupted_run_goes_on_where_it_stopped(
    history: Sqlite, candidate: Candidate, inline: bytes, tmp_path: Path
):
    class Interrupted(Exception):
        pass

    def stop(done: int, _all: int) -> None:
        if done == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        backtest(history, candidate, resume=tmp_path, told=stop, facts_at_once=100)
    before = {file.name: file.stat().st_mtime_ns for file in tmp_path.glob("*.json")}
    assert len(before) == 2
    report = backtest(history, candidate, resume=tmp_path, facts_at_once=100)
    assert written(report) == inline
    after = {file.name: file.stat().st_mtime_ns for file in tmp_path.glob("*.json")}
    assert before.items() <= after.items()


def test_another_candidate_takes_nothing_from_the_folder(
    history: Sqlite, policy: Policy, candidate: Candidate, tmp_path: Path
):
    backtest(history, candidate, resume=tmp_path, facts_at_once=100)
    pieces = len(list(tmp_path.glob("*.json")))
    same = backtest(history, Candidate(policy, "same"), resume=tmp_path, facts_at_once=100)
    assert same.found.diverged == 0
    assert len(list(tmp_path.glob("*.json"))) == 2 * pieces


def test_the_report_is_plain_json(inline: bytes):
    report = json.loads(inline)
    assert {"candidate", "differences", "found", "assumptions"} <= report.keys()
    assert msgspec.json.decode(inline, type=Report).found.cases == report["found"]["cases"]


# --- on the console


def finished(console: Console, address: str) -> str:
    """The page of a run once it is done."""
    client = console.as_("ingrid")
    for _ in range(600):
        text = client.get(address).content.decode()
        if 'id="progress"' not in text:
            return str(text)
        time.sleep(0.1)
    raise AssertionError(text)


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEEWAY_HOME", str(tmp_path / "home"))


@pytest.mark.usefixtures("own_folder")
def test_operations_try_a_draft_on_the_history_and_keep_the_result(console: Console, database: Address):
    console.writes(ASKS)
    console.pass_time(minutes=50)
    client = console.as_("ingrid")
    text = client.get("/matrix/edit").content.decode()
    assert "/matrix/backtests/start" in text
    driver = open_driver(database)
    policies = past.policies(driver)
    driver.close()
    newest = policies[max(policies)]
    draft = replace(newest, rules=tuple(rule for rule in newest.rules if rule.because != "customer_request"))
    answer = client.post("/matrix/backtests/start", {"text": dump_policy(draft)})
    assert answer.status_code == 302
    page = finished(console, answer["Location"])
    assert "would not have escalated" in page
    name = answer["Location"].rpartition("/")[2]
    report = json.loads(client.get(f"/matrix/backtests/{name}.json").content)
    assert report["found"]["changes"]["never"] == 1
    file = client.get(f"/matrix/backtests/{name}.html").content.decode()
    assert "<style>" in file
    assert "C-1" in file
    assert name in client.get("/matrix/backtests").content.decode()


@pytest.mark.usefixtures("own_folder")
def test_only_who_may_publish_may_try(console: Console):
    for person, status in (("ingrid", 200), ("priya", 403), ("sam", 403), ("", 302)):
        assert console.as_(person).get("/matrix/backtests").status_code == status, person
        post = console.as_(person).post("/matrix/backtests/start", {"version": "1"})
        assert post.status_code == (302 if person in ("ingrid", "") else 403), person
    assert console.as_("ingrid").get("/matrix/backtests/0123456789ab").status_code == 404
    assert console.as_("ingrid").get("/matrix/backtests/not-one").status_code == 404
