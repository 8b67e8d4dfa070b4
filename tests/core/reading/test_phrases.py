"""The small language of the phrase files: what it understands, and how it refuses."""

from __future__ import annotations

import msgspec
import pytest
from scoring import AT

from leeway.core.reading.phrases import PhraseError, compile_phrases
from leeway.core.reading.prepared import prepare
from leeway.core.reading.told import find_told
from leeway.core.reading.word_tree import tree_regex
from leeway.core.reading.words import WordFile


def pack(**sections):
    return {"language": "xx", "stop_words": ["the"], **sections}


def kinds(phrases, text):
    return [hit.rule.kind for hit in prepare(text, phrases, "customer").hits("wants")]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("give me money", "Give me money!", True),
        ("give me money", "give me\n  money", True),
        ("give me money", "forgive me money", False),
        ("give me money", "give me moneys", False),
        ("give [me|us] [the] money", "give the money", True),
        ("(give|send) (me|us all) money", "send us all money", True),
        ("(give|send) (me|us all) money", "send us money", False),
        ("give ... money", "give me back all that money", True),
        ("give ... money", "give. Some have money", False),
        ("don't pay", "dont pay", True),
        ("don't pay", "don’t pay", True),
        ("mañana quiero", "MANANA QUIERO", True),
    ],
)
def test_a_phrase_matches_what_it_says(phrase, text, found):
    phrases = compile_phrases(pack(wants={"refund": [phrase]}))
    assert bool(kinds(phrases, text)) == found


def test_lists_can_be_used_in_phrases():
    phrases = compile_phrases(pack(lists={"ask": ["i want", "we want"]}, wants={"refund": ["{ask} cash"]}))
    assert kinds(phrases, "we want cash") == ["refund"]


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        ({"wants": {"refund": ["(give me"]}}, "not closed"),
        ({"wants": {"refund": ["give me)"]}}, "did not expect"),
        ({"wants": {"refund": ["[give]"]}}, "not optional"),
        ({"wants": {"refund": ["{nobody} pays"]}}, "there is no list 'nobody'"),
        ({"wants": {"refund": ["pay <nothing>"]}}, "there is no slot or list 'nothing'"),
        ({"wants": {"refund": ["<rest>"]}}, "at least one fixed word"),
        ({"lists": {"a": ["{b}"], "b": ["{a}"]}, "wants": {"refund": ["{a}"]}}, "contains itself"),
        ({"times": {"someday": ["one day"]}}, "unknown kind"),
        ({"times": {"ahead": ["in a while"]}}, "needs one of the slots unit"),
    ],
)
def test_a_phrase_that_cannot_be_understood_says_where_and_why(sections, problem):
    with pytest.raises(PhraseError, match=problem) as refusal:
        compile_phrases(pack(**sections))
    assert "." in refusal.value.where


def test_a_misspelt_section_is_refused():
    with pytest.raises(msgspec.ValidationError, match="promisses"):
        compile_phrases(pack(promisses={}))


@pytest.mark.parametrize("language", ["english", "spanish"])
def test_every_shipped_phrase_is_a_valid_pattern(language, request):
    phrases = request.getfixturevalue(language)
    assert all(rule.pattern.match("") is None for rule in phrases.rules())
    assert all(phrases.listed(name) is not None for name in phrases.words.lists)


def test_shipped_languages_speak_of_the_same_kinds(english, spanish):
    for section in ("told", "wants", "asks", "answers", "steps", "times"):
        assert set(getattr(spanish.words, section)) <= set(getattr(english.words, section)), section


def test_the_house_may_add_its_own_products():
    phrases = compile_phrases(
        msgspec.to_builtins(WordFile(language="xx", stop_words=[], told={"product": ["my <product>"]})),
        products=["Zebra 3000", "Gnu"],
    )
    told = find_told(prepare("my zebra 3000 is lame", phrases, "customer"), at=AT)
    assert [(one.kind, one.value) for one in told] == [("product", "zebra 3000")]


def test_many_phrases_become_one_tree_that_prefers_the_longest():
    import re

    pattern = re.compile(tree_regex(["call", "call you", "call you back", "cancel"]))
    assert [pattern.match(text).group() for text in ("call you back now", "call you", "calls", "cancel")] == [
        "call you back",
        "call you",
        "call",
        "cancel",
    ]
