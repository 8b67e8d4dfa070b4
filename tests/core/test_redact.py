"""Masking: what must not leave the house is found, what helps to help stays."""

from __future__ import annotations

import itertools
import re
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeway.core.redact import Found, find, mask

_MARKED = re.compile(r"\{(card|bank_account|phone|email|secret|national_id)\|([^}]*)\}")


def _examples() -> list[tuple[str, tuple[Found, ...]]]:
    lines = (Path(__file__).parent / "redaction_examples.txt").read_text(encoding="utf-8").splitlines()
    return [_read(line) for line in lines if line and not line.startswith("# ")]


def _read(line: str) -> tuple[str, tuple[Found, ...]]:
    text, expected, at = "", [], 0
    for mark in _MARKED.finditer(line):
        text += line[at : mark.start()]
        expected.append(Found(mark[1], len(text), len(text) + len(mark[2])))
        text += mark[2]
        at = mark.end()
    return text + line[at:], tuple(expected)


EXAMPLES = _examples()


def _missed(text: str, expected: tuple[Found, ...]) -> list[str]:
    found = find(text)
    return [
        f"{one.kind} {text[one.start : one.end]!r} in {text!r}"
        for one in expected
        if not any(hit.start <= one.start and hit.end >= one.end for hit in found)
    ]


def _too_much(text: str, expected: tuple[Found, ...]) -> list[str]:
    return [
        f"{hit.kind} {text[hit.start : hit.end]!r} in {text!r}"
        for hit in find(text)
        if not any(hit.start < one.end and one.start < hit.end for one in expected)
        or any(char.isalnum() for char in _outside(text, hit, expected))
    ]


def _outside(text: str, hit: Found, expected: tuple[Found, ...]) -> str:
    return "".join(
        text[at] for at in range(hit.start, hit.end) if not any(one.start <= at < one.end for one in expected)
    )


def test_99_of_100_things_that_must_not_leave_are_found() -> None:
    wanted = [expected for _, expected in EXAMPLES for expected in [expected] if expected]
    missed = [line for text, expected in EXAMPLES for line in _missed(text, expected)]
    count = sum(len(expected) for expected in wanted)
    assert len(EXAMPLES) >= 200
    assert count >= 120
    assert len(missed) <= count / 100, "\n".join(missed)


def test_at_most_1_of_100_messages_loses_what_may_be_read() -> None:
    wrong = [line for text, expected in EXAMPLES for line in _too_much(text, expected)]
    assert len(wrong) <= len(EXAMPLES) / 100, "\n".join(wrong)


def test_a_mask_names_what_stood_there() -> None:
    text = "Card 4111 1111 1111 1111 for order 10482, mail ana@example.org"
    assert mask(text) == "Card [card] for order 10482, mail [email]"


def test_masking_twice_changes_nothing_more() -> None:
    for text, _ in EXAMPLES:
        once = mask(text)
        assert mask(once) == once


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_masked(text: str) -> None:
    found = find(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    assert isinstance(mask(text), str)


@given(
    st.text(max_size=60),
    st.sampled_from(["4111111111111111", "ana@example.org", "+44 20 7946 0958"]),
    st.text(max_size=60),
)
@settings(max_examples=200, deadline=None)
def test_what_stands_alone_on_its_line_is_found_whatever_is_around(
    before: str, secret: str, after: str
) -> None:
    assert secret not in mask(f"{before} \n{secret}\n {after}")


LONG = {
    "digits": "4" * 40_000,
    "digit groups": "4 " * 20_000,
    "one letter": "a" * 40_000,
    "at signs": "a@" * 20_000,
    "dots": "a." * 20_000,
    "brackets": "(0" * 20_000,
    "passwords": "password is " * 8_000,
    "colons": "password" + " " * 40_000 + ":",
    "ibans": "DE89 3704 0044 0532 0130 0 " * 4_000,
    "plus": "+" * 40_000,
    "dashes": "1-" * 20_000,
    "labels": "order number " * 8_000 + "12345678",
    "account": "account no # " * 8_000 + "12345678",
    "keys": "eyJ" * 33_000,
    "addresses": "http://" * 14_000,
    "words": "call me on " * 9_000,
}


@pytest.mark.parametrize("kind", LONG)
def test_a_long_text_takes_time_as_its_length_and_not_as_its_square(kind: str) -> None:
    """Ten times the text may take thirty times the CPU; a pattern that backtracks would take a hundred times."""

    def cost(text: str) -> float:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        mask(text)
        return resource.getrusage(resource.RUSAGE_SELF).ru_utime - before

    tenth = max(cost(LONG[kind][: len(LONG[kind]) // 10]), 0.02)
    assert cost(LONG[kind]) <= 30 * tenth
