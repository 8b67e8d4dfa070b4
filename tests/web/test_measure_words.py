"""The measures speak the language of the page: what translators see is what the measures say."""

from __future__ import annotations

from leeway.store.queries.measures import MEASURES, NOT_YET
from leeway.web.insights import measure_words


def test_every_measure_is_there_for_translators_word_for_word():
    assert tuple(one.title for one in MEASURES) == measure_words.TITLES
    assert tuple(one.formula for one in MEASURES) == measure_words.FORMULAS
    assert tuple(one.note for one in MEASURES if one.note) == measure_words.NOTES
    assert tuple(why for _, why in NOT_YET) == measure_words.NOT_YET
