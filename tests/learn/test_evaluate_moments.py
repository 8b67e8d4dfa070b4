"""``leeway evaluate moments``: what it counts, what it writes, what it refuses; how guidance does on our own set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from leeway import wiring
from leeway.cli import main
from leeway.learn.evaluate_cues import BadLine
from leeway.learn.evaluate_moments import START, Annotated, House, Said, Tried, evaluate, shown_at

HERE = Path(__file__).parent / "moments"
HEATED = {
    "turns": [
        {"from": "customer", "text": "My router drops every evening."},
        {"from": "agent", "text": "What seems to be the problem?"},
        {"from": "customer", "text": "This is the third time I'm explaining this!"},
    ],
    "best": ["paraphrase"],
    "bad": ["ask"],
}
CALM = {"turns": [{"from": "customer", "text": "ok thanks, bye"}], "best": ["say_nothing"], "calm": True}


@pytest.fixture(scope="module")
def house() -> House:
    return House(wiring.sample_world(START), wiring.playbooks)


def lines(*moments: dict) -> list[bytes]:
    return [json.dumps(moment).encode() for moment in moments]


def test_what_is_expected_bad_and_calm_is_counted(house):
    report = evaluate(lines(HEATED, CALM), house)
    assert (report.moments, report.calm) == (2, 1)
    assert (report.expected_in_top_two, report.bad_shown, report.silent_when_calm) == (1.0, 0.0, 1.0)
    assert report.by_move["paraphrase"].expected == 1


def test_the_output_has_one_line_a_moment_with_move_text_and_why(tmp_path):
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    file.write_bytes(b"\n".join(lines(HEATED, CALM)))
    done = CliRunner().invoke(main, ["evaluate", "moments", str(file), "--json", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["moments"] == 2
    first, second = map(json.loads, out.read_text().splitlines())
    assert first["moves"][0]["move"] == "paraphrase"
    assert set(first["moves"][0]) == {"move", "text", "why"}
    assert second == {"moves": []}


@pytest.mark.parametrize(
    "bad",
    [
        {"turns": []},
        {"turns": [{"from": "martian", "text": "hi"}]},
        {"turns": [{"from": "customer", "text": " "}]},
        {"turns": [{"from": "customer", "text": "hi"}], "best": ["dance"]},
        {"turns": [{"from": "customer", "text": "hi"}], "level": "emperor"},
        {"turns": [{"from": "customer", "text": "hi"}], "attempts": [{"offer": "x", "answer": "maybe"}]},
    ],
)
def test_a_bad_line_is_refused_with_its_number(house, tmp_path, bad):
    with pytest.raises(BadLine, match="input:2"):
        evaluate(lines(CALM, bad), house)
    file = tmp_path / "in.jsonl"
    file.write_bytes(b"\n".join(lines(CALM, bad)))
    refused = CliRunner().invoke(main, ["evaluate", "moments", str(file)])
    assert refused.exit_code == 2
    assert ":2:" in refused.output


def test_attempts_nobody_wrote_of_count_and_those_in_the_words_count_once(house):
    said = Said("customer", "That doesn't help me at all, the table is cracked. Order DT-901.")
    two = (Tried("15% discount", "declined"), Tried("a repair kit", "declined"))
    assert "consult" in [one.move for one in shown_at(house, Annotated((said,), two))][:2]
    spoken = (
        Said("customer", "The table from order DT-901 is cracked."),
        Said("agent", "I can offer you a 15% discount."),
        Said("customer", "No, I don't want a discount."),
    )
    moves = [one.move for one in shown_at(house, Annotated(spoken, (Tried("15% discount", "declined"),)))]
    assert moves[0] == "give_choices"


def test_at_a_higher_level_nobody_hands_over_to_their_own(house):
    moment = Annotated(
        (Said("customer", "I'm going to the ombudsman with order DT-901!"),), level="supervisor"
    )
    assert all("our supervisor" not in one.text for one in shown_at(house, moment))


def test_our_own_set_is_large_enough_and_the_tuned_half_holds(house):
    tuning, held_out = ((HERE / f"{half}.jsonl").read_bytes().splitlines() for half in ("tuning", "held_out"))
    assert len(tuning) >= 120
    assert len(held_out) >= 120
    report = evaluate(tuning, house)
    assert report.expected_in_top_two >= 0.9
    assert report.silent_when_calm >= 0.95
    assert report.bad_shown <= 0.05


def test_on_moments_nobody_tuned_on_it_holds_as_well(house):
    """What the issue asks for, of moments in two lots; moments/README.md says what the figures are worth."""
    report = evaluate((HERE / "held_out.jsonl").read_bytes().splitlines(), house)
    assert report.expected_in_top_two >= 0.8
    assert report.silent_when_calm >= 0.9
    assert report.bad_shown <= 0.05
