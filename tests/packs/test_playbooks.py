"""Playbooks are read strictly, and a matrix that changes them is written as it was read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leeway.core.guidance.signs import OTHER_LISTS, OUR_WORD_LISTS, SIGNS, WORD_LISTS
from leeway.core.guidance.slots import SLOTS
from leeway.packs.matrix_file import dump_policy, load_policy
from leeway.packs.playbook_reference import render
from leeway.packs.playbooks import available, parse, shipped
from leeway.packs.reader import Problems
from tests.packs.small_matrix import SMALL

OWN = """\
guidance:
  most: 2
  without: [law_and_regulators, being_heard.rude]
  playbooks:
    - house:
        reason: frustration
        plays:
          - tea:
              move: slow_down
              when: [our_turn, heated]
              unless: [legal]
              weight: 90
              why: ["They said “{seen}”."]
              say: ["One moment[, {name}]."]
relief: {heated: 2, within: 90 min}
"""


def test_what_a_house_changes_is_read_and_written_alike():
    policy = load_policy({"matrix.yaml": SMALL + OWN})
    assert policy.guidance.without == ("law_and_regulators", "being_heard.rude")
    assert policy.guidance.playbooks[0].plays[0].say == ("One moment[, {name}].",)
    assert (policy.relief.heated, policy.relief.within.length) == (2, timedelta(minutes=90))
    assert load_policy({"matrix.yaml": dump_policy(policy)}).guidance == policy.guidance
    assert load_policy({"matrix.yaml": dump_policy(policy)}).relief == policy.relief


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("heated]", "our_turn, heated]", "sign"),
        ("slow_down", "dance", "move"),
        ("weight: 90", "weight: 900", "100"),
        ("{name}", "{nick}", "blanks"),
        ("being_heard.rude", "being_heard.polite", "playbook"),
        ("frustration", "boredom", "reason"),
        ("within: 90 min", "within: 90", "length of time"),
    ],
)
def test_a_mistake_is_found_at_its_place(wrong, right, says):
    broken = OWN.replace(wrong, right if wrong != "heated]" else "hot]", 1)
    with pytest.raises(Problems) as refused:
        load_policy({"matrix.yaml": SMALL + broken})
    [problem] = refused.value.problems
    line = (SMALL + broken).splitlines()[problem.line - 1]
    assert says in str(problem)
    assert right.strip("[]{}").split(": ")[-1].split(", ")[-1].strip("]") in line or "hot" in line


@pytest.mark.parametrize("language", available())
def test_the_shipped_ones_have_no_play_that_can_never_be_seen(language):
    books = shipped(language).playbooks
    names = [f"{book.name}.{play.name}" for book in books for play in book.plays]
    assert len(names) == len(set(names))
    for book in books:
        for play in book.plays:
            assert not set(play.when) & set(play.unless), play.name


def test_a_list_of_words_that_nothing_reads_is_refused():
    text = "wording: xx\nwords:\n  cheese: [brie]\nplaybooks: []\n"
    with pytest.raises(Problems, match="cheese"):
        parse(text, "xx.yaml")


def test_every_list_and_every_blank_has_a_name_that_says_something():
    assert set(WORD_LISTS) <= set(SIGNS)
    assert set(OUR_WORD_LISTS) <= set(SIGNS)
    assert not set(OTHER_LISTS) & set(SIGNS)
    assert all(says for _, says in SLOTS.values())


def test_the_reference_page_names_every_sign_and_every_blank():
    page = render()
    assert all(f"| `{sign}` |" in page for sign in SIGNS)
    assert all(f"| `{{{slot}}}` |" in page for slot in SLOTS)


def test_evidence_without_words_must_be_a_shape_the_engine_knows():
    with pytest.raises(Problems, match="shape"):
        parse("wording: xx\nstrain: {mood: {weighs: 1}}\nplaybooks: []\n", "xx.yaml")


def test_what_other_signs_add_is_read_and_written_alike():
    adding = OWN.replace("weight: 90", "weight: 90\n              adds: {strained: 12, legal: -30}")
    policy = load_policy({"matrix.yaml": SMALL + adding})
    assert policy.guidance.playbooks[0].plays[0].adds == {"strained": 12, "legal": -30}
    assert load_policy({"matrix.yaml": dump_policy(policy)}).guidance == policy.guidance
