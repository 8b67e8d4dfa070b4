"""Backtest, staffing and explanations for programs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from leeway.packs.matrix_file import dump_policy
from leeway.web import house as pages
from leeway.wiring import House
from tests.web.pages import Caller, django_house
from tests.web.test_api import house_, problem, says

__all__ = ["django_house", "house_"]

ASKS = "This is the third time. I want to speak to your supervisor."


@pytest.fixture
def admin(house_: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Caller:
    monkeypatch.setenv("LEEWAY_HOME", str(tmp_path / "home"))
    return Caller(house_, "admin")


def finished(caller: Caller, name: str) -> dict[str, Any]:
    """The run once it is done."""
    for _ in range(600):
        found: dict[str, Any] = caller.get(f"backtests/{name}").json()
        if found["state"] != "running":
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def without_the_rule_for(reason: str) -> str:
    """The matrix in force as a file, without the rules that escalate because of this."""
    from msgspec.structs import replace

    policy = pages.world().policy
    return dump_policy(replace(policy, rules=tuple(rule for rule in policy.rules if rule.because != reason)))


def test_a_draft_is_tried_on_the_history(admin: Caller, house_: House):
    says(house_, 1, ASKS)
    wanted = {"files": {"source": without_the_rule_for("customer_request")}, "label": "no wishes"}
    started = admin.post("backtests", wanted)
    assert started.status_code == 202, started.content
    found = finished(admin, started.json()["name"])
    assert (found["state"], found["label"]) == ("done", "no wishes")
    assert found["report"]["found"]["cases"] == 1
    assert found["report"]["found"]["diverged"] == 1


def test_a_published_version_is_tried_too(admin: Caller, house_: House):
    says(house_, 1, ASKS)
    started = admin.post("backtests", {"version": pages.world().policy.version})
    assert finished(admin, started.json()["name"])["report"]["found"]["diverged"] == 0


def test_a_run_without_history_says_why_it_failed(admin: Caller):
    started = admin.post("backtests", {"version": pages.world().policy.version})
    found = finished(admin, started.json()["name"])
    assert found["state"] == "failed"
    assert "Nothing is recorded yet" in found["trouble"]


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [
        ({}, 422, "not_valid"),
        ({"version": 1, "files": {"source": "x"}}, 422, "not_valid"),
        ({"version": 1, "since": "2026-03-01T00:00:00"}, 422, "not_valid"),
        ({"version": 4711}, 404, "unknown_version"),
        ({"files": {"source": "levels: 3"}}, 422, "matrix_wrong"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_its_place(
    admin: Caller, wanted: dict[str, Any], status: int, code: str
):
    problem(admin.post("backtests", wanted), status, code)


def test_a_run_there_is_not(admin: Caller):
    problem(admin.get("backtests/0123456789ab"), 404, "unknown_backtest")
    problem(admin.get("backtests/not-one"), 404, "unknown_backtest")


def test_staffing_is_learnt_from_the_log(admin: Caller, house_: House):
    problem(admin.post("staffing", {}), 409, "nothing_recorded")
    says(house_, 1)
    problem(admin.post("staffing", {"what_if": ["more people"]}), 422, "what_if_unknown", "$.what_if")
    problem(admin.post("staffing", {"attainment": 2}), 422, "not_valid", "$.attainment")


def test_a_decision_is_explained(admin: Caller, house_: House):
    case = says(house_, 1, ASKS)
    found = admin.get(f"cases/{case}/explanation").json()
    assert found["case"] == case
    assert found["exact"]
    assert any(rule.get("decides") for rule in found["rules"])
    problem(admin.get(f"cases/{case}/explanation?event=999999"), 404, "unknown_event")
    problem(admin.get("cases/4711/explanation"), 404, "unknown_case")


def test_scopes_are_asked_for(house_: House):
    reader = Caller(house_, "policy:read")
    problem(reader.post("backtests", {"version": 1}), 403, "scope_missing")
    problem(reader.get("cases/1/explanation"), 403, "scope_missing")
    problem(Caller(house_, "cases:read").post("staffing", {}), 403, "scope_missing")
