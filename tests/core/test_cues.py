"""What is recognised in a message, where, and how strongly."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeway import languages
from leeway.core.cue import Cue
from leeway.core.cues import (
    READ_LIMIT,
    Reading,
    compile_pack,
    distress,
    is_alert_worthy,
    read,
    read_cues,
)
from leeway.core.cues.negation import Negation
from leeway.core.cues.pack import WORD_KINDS, CueData, Phrase
from leeway.core.cues.pattern import PatternError, read_pattern
from leeway.core.cues.phrases import PhraseFinder
from leeway.core.cues.shouting import find_shouting
from leeway.core.cues.tokens import TOKEN, Vocabulary, fold
from leeway.core.cues.tone import Tone
from leeway.core.cues.weigh import DISTRESS_WEIGHT
from tests.core.cue_examples import ENGLISH, load_examples, score

PACK = languages.load("en").cues
SHARED = Path(os.environ.get("LEEWAY_SHARED", Path(__file__).parents[3] / "shared"))

THREATS = (
    "I want to speak to your manager.",
    "You have lost a customer.",
    "My lawyer will be in touch.",
    "I will report you to the ombudsman.",
    "I am going to the press with this story.",
)

ordinary_text = st.one_of(
    st.text(),
    st.text(alphabet="aAbB '!?.,\n*\u0301\u2019İßﬁ\u202e\x00\ud800😡", max_size=80),
    st.lists(
        st.sampled_from(
            "I am not angry ANGRY very happy third time manager 3 weeks waiting for your you promised thanks no "
            "!!! . , lawyer İ".split()
        )
    ).map(" ".join),
)
some_cue = st.builds(
    Cue,
    st.sampled_from(sorted(WORD_KINDS | {"shouting"})),
    st.floats(0, 1),
)


def kinds(text: str) -> set[str]:
    return {cue.kind for cue in read_cues(PACK, text)}


def only(text: str, kind: str) -> Cue:
    """The one cue of this kind."""
    (cue,) = [cue for cue in read_cues(PACK, text) if cue.kind == kind]
    return cue


# evidence


@given(ordinary_text)
def test_every_cue_quotes_the_text_it_underlines(text):
    for cue in read_cues(PACK, text):
        assert 0 <= cue.start < cue.end <= len(text)
        assert text[cue.start : cue.end] == cue.quote
        assert 0 <= cue.strength <= 1


@given(ordinary_text)
def test_cues_stand_in_the_order_of_the_text(text):
    starts = [cue.start for cue in read_cues(PACK, text)]
    assert starts == sorted(starts)


def test_letters_that_grow_when_lowered_do_not_shift_the_evidence():
    text = "İİİ ßß STRAẞE — I am really angry"
    assert only(text, "anger").quote == "angry"


@given(st.text(alphabet=st.characters()))
def test_folding_keeps_every_character_in_its_place(text):
    assert len(fold(text)) == len(text)


def test_the_rest_of_an_endless_message_is_not_read():
    early, late = "I am so angry. ", " My lawyer will be in touch."
    found = {cue.kind for cue in read_cues(PACK, early + "x " * READ_LIMIT + late)}
    assert found == {"anger"}


def test_one_message_can_not_fill_the_log_with_cues():
    cues = read_cues(PACK, "angry! " * 2_000)
    assert [cue.kind for cue in cues] == ["anger"] * 5


def test_the_same_cues_with_and_without_the_tone():
    text = "Third time I call, and still no answer!"
    assert read(PACK, text).cues == read_cues(PACK, text)


# the examples


@pytest.mark.parametrize("kind", sorted(WORD_KINDS | {"shouting"}))
def test_every_kind_has_examples_and_most_are_found(kind):
    examples = [example for example in load_examples(ENGLISH) if kind in example.expect]
    found = sum(kind in kinds(example.text) for example in examples)
    assert len(examples) >= 6
    assert found >= 0.75 * len(examples)


def test_there_are_enough_examples_and_half_are_held_out():
    examples = load_examples(ENGLISH)
    assert len(examples) >= 250
    assert sum(example.held_out for example in examples) == len(examples) // 2
    tricky = sum(not example.expect for example in examples)
    assert tricky >= len(examples) // 3


def test_the_examples_seen_while_tuning_are_read_right():
    result = score("en", [example for example in load_examples(ENGLISH) if not example.held_out])
    assert result.recall >= 0.97
    assert result.precision >= 0.97
    assert result.alerts >= 0.97


def test_held_out_examples_are_read_nearly_as_well():
    result = score("en", [example for example in load_examples(ENGLISH) if example.held_out])
    assert result.recall >= 0.92
    assert result.precision >= 0.95
    assert result.alerts >= 0.95


# negation


@pytest.mark.parametrize(
    "text",
    [
        "I am not angry",
        "I'm not really angry",
        "I was never angry with you",
        "no anger here",
        "I wasn't so furious",
        "I'm neither angry nor upset",
    ],
)
def test_negated_anger_is_no_anger(text):
    assert "anger" not in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "no, I am angry",
        "no i am very angry",
        "You did not call and I am angry",
        "I am not only angry, I am leaving",
        "I can't believe how angry I am",
        "It did not arrive. Angry!",
        "I couldn't be more furious",
    ],
)
def test_a_negation_of_something_else_leaves_the_anger(text):
    assert "anger" in kinds(text)


@given(st.sampled_from(["angry", "furious", "disgusted", "frustrated", "annoyed", "worried", "scared"]))
def test_no_feeling_survives_its_own_denial(feeling):
    assert not {"anger", "frustration", "anxiety"} & kinds(f"I am not {feeling}")


def test_not_happy_is_disappointment():
    cue = only("I am not happy with this", "disappointment")
    assert cue.quote.endswith("not happy")
    assert "satisfied" not in kinds("I am not happy with this")


def test_not_happy_is_no_disappointment_in_a_question_about_returns():
    assert "disappointment" not in kinds("Can I return it if I am not happy with it?")


def test_a_danger_to_life_is_heard_even_when_negated():
    assert "vulnerable" in kinds("I do not want to live anymore")


# emphasis


def test_intensifiers_and_diminishers_shift_the_strength():
    weak, plain, strong = (only(f"I am {word} annoyed", "frustration") for word in ("slightly", "", "very"))
    assert weak.strength < plain.strength < strong.strength


def test_one_word_in_capitals_counts_more():
    assert only("I am ANGRY about it", "anger").strength > only("I am angry about it", "anger").strength


def test_drawn_out_letters_are_understood_and_count_more():
    drawn, plain = only("I am angryyyy", "anger"), only("I am angry", "anger")
    assert drawn.quote == "angryyyy"
    assert drawn.strength > plain.strength


@pytest.mark.parametrize("text", ["dissapointed", "disapointed", "DISSAPPOINTED", "disappointeeeed"])
def test_usual_misspellings_are_understood(text):
    assert "disappointment" in kinds(f"very {text}")


def test_curly_quotes_and_accents_make_no_difference():
    assert "frustration" in kinds("I can’t believe this")
    assert "churn_threat" in kinds("I’m tàking my business elsewhere")


def test_letters_hidden_behind_stars_are_understood():
    assert "profanity" in kinds("what a load of f***ing lies")


# praise


def test_thanks_for_nothing_is_no_thanks():
    assert kinds("Thanks for nothing") == {"sarcasm"}


# shouting


def test_capitals_against_the_length_of_what_is_written():
    assert find_shouting("WHERE IS MY REFUND") == [Cue("shouting", 0.69, "WHERE IS MY REFUND", 0, 18)]


@pytest.mark.parametrize(
    "text",
    ["My code is XKJ4LP", "PDF FAQ USB SMS", "IKEA and BMW", "ok", "OK THANKS", "Is it ready??", "Wow!"],
)
def test_codes_and_short_words_are_not_shouted(text):
    assert find_shouting(text) == []


def test_longer_shouting_is_stronger():
    short, long = (only(text, "shouting") for text in ("GIVE ME MY MONEY", "GIVE ME MY MONEY BACK RIGHT NOW"))
    assert short.strength < long.strength


# weighing


@given(st.lists(some_cue), some_cue)
def test_a_further_cue_of_trouble_never_lowers_distress(cues, further):
    if further.kind in DISTRESS_WEIGHT:
        assert distress([*cues, further]) >= distress(cues)


@given(ordinary_text.filter(lambda text: len(text) < 1_000), st.sampled_from(THREATS))
def test_adding_a_threat_never_lowers_distress(text, threat):
    before, after = read_cues(PACK, text), read_cues(PACK, f"{text}\n\n{threat}")
    assert distress(after) >= distress(before)
    assert is_alert_worthy(after)


@given(st.lists(some_cue))
def test_distress_is_a_share(cues):
    assert 0 <= distress(cues) <= 1


def test_mild_frustration_alone_is_no_alert():
    assert not is_alert_worthy([Cue("frustration", 0.4)])


@pytest.mark.parametrize("threat", THREATS)
def test_a_threat_counts_on_its_own_even_when_polite(threat):
    assert is_alert_worthy(read_cues(PACK, f"Hello, thank you for your help. {threat}"))


@pytest.mark.parametrize(
    "text",
    [
        "please cancel my order",
        "cancel my flight to Madrid",
        "I lost my card",
        "this is urgent",
        "I want to cancel my subscription",
        "my phone died",
        "can I file a complaint about a product",
    ],
)
def test_everyday_business_is_no_alert(text):
    assert not is_alert_worthy(read_cues(PACK, text))


def test_the_score_ranks_messages_without_cues_too():
    kind, plain, harsh = (
        read(PACK, text) for text in ("such a beautiful cat", "the blue one", "that was weird and nasty")
    )
    assert kind.cues == plain.cues == harsh.cues == ()
    assert kind.score < plain.score < harsh.score


@given(st.floats(0, 1), st.lists(some_cue))
def test_a_score_is_a_share_whatever_was_read(tone, cues):
    assert 0 <= Reading(tuple(cues), tone).score <= 1


# the phrase language


def matches(phrase: str, text: str) -> list[str]:
    """The longest match at each place where the phrase matches."""
    pattern = read_pattern(phrase)
    data = CueData(language="xx", version=1, phrases=(Phrase(pattern, "anger", 0.5),), numbers=("three",))
    return [cue.quote for cue in read_cues(compile_pack(data), text)]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("real manager", "a real manager", ["real manager"]),
        ("real manager", "a really managerial one", []),
        ("[a] manager", "a manager", ["a manager"]),
        ("(speak|talk) to you", "talk to you", ["talk to you"]),
        ("(get rid|tired) of", "get rid of", ["get rid of"]),
        ("waiting <number> days", "waiting 3 days", ["waiting 3 days"]),
        ("waiting <number> days", "waiting three days", ["waiting three days"]),
        ("is <old_age>", "she is 84", ["is 84"]),
        ("is <old_age>", "she is 24", []),
        ("call ... manager", "call me your best manager", ["call me your best manager"]),
        ("call ... manager", "call manager", ["call manager"]),
        ("call ... manager", "call me my very best manager", []),
        ("call ... manager", "call me. The manager", []),
        ("call manager", "call, manager", ["call, manager"]),
        ("[very] so-called help", "so called help", ["so called help"]),
        ("we (won't [ever]|never) pay", "we won't ever pay", ["we won't ever pay"]),
        (":(", "oh :(", [":("]),
        ("怒", "我很怒了", ["怒"]),
    ],
)
def test_phrases(phrase, text, found):
    assert matches(phrase, text) == found


@pytest.mark.parametrize(
    ("phrase", "column"),
    [
        ("", 0),
        ("(a|b", 4),
        ("a]", 1),
        ("a <nobody>", 2),
        ("(a|)", 3),
        ("50% off", 0),
        ("stop. now", 0),
        ("a |b", 2),
    ],
)
def test_a_phrase_that_makes_no_sense_is_refused_at_its_column(phrase, column):
    with pytest.raises(PatternError) as refusal:
        read_pattern(phrase)
    assert refusal.value.column == column


@given(
    st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=3), min_size=1, max_size=5),
    st.lists(st.sampled_from("abcde"), max_size=12),
)
def test_the_automaton_finds_what_a_plain_search_finds(phrases, words):
    finder = PhraseFinder((read_pattern(" ".join(phrase)) for phrase in phrases), (), ())
    plain = {
        tuple(words[start : start + len(phrase)]) == tuple(phrase)
        and (start, start + len(phrase), tuple(phrase))
        for phrase in phrases
        for start in range(len(words))
    } - {False}
    for _ in range(2):  # the second walk uses what the first one worked out
        found = {(hit.start, hit.end, tuple(phrases[hit.phrase])) for hit in finder.find(words)}
        assert found == plain


def test_a_number_named_in_one_phrase_is_still_a_number_to_the_others():
    phrases = (
        Phrase(read_pattern("5 stars"), "satisfied", 0.5),
        Phrase(read_pattern("<number> weeks"), "long_wait", 0.5),
    )
    pack = compile_pack(CueData(language="xx", version=1, phrases=phrases))
    assert [cue.kind for cue in read_cues(pack, "5 weeks")] == ["long_wait"]


def test_a_phrase_not_meant_silences_its_kind_only():
    phrases = (
        Phrase(read_pattern("cancel my"), "churn_threat", 0.5),
        Phrase(read_pattern("cancel"), "urgency", 0.5),
        Phrase(read_pattern("cancel my order"), "churn_threat", excludes=True),
    )
    pack = compile_pack(CueData(language="xx", version=1, phrases=phrases))
    assert [cue.kind for cue in read_cues(pack, "cancel my order")] == ["urgency"]


def test_tone_weighs_a_word_differently_behind_a_negation():
    data = CueData(
        language="xx",
        version=1,
        phrases=(),
        negation=Negation(words=frozenset({"not"})),
        tone=Tone(words={"good": -2.0, "!": 0.5}, negated={"good": 1.0}),
    )
    pack = compile_pack(data)
    assert read(pack, "good").tone < read(pack, "fine").tone == 0.5 < read(pack, "not good").tone
    assert read(pack, "fine!").tone > 0.5


def test_a_word_is_known_by_its_simpler_spelling():
    vocabulary = Vocabulary({"so": "so", "f*": "f*", "soon": "soon"}, ("rd",))
    words = TOKEN.findall("sooooo f*** soooon 3 3rd 84 xyz ...")
    assert vocabulary.symbols_of(words) == ["so", "f*", "soon", "<number>", "<ordinal>", "<old_age>", "", "."]


def test_cues_survive_the_trip_through_json():
    cues = read_cues(PACK, "I am furious, get me your supervisor")
    assert msgspec.json.decode(msgspec.json.encode(cues), type=tuple[Cue, ...]) == cues


# public data: checks only, skipped where they are not there


def calm_turns() -> list[str]:
    files = sorted(SHARED.glob("data/multidogo/*/dev.tsv"))
    if not files:
        pytest.skip(f"no calm service conversations under {SHARED}/data/multidogo")
    turns: list[str] = []
    for file in files:
        with file.open(newline="", encoding="utf-8") as lines:
            turns.extend(row["utterance"] for row in csv.DictReader(lines, delimiter="\t"))
    return turns


def test_calm_conversations_hardly_ever_raise_an_alert():
    turns = calm_turns()
    alerts = sum(is_alert_worthy(read_cues(PACK, turn)) for turn in turns)
    assert alerts <= len(turns) / 300
