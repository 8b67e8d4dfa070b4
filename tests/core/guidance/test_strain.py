"""Many small signs that something is wrong add up where no phrase of the playbooks was met."""

from __future__ import annotations

import pytest
from msgspec.structs import replace as changed

from leeway.core.guidance.moment import Moment
from leeway.core.guidance.strain import SHAPES, evidence
from leeway.core.playbooks import Guidance, Play, Playbook
from leeway.packs.playbooks import shipped
from leeway.testing import Story, answered, said
from tests.core.guidance.test_guidance import POLICY, moves, suggested, view


def signs(story: Story) -> dict:
    return Moment(view(story)).signs


@pytest.mark.parametrize(
    "text",
    [
        "The fitter took two days over a tap, flooded the hall and left without a word.",
        "Nobody told us the pool was shut and the kids cried all morning",
        "I waited at the counter for an hour and then they closed it",
    ],
)
def test_a_story_of_harm_in_unheard_words_is_taken_up(text):
    story = Story(POLICY) >> said(text)
    assert "strained" in signs(story)
    assert "acknowledge" in moves(story)[:2]


@pytest.mark.parametrize(
    "text",
    [
        "Could I have a quieter table for Sunday, please?",
        "What time does the pool open?",
        "I'd like to add my sister to the booking, thanks",
    ],
)
def test_a_plain_question_or_wish_is_left_in_peace(text):
    story = Story(POLICY) >> said(text)
    assert "strained" not in signs(story)
    assert moves(story) == []


def test_an_answer_to_our_question_is_no_complaint():
    story = Story(POLICY) >> said("Can you help me with a form?") >> answered("Have you tried the app?")
    assert "strained" not in signs(story >> said("No, not yet."))


def test_a_long_story_is_said_back_or_taken_up():
    text = (
        "First the sink came in the wrong size. Then the second one was cracked. Then the man did not ring. "
        * 2
    )
    story = Story(POLICY) >> said(text)
    assert "long_story" in signs(story)
    assert {"acknowledge", "paraphrase"} & set(moves(story)[:2])


def test_every_piece_of_evidence_has_words_or_is_a_known_shape():
    strain = shipped("en").strain
    assert all(data.words or piece in SHAPES for piece, data in strain.items())
    assert {piece for piece, data in strain.items() if data.words}.isdisjoint(SHAPES)


def test_a_language_without_weights_sees_no_strain():
    assert shipped("es").strain == {}
    story = Story(POLICY) >> said("Mi pedido 44-1200 no ha llegado y nadie contesta.")
    assert evidence(Moment(view(story)), {}) == {}
    assert "strained" not in signs(story)


def test_what_else_is_true_ranks_the_moves():
    plain = Play("plain", "ask", ("our_turn",), 60, ("Why.",), ("Plain.",))
    raised = Play("raised", "offer", ("our_turn",), 50, ("Why.",), ("Raised.",), adds={"strained": 20})
    sunk = Play("sunk", "consult", ("our_turn",), 90, ("Why.",), ("Sunk.",), adds={"strained": -70})
    own = Guidance(playbooks=(Playbook("house", "any", (plain, raised, sunk)),), without=("leanings",))
    policy = changed(POLICY, guidance=own)
    at_ease = [one.text for one in suggested(Story(policy) >> said("What time does the pool open?"))]
    assert at_ease == ["Sunk.", "Plain."]
    upset = [
        one.text for one in suggested(Story(policy) >> said("Nobody told us that the pool was shut again"))
    ]
    assert "Sunk." not in upset
    assert upset.index("Raised.") < upset.index("Plain.") if "Plain." in upset else "Raised." in upset
