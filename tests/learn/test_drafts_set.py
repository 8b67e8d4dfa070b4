"""How well the reader of drafts does on the project's own drafts, and where it must keep quiet.

The sets are described in tests/learn/drafts/README.md.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from leeway import languages
from leeway.cli.evaluate import evaluate
from leeway.core.drafts import FINDING_KINDS, DraftContext, Turn, read_draft
from leeway.learn.evaluate_drafts import context_of, read_lines, report
from leeway.learn.fit_polite import RatedText, evaluate_tone, fit_polite, read_rated

HERE = Path(__file__).parent / "drafts"
SHARED = Path(os.environ.get("LEEWAY_SHARED", Path(__file__).parents[3] / "shared"))


@cache
def rows(name):
    with (HERE / f"{name}.jsonl").open("rb") as lines:
        return list(read_lines(lines, name))


@cache
def figures(name):
    pack = languages.drafts("en")
    return report(rows(name), [read_draft(pack, row.draft, context_of(row)) for row in rows(name)])


def test_the_sets_are_large_enough_and_hold_fine_drafts():
    everything = [*rows("tuning"), *rows("held_out")]
    assert len(everything) >= 300
    assert 0.35 <= sum(not row.labels for row in everything) / len(everything) <= 0.6
    assert {label.kind for row in rows("held_out") for label in row.labels} == set(FINDING_KINDS)


def test_every_label_quotes_its_draft():
    for row in (*rows("tuning"), *rows("held_out"), *rows("outside_look"), *rows("outside_unseen")):
        assert all(label.quote in row.draft for label in row.labels)


@pytest.mark.parametrize("name", ["tuning", "held_out"])
@pytest.mark.parametrize("kind", FINDING_KINDS)
def test_each_kind_is_found_and_rarely_wrongly(name, kind):
    one = figures(name).kinds[kind]
    assert one.precision >= 0.85
    assert one.recall >= 0.75


def test_what_an_outsider_wrote_is_read_nearly_as_well():
    """Five labels a kind are too few for a bar of its own; the README has the figures."""
    for name in ("outside_look", "outside_unseen"):
        overall = figures(name).overall
        assert overall.precision >= 0.85
        assert overall.recall >= 0.85


EVERY_SET = ["tuning", "held_out", "later", "outside_look", "outside_unseen"]


@pytest.mark.parametrize("name", EVERY_SET)
def test_fine_drafts_are_left_alone(name):
    assert figures(name).fine_with_finding <= 0.05


@pytest.mark.parametrize("name", EVERY_SET)
def test_taking_a_suggestion_never_brings_a_new_finding_of_its_kind(name):
    pack = languages.drafts("en")
    for row in rows(name):
        context = context_of(row)
        before = read_draft(pack, row.draft, context)
        for finding in before:
            if not finding.suggestion:
                continue
            after = row.draft[: finding.start] + finding.suggestion + row.draft[finding.end :]
            count = sum(one.kind == finding.kind for one in before)
            left = [one for one in read_draft(pack, after, context) if one.kind == finding.kind]
            assert len(left) < count, (row.draft, finding, left)


def test_the_command_prints_figures_and_writes_findings_line_by_line(tmp_path):
    out = tmp_path / "out.jsonl"
    result = CliRunner().invoke(evaluate, ["drafts", str(HERE / "tuning.jsonl"), "--json", "--out", str(out)])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["drafts"] == len(rows("tuning"))
    lines = out.read_bytes().splitlines()
    assert len(lines) == len(rows("tuning"))
    for line, row in zip(lines, rows("tuning"), strict=True):
        for finding in msgspec.json.decode(line)["findings"]:
            assert set(finding) == {"kind", "quote", "suggestion"}
            assert finding["quote"] in row.draft


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        '{"draft": 1}',
        "{}",
        '{"draft": "x", "findings": [{"kind": "rude"}]}',
        '{"draft": "x", "context": "y"}',
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path, bad):
    file = tmp_path / "drafts.jsonl"
    file.write_text('{"draft": "Hello!", "findings": "none"}\n' + bad + "\n", encoding="utf-8")
    result = CliRunner().invoke(evaluate, ["drafts", str(file), "--json"])
    assert result.exit_code == 2
    assert "drafts.jsonl:2:" in result.output


def test_agents_of_real_dialogues_are_left_alone():
    file = SHARED / "data" / "uss" / "SGD.txt"
    if not file.exists():
        pytest.skip(f"no {file}: the public data is not here")
    pack = languages.drafts("en")
    turns: list[Turn] = []
    read = marked = 0
    for line in file.read_text(encoding="utf-8").splitlines():
        speaker, _, rest = line.partition("\t")
        text = rest.partition("\t")[0]
        if speaker == "SYSTEM":
            read += 1
            marked += bool(read_draft(pack, text, DraftContext(turns=tuple(turns))))
        turns = [*turns, Turn("agent" if speaker == "SYSTEM" else "customer", text)] if speaker else []
        if read >= 3_000:
            break
    assert marked / read <= 0.05


def test_the_tone_tells_polite_requests_from_rude_ones_it_never_saw():
    file = SHARED / "data" / "politeness" / "wikipedia.annotated.csv"
    if not file.exists():
        pytest.skip(f"no {file}: the public data is not here")
    from leeway.core.drafts import tone_of
    from leeway.learn.evaluate_cues import area_under_curve
    from leeway.learn.fit_polite import fold_of

    tone = languages.drafts("en").tone
    held = [row for row in read_rated(file) if fold_of(row.text) == 0]
    assert area_under_curve([tone_of(tone, row.text) for row in held], [row.polite for row in held]) >= 0.80


def test_the_weights_are_the_same_at_every_run_and_rank_what_they_learned():
    made = [
        RatedText(f"{words} number {number}", polite)
        for number in range(12)
        for words, polite in (("could you please help, thank you", 1), ("why did you ruin it", 0))
    ]
    assert fit_polite(made) == fit_polite(made)
    assert evaluate_tone(made, fit_polite(made)).all_auc == 1.0
