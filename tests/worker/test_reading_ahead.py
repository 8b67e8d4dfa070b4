"""Words are compiled before a message needs them, and the languages of a house when they are first wanted."""

from __future__ import annotations

from dataclasses import replace

from leeway.core.reading.phrases import Phrases, compile_phrases
from leeway.core.world import Language
from leeway.wiring import languages
from leeway.worker.reading_ahead import ReadingAhead


def two_phrases() -> Phrases:
    return compile_phrases(
        {
            "language": "en",
            "stop_words": ["the", "a"],
            "wants": {"refund": ["refund me"], "replacement": ["send (a new one|another)"]},
        }
    )


def ready(phrases: Phrases) -> list[bool]:
    return [rule.compiled for rule in phrases.rules()]


def test_every_pattern_is_there_before_a_message_asks_for_it():
    phrases = two_phrases()
    assert ready(phrases) == [False, False]
    ReadingAhead({"en": english_with(phrases)}, after_seconds=0).run()
    assert ready(phrases) == [True, True]


def test_it_ends_at_once_when_the_house_closes():
    phrases = two_phrases()
    ahead = ReadingAhead({"en": english_with(phrases)}, after_seconds=3600)
    ahead.stop()
    ahead.run()
    assert ready(phrases) == [False, False]


def test_the_languages_of_the_house_are_named_before_they_are_read():
    assert next(iter(languages())) == "en"
    assert "es" in set(languages())
    assert languages().get("tlh") is None
    assert languages()["es"].name == "es"
    assert languages()["es"] is languages()["es"]


def english_with(phrases: Phrases) -> Language:
    return replace(languages()["en"], phrases=phrases)
