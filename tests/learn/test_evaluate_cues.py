"""The figures of `leeway evaluate cues`: known values, clear errors, and the task the pack was measured on."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeway import languages
from leeway.learn.evaluate_cues import (
    BadLine,
    LabelledText,
    area_under_curve,
    average_precision,
    evaluate,
    evaluate_file,
)
from leeway.learn.fit_tone import NO_WEIGHT, as_yaml, fit

PACK = languages.load("en").cues
SHARED = Path(os.environ.get("LEEWAY_SHARED", Path(__file__).parents[3] / "shared"))
UPSET = {"anger", "annoyance", "disappointment", "disapproval", "disgust"}

labelled_scores = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.3, 0.4]), st.integers(0, 1)), max_size=30)


@pytest.mark.parametrize(
    ("scores", "labels", "area", "precision"),
    [
        ([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.75, 0.8333333),
        ([1, 2, 3, 4], [0, 0, 1, 1], 1.0, 1.0),
        ([4, 3, 2, 1], [0, 0, 1, 1], 0.0, 0.4166667),
        ([1, 1, 1, 1], [0, 1, 0, 1], 0.5, 0.5),
        ([0.5, 0.5, 0.9], [0, 1, 1], 0.75, 0.8333333),
    ],
)
def test_known_values(scores, labels, area, precision):
    assert area_under_curve(scores, labels) == pytest.approx(area)
    assert average_precision(scores, labels) == pytest.approx(precision)


@given(labelled_scores)
def test_the_area_is_the_share_of_pairs_in_the_right_order(pairs):
    scores, labels = [score for score, _ in pairs], [label for _, label in pairs]
    upset = [score for score, label in pairs if label]
    calm = [score for score, label in pairs if not label]
    if not upset or not calm:
        assert area_under_curve(scores, labels) is None
        return
    right = sum((high > low) + (high == low) / 2 for high in upset for low in calm)
    assert area_under_curve(scores, labels) == pytest.approx(right / len(upset) / len(calm))


def test_a_file_is_scored_line_by_line(tmp_path):
    texts, out = tmp_path / "texts.jsonl", tmp_path / "scores.jsonl"
    texts.write_text(
        '{"text": "This is outrageous, get me your manager!", "label": 1, "id": 7}\n'
        "\n"
        '{"text": "The blue one, please.", "label": 0}\n',
        encoding="utf-8",
    )
    report = evaluate_file(texts, out, PACK)
    assert (report.messages, report.upset, report.alerts) == (2, 1, 1)
    assert (report.auc, report.average_precision) == (1.0, 1.0)
    assert report.messages_per_second > 0
    upset, calm = [msgspec.json.decode(line) for line in out.read_bytes().splitlines()]
    assert upset["alert"] is True
    assert upset["cues"] == ["anger", "asks_for_supervisor"]
    assert (calm["alert"], calm["cues"]) == (False, [])
    assert 0 <= calm["score"] < upset["score"] <= 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"text": "a"}', "missing required field `label`"),
        (b'{"text": 3, "label": 1}', "Expected `str`"),
        (b'{"text": "a", "label": 2}', "label is 2"),
        (b"not json", "malformed"),
        (b'{"text": "\xff", "label": 1}', "utf-8"),
    ],
)
def test_a_bad_line_is_named_with_its_number(line, why):
    good = b'{"text": "a", "label": 0}\n'
    with pytest.raises(BadLine) as refusal:
        evaluate([good, good, line], PACK, file="texts.jsonl")
    assert str(refusal.value).startswith('texts.jsonl:3: expected {"text": "...", "label": 0 or 1}')
    assert why.lower() in str(refusal.value).lower()
    assert (refusal.value.file, refusal.value.line) == ("texts.jsonl", 3)


def test_nothing_to_rank_is_no_figure():
    report = evaluate([b'{"text": "a", "label": 0}'], PACK)
    assert (report.auc, report.average_precision) == (None, None)
    assert evaluate([], PACK).messages == 0


def test_the_tone_can_be_learned_from_labelled_messages():
    rows = [LabelledText("that was nasty", 1), LabelledText("that was lovely", 0)] * 10
    bias, weights = fit(PACK, rows)
    assert weights[False, "nasty"] > 0 > weights[False, "lovely"]
    assert "words:" in as_yaml(bias, weights)


def test_no_group_of_people_has_a_weight():
    tone = PACK.data.tone
    assert tone.words
    assert not NO_WEIGHT & (tone.words.keys() | tone.negated.keys())


def test_upset_comments_are_told_from_others_better_than_by_a_general_lexicon():
    folder = SHARED / "data" / "goemotions"
    if not (folder / "dev.tsv").exists():
        pytest.skip(f"no labelled comments in {folder}")
    labels = (folder / "labels.txt").read_text("utf-8").split()
    lines = []
    for row in (folder / "dev.tsv").read_text("utf-8").splitlines():
        text, numbers, _ = row.split("\t")
        upset = UPSET.intersection(labels[int(number)] for number in numbers.split(","))
        lines.append(msgspec.json.encode({"text": text, "label": int(bool(upset))}))
    report = evaluate(lines, PACK)
    assert report.auc is not None
    assert report.auc >= 0.80
