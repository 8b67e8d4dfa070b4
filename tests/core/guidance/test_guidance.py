"""What guidance says at which moment, in whose words, and when it keeps quiet. Every case is a played story."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from leeway.core import facts as f
from leeway.core.guidance import Spoken, Suggestion, View, guide
from leeway.core.guidance.mirror import Mirror
from leeway.core.guidance.summary import summarised
from leeway.core.playbooks import MOVES, Guidance, Play, Playbook
from leeway.core.policy import AuthorityLimit
from leeway.packs.playbooks import shipped
from leeway.testing import Story, answered, does, house_policy, said

ROOM = (
    AuthorityLimit("agent", "refund", 6_000, "EUR"),
    AuthorityLimit("agent", "replacement", 10_000, "EUR"),
    AuthorityLimit("agent", "credit", 2_000, "EUR"),
)
POLICY = changed(house_policy(), authority=ROOM)


def view(story: Story, **changes: object) -> View:
    turns = tuple(
        Spoken(fact.id, fact.author, fact.text, fact.at)
        for _, fact, _ in story.log
        if isinstance(fact, f.MessageReceived)
    )
    language = story.world.languages[story.case.language or "en"]
    seen = View(story.case, turns, story.world.policy, language, shipped(language.name), story.now)
    return replace(seen, **changes)


def suggested(story: Story) -> tuple[Suggestion, ...]:
    return guide(view(story))


def moves(story: Story) -> list[str]:
    return [one.move for one in suggested(story)]


# --- the right move at the right time ---------------------------------------------------------------------------------


def test_who_repeats_themselves_hears_the_matter_back_first():
    story = Story(POLICY) >> said(
        "My router drops every evening. This is the third time I'm explaining this!"
    )
    first = suggested(story)[0]
    assert first.move == "paraphrase"
    assert "your router drops every evening" in first.text
    assert "third time" in first.why
    assert first.sources == ("f1",)


def test_what_our_last_message_did_is_not_suggested_again():
    story = Story(POLICY) >> said("My parcel 4711 was lost. This is so frustrating!")
    story = story >> answered(
        "I understand how frustrating that is. So your parcel 4711 was lost, is that right?"
    )
    story = story >> said("Yes, it is. I'm really fed up.")
    assert not {"acknowledge", "paraphrase"} & set(moves(story))


def test_a_supervisor_is_asked_for_before_anybody_has_shown_to_have_listened():
    story = Story(POLICY) >> said("My order 88-2041 is broken. I want to speak to a manager!")
    assert moves(story)[0] == "paraphrase"


def test_a_supervisor_is_asked_for_after_everything_was_tried():
    story = Story(POLICY) >> said("My blender from order 88-2041 is broken.")
    story = story >> answered(
        "So your blender from order 88-2041 is broken, is that right? I can offer you a discount."
    )
    story = story >> said("I don't want a discount. Get me your supervisor.")
    assert "hand_over" in moves(story)[:2]


def test_one_solution_declined_leads_to_choices_within_the_agents_room():
    story = Story(POLICY) >> said("The blender from order 88-2041 arrived broken.")
    story = (
        story
        >> answered("I'm sorry. I can offer you a 10% discount.")
        >> said("No, I don't want a discount.")
    )
    choices = suggested(story)[0]
    assert choices.move == "give_choices"
    assert "the discount is not the way" in choices.text
    assert "a replacement or a refund" in choices.text


def test_two_solutions_declined_go_to_the_next_level():
    story = Story(POLICY) >> said("The blender from order 88-2041 arrived broken.")
    story = story >> answered("I can offer you a 10% discount.") >> said("No, I don't want a discount.")
    story = (
        story >> answered("I could offer you a repair instead.") >> said("No thanks, I won't accept that.")
    )
    assert set(moves(story)[:2]) == {"consult", "hand_over"}


def test_nothing_is_offered_that_this_level_may_not_give():
    story = Story(changed(house_policy(), authority=()))
    story = story >> said("The blender from order 88-2041 arrived broken, I want a refund.")
    story = (
        story >> answered("I have the order here now, one blender.") >> said("So will I get my money back?")
    )
    assert "offer" not in moves(story)


def test_a_promise_not_kept_is_owned_and_gets_a_time():
    story = Story(POLICY) >> said("You promised to call me on Tuesday about order 88-2041 and nobody called.")
    assert moves(story)[:2] == ["own_it", "set_a_time"]


def test_what_is_not_known_is_asked_once_and_never_what_was_told():
    story = Story(POLICY) >> said("Hello, my parcel has not arrived yet.")
    asked = suggested(story)[0]
    assert (asked.move, "order number" in asked.text) == ("ask", True)
    story = Story(POLICY) >> said("Hello, my parcel has not arrived yet, order 88-2041.")
    assert "ask" not in moves(story)


@pytest.mark.parametrize(
    ("words", "move"),
    [
        ("My solicitor will write to you, I'm taking you to court.", "hand_over"),
        ("I'm disabled and my power was cut off, I don't know what to do.", "slow_down"),
        ("Why was my claim rejected? Nobody answers my question.", "explain_honestly"),
        ("WHERE IS MY MONEY?? I SENT THE SHOES BACK THREE WEEKS AGO", "acknowledge"),
    ],
)
def test_the_law_need_open_questions_and_shouting_each_have_their_answer(words, move):
    assert move in moves(Story(POLICY) >> said(words))


def test_what_was_not_helpful_is_not_suggested_again_in_this_case():
    story = Story(POLICY) >> said(
        "My router drops every evening. This is the third time I'm explaining this!"
    )
    first = suggested(story)[0]
    story = story >> does(f.GuidanceUnhelpful, play=first.play, move=first.move, by="ana")
    assert first.play not in [one.play for one in suggested(story)]


# --- silence ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "turns",
    [
        ["Good morning, do you have the blue kettle in stock?"],
        ["I'd like a table for four.", ">Under which name, please?", "Okafor."],
        [
            "My router drops, this is ridiculous!",
            ">I can see why. I'm resetting the line now and will call you by 3 pm.",
        ],
        ["Please cancel my newsletter.", ">Done.", "Thank you very much!"],
    ],
)
def test_calm_moments_and_moments_in_which_we_wait_have_none(turns):
    story = Story(POLICY)
    for turn in turns:
        story = story >> (answered(turn[1:]) if turn.startswith(">") else said(turn))
    assert moves(story) == []


def test_a_house_can_switch_it_off():
    quiet = changed(POLICY, guidance=Guidance(most=0))
    assert moves(Story(quiet) >> said("This is outrageous! I've told you three times!")) == []


# --- playbooks are data -----------------------------------------------------------------------------------------------


def test_every_reason_to_escalate_has_a_playbook_in_both_languages():
    from leeway.packs.vocabulary import REASONS

    for language in ("en", "es"):
        assert set(REASONS) <= {book.reason for book in shipped(language).playbooks}


def test_a_house_adds_a_playbook_replaces_one_and_leaves_one_out():
    tea = Play("tea", "slow_down", ("our_turn", "heated"), 100, ("It is hot.",), ("One moment[, {name}].",))
    own = Guidance(without=("being_heard",), playbooks=(Playbook("house", "frustration", (tea,)),))
    story = Story(changed(POLICY, guidance=own)) >> said("This is outrageous! I've told you three times!")
    first = suggested(story)[0]
    assert (first.play, first.text) == ("house.tea", "One moment, Dana.")
    assert not any(one.play.startswith("being_heard.") for one in suggested(story))


def test_a_text_whose_blanks_cannot_be_filled_is_passed_over():
    blank = Play("a", "acknowledge", ("our_turn",), 100, ("why",), ("About {reference}.", "About {product}."))
    own = Guidance(playbooks=(Playbook("house", "any", (blank,)),))
    story = Story(changed(POLICY, guidance=own)) >> said("Good morning to you all")
    assert "house.a" not in [one.play for one in suggested(story)]


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("My router drops and you promised me a new one", "Your router drops and we promised you a new one"),
        ("I called you twice", "you called us twice"),
        ("I was told you're closed", "you were told we're closed"),
        ("YOUR DRIVER LEFT MY PARCEL OUTSIDE!!!", "our driver left your parcel outside!"),
    ],
)
def test_their_words_are_said_back_with_the_persons_turned_round(theirs, ours):
    assert shipped("en").mirror.back(theirs).lower() == ours.lower()


def test_a_language_without_a_mirror_is_quoted():
    story = Story(POLICY) >> said("Mi pedido 44-1200 no ha llegado y es la tercera vez que lo explico.")
    assert story.case.language == "es"
    assert "«" in suggested(story)[0].text


def test_insults_are_not_said_back():
    story = Story(POLICY) >> said("You are all thieves and idiots. My parcel 4711 was never delivered.")
    assert not any("thieves" in one.text or "idiots" in one.text for one in suggested(story))


def test_the_summary_links_each_clause_to_its_message():
    story = Story(POLICY) >> said("The blender from order 88-2041 arrived broken. I want my money back.")
    story = story >> answered("I can offer you a 10% discount.") >> said("No, I don't want a discount.")
    made = summarised(view(story))
    about = {clause.about: clause for clause in made.clauses}
    assert "order 88-2041" in about["reference"].text
    assert about["wants"].messages == ("f1",)
    assert "declined" in about["tried"].text
    assert "f2" in about["tried"].messages
    assert "blender" in made.said_back


ANYTHING = st.text(max_size=200) | st.sampled_from(
    (
        "I want my money back for order 88-2041!",
        "This is the third time I'm explaining this.",
        "{name} {seen} [a|b] my {order} is broken",
        "NOBODY CALLS ME BACK?!",
        "no",
        "thanks",
    )
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), ANYTHING), min_size=1, max_size=8))
def test_whatever_is_written_guidance_gives_at_most_three_different_whole_moves(turns):
    story = Story(POLICY)
    for ours, text in turns:
        (answered(text) if ours else said(text))(story)
        story.now += timedelta(minutes=1)
    found = suggested(story)
    assert len(found) <= 3
    assert len({one.move for one in found}) == len(found)
    ids = {fact.id for _, fact, _ in story.log}
    for one in found:
        assert one.move in MOVES
        assert one.why
        assert one.text.strip() == one.text
        assert set(one.sources) <= ids
        assert not re.search(r"\{(name|matter|time|want|thing)\}", one.text) or "{name}" in str(turns)


def test_an_empty_mirror_changes_nothing():
    assert Mirror({}).back("My router") == "My router"
