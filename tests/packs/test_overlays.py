"""A regulator's demands laid over a house's own matrix: they add and tighten, never loosen."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from leeway.core.policy import RegulatorClock, Span
from leeway.packs.matrix_file import load_policy
from leeway.packs.overlays import Overlay, RightNotNamed, combine, read_overlay, shipped_overlays
from leeway.packs.reader import Problems
from tests.packs.small_matrix import SMALL, changed

DAY = 24 * 3600
OURS = load_policy({"m.yaml": SMALL})
THEIRS = Overlay(
    "ombud",
    (RegulatorClock("ombud_answer", "ombud", Span(14 * DAY)),),
    close_within=Span(21 * DAY),
    customer_messages={"final_response": "You may go to the Ombud."},
    must_say={"final_response": "the Ombud"},
)


def test_clocks_and_texts_are_added_and_the_limit_is_tightened():
    both = combine(OURS, THEIRS)
    assert both.regulators == THEIRS.clocks
    assert both.close_within == Span(21 * DAY)
    assert both.customer_messages == {**OURS.customer_messages, **THEIRS.customer_messages}
    assert (
        replace(both, regulators=(), close_within=OURS.close_within, customer_messages=OURS.customer_messages)
        == OURS
    )


def test_a_longer_limit_loosens_nothing():
    assert combine(OURS, replace(THEIRS, close_within=Span(60 * DAY))).close_within == OURS.close_within


def test_laying_it_over_twice_changes_nothing_more():
    assert combine(combine(OURS, THEIRS), THEIRS) == combine(OURS, THEIRS)


def test_the_house_keeps_its_own_words_as_long_as_the_right_is_named():
    own = replace(OURS, customer_messages={"final_response": "Sorry. Try the Ombud, it costs nothing."})
    assert combine(own, THEIRS).customer_messages == own.customer_messages


def test_a_text_that_leaves_the_right_out_is_refused():
    own = replace(OURS, customer_messages={"final_response": "That was it."})
    with pytest.raises(RightNotNamed) as refused:
        combine(own, THEIRS)
    assert str(refused.value) == 'The message "final_response" must contain "the Ombud": ombud asks for it.'


def test_a_matrix_names_the_overlays_it_wants():
    policy = load_policy(
        {"m.yaml": changed("zone: Europe/Berlin", "overlays: [uk_fca, us_cfpb_twin]"), "twin": TWIN}
    )
    assert [clock.pack for clock in policy.regulators] == ["uk_fca"] * 3 + ["us_cfpb_twin"]


TWIN = """\
overlay: us_cfpb_twin
clocks:
  - twin_answer: {within: 15 days, from: complaint, until: acknowledged}
"""


def test_a_matrix_that_leaves_the_right_out_learns_it_at_the_name_of_the_overlay():
    text = changed("zone: Europe/Berlin", "overlays: [uk_fca]") + '  final_response: "That was it."\n'
    with pytest.raises(Problems) as refused:
        load_policy({"m.yaml": text})
    assert str(refused.value) == (
        "m.yaml:4:12: found uk_fca without it,"
        ' expected "Financial Ombudsman Service" in the message "final_response"'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clocks: []", '1:1: found a mapping without "overlay", expected the key "overlay"'),
        ("overlay: x\nclocks: []\nmust_say: {answer: y}",
         '3:12: found "answer", expected a message of this overlay: there are none'),
        ("overlay: x\nclocks: []\ncustomer_messages: {a: b}\nmust_say: {a: y}",
         '4:15: found "y", expected words that the message "a" contains'),
        ("overlay: x\nclocks: []\nworking_day: 8 h (w)",
         '3:14: found "8 h (w)", expected the hours of one working day such as "7.5 h"'),
        ("overlay: x\nclocks:\n  - a: {within: 1 day, from: complain, until: resolved}",
         '3:30: found "complain", expected one of case_opened, escalated, complaint (did you mean "complaint"?)'),
        ("overlay: x\nclocks:\n  - a: {within: 1 day, from: complaint, until: solved}",
         '3:48: found "solved", expected one of acknowledged, final_response, resolved (did you mean "resolved"?)'),
        ("overlay: x\nclocks:\n  - a: {within: 1 day, from: complaint}",
         '3:8: found a mapping without "until", expected the key "until"'),
    ],
)  # fmt: skip
def test_a_mistake_in_an_overlay_is_told_at_its_place(text, message):
    with pytest.raises(Problems) as refused:
        read_overlay(text, "o.yaml")
    assert str(refused.value) == f"o.yaml:{message}"


def test_the_shipped_regulators_have_the_lengths_of_their_rules():
    lengths = {
        clock.name: (clock.length, clock.stops_on)
        for overlay in shipped_overlays().values()
        for clock in overlay.clocks
    }
    assert lengths == {
        "fca_acknowledgement": (Span(7 * 3600, working=True), "acknowledged"),
        "fca_third_business_day": (Span(21 * 3600, working=True), "resolved"),
        "fca_final_response": (Span(56 * DAY), "final_response"),
        "asic_acknowledgement": (Span(DAY), "acknowledged"),
        "asic_final_response": (Span(30 * DAY), "final_response"),
        "asic_super_acknowledgement": (Span(DAY), "acknowledged"),
        "asic_super_final_response": (Span(45 * DAY), "final_response"),
        "cfpb_response": (Span(15 * DAY), "acknowledged"),
        "cfpb_final_response": (Span(60 * DAY), "final_response"),
    }


@pytest.mark.parametrize("overlay", shipped_overlays().values(), ids=lambda overlay: overlay.name)
def test_a_shipped_overlay_cites_its_sources_and_names_the_customers_right(overlay):
    assert all(clock.source and clock.says for clock in overlay.clocks)
    assert all(clock.warn for clock in overlay.clocks)
    assert overlay.must_say["final_response"] in overlay.customer_messages["final_response"]


def test_no_two_shipped_clocks_have_one_name():
    names = [clock.name for overlay in shipped_overlays().values() for clock in overlay.clocks]
    assert sorted(set(names)) == sorted(names)
