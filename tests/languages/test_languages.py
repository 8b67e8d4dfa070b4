"""A language is one file: what is in it, how mistakes in it are told, and that the second language works too."""

from __future__ import annotations

import pytest

from leeway import languages
from leeway.core.cues import is_alert_worthy, read_cues
from leeway.core.cues.pack import WORD_KINDS
from leeway.packs.reader import Problems
from tests.core.cue_examples import SPANISH, load_examples, score

SMALL = """
language: xx
version: 1
common_words: the of
cues:
  negation: {words: not}
  kinds:
    anger:
      strong: [furious, livid]
      but_not: [fast and furious]
"""


def refusal(text: str) -> str:
    with pytest.raises(Problems) as problems:
        languages.parse(text, "xx.yaml")
    return str(problems.value)


def test_english_and_spanish_are_there():
    assert languages.available() == ("en", "es")
    assert languages.load("es").name == "Español"


def test_a_language_that_is_not_there_says_which_are():
    with pytest.raises(languages.UnknownLanguage, match="no language pack 'tlh'; there are en, es"):
        languages.load("tlh")


def test_one_small_file_is_a_whole_language(tmp_path):
    file = tmp_path / "xx.yaml"
    file.write_text(SMALL, encoding="utf-8")
    pack = languages.load_file(file).cues
    assert [cue.quote for cue in read_cues(pack, "I am FURIOUS")] == ["FURIOUS"]
    assert read_cues(pack, "Fast and Furious part 3") == ()


def test_phrases_for_other_readers_are_handed_over_as_they_stand():
    text = SMALL + "phrases:\n  promise: [no, 010]\n  matter: {refund: yes}\n"
    assert languages.parse(text, "xx.yaml").phrases == {"promise": ["no", "010"], "matter": {"refund": "yes"}}
    assert languages.parse(SMALL, "xx.yaml").phrases is None


@pytest.mark.parametrize("code", languages.available())
def test_every_language_has_words_for_every_kind(code):
    written = {phrase.kind for phrase in languages.load(code).cues.data.phrases if not phrase.excludes}
    assert written >= WORD_KINDS


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("strong", "stronk"), 'xx.yaml:9:7: found the key "stronk", expected one of strong, clear, mild'),
        (("anger", "angr"), 'xx.yaml:8:5: found "angr", expected a kind of cue'),
        (("version: 1", "version: one"), 'xx.yaml:3:10: found "one", expected a whole number'),
        (("[furious, livid]", "[furious, (livid]"), "xx.yaml:9:31: found"),
        (("[furious, livid]", "['[very]']"), "at least one word that must be there"),
        (("[furious, livid]", "[100% wrong]"), "holds a mark that is no part of a word"),
        (("[furious, livid]", "[<rage>]"), "no class is called <rage>"),
        (("language: xx\n", ""), 'a mapping without "language"'),
        (("words: not", "words: not, reach: 99"), "expected a whole number from 1 to 6"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(wrong, said):
    assert said in refusal(SMALL.replace(*wrong))


def test_all_mistakes_are_told_at_once():
    told = refusal(SMALL.replace("strong", "stronk").replace("version: 1", "version: one"))
    assert len(told.splitlines()) == 2


def test_yes_no_and_on_are_words_not_booleans():
    pack = languages.parse(SMALL.replace("[furious, livid]", "[no, yes, on]"), "xx.yaml").cues
    assert len(read_cues(pack, "no. yes. on.")) == 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hello, where is my order? I have been waiting for a week.", "en"),
        ("Hola, ¿dónde está mi pedido? Llevo una semana esperando.", "es"),
        ("no me gusta nada esto", "es"),
        ("4711", "en"),
        ("", "en"),
        ("Ich warte seit einer Woche auf die Lieferung", "en"),
    ],
)
def test_the_language_is_guessed_by_ordinary_words(text, code):
    assert languages.guess(text) == code


def test_there_are_enough_spanish_examples():
    assert len(load_examples(SPANISH)) >= 80


def test_spanish_examples_are_read_right():
    examples = load_examples(SPANISH)
    tuned = score("es", [example for example in examples if not example.held_out])
    held_out = score("es", [example for example in examples if example.held_out])
    for result in (tuned, held_out):
        assert result.recall >= 0.95
        assert result.precision >= 0.95
        assert result.alerts >= 0.95


def test_spanish_covers_most_of_what_english_does():
    english, spanish = (len(languages.load(code).cues.data.phrases) for code in ("en", "es"))
    assert spanish >= 0.6 * english


def test_a_polite_spanish_threat_is_an_alert():
    assert is_alert_worthy(
        read_cues(languages.load("es").cues, "Buenos días. Mi abogado les escribirá. Gracias.")
    )
