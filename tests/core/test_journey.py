"""How the customer feels, turn by turn, and how much patience is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeway.core.cue import CUE_KINDS, FEELINGS, Cue
from leeway.core.journey import (
    MOST_POINTS,
    JourneyPoint,
    compress,
    current_sentiment,
    next_point,
    original_sentiment,
    trend,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

cue_lists = st.lists(
    st.builds(Cue, st.sampled_from(sorted(CUE_KINDS)), st.floats(0, 1)),
    max_size=6,
)


def walk(*turns, **every):
    """The points of a conversation, one for each list of cues."""
    points: list[JourneyPoint] = []
    for number, cues in enumerate(turns):
        previous = points[-1] if points else None
        at = NOON + timedelta(minutes=number)
        points.append(next_point(previous, cues, message_id=f"m{number}", at=at, **every))
    return points


def path(*sentiments):
    return [
        JourneyPoint(f"m{number}", NOON, sentiment=sentiment) for number, sentiment in enumerate(sentiments)
    ]


# feelings


@pytest.mark.parametrize(
    ("cues", "feeling"),
    [
        ([], "neutral"),
        ([Cue("anger", 0.9)], "angry"),
        ([Cue("frustration", 0.65)], "frustrated"),
        ([Cue("repeats_self", 0.9)], "frustrated"),
        ([Cue("disappointment", 0.65)], "disappointed"),
        ([Cue("anxiety", 0.65)], "anxious"),
        ([Cue("satisfied", 0.9)], "satisfied"),
        ([Cue("thanks", 0.65)], "satisfied"),
        ([Cue("thanks", 0.9), Cue("anger", 0.65)], "angry"),
        ([Cue("urgency", 0.4)], "neutral"),
        ([Cue("renewal_near", 1.0)], "neutral"),
    ],
)
def test_the_strongest_sign_names_the_feeling(cues, feeling):
    assert walk(cues)[0].feeling == feeling


def test_a_feeling_lasts_through_turns_that_show_none_and_fades():
    points = walk([Cue("anger", 0.9)], *[[]] * 12)
    feelings = [point.feeling for point in points]
    assert feelings[:3] == ["angry"] * 3
    assert feelings[-1] == "neutral"
    assert [point.sentiment for point in points] == sorted(point.sentiment for point in points)


def test_praise_after_anger_brings_the_customer_back():
    before, after = walk([Cue("anger", 0.9)], [Cue("satisfied", 0.9)])
    assert before.sentiment < 0 < after.sentiment
    assert (before.feeling, after.feeling) == ("angry", "satisfied")


def test_why_names_what_moved_it_most_in_the_customers_words():
    (point,) = walk([Cue("urgency", 0.9, "asap"), Cue("broken_promise", 0.9, "you promised")])
    assert point.why == "broken promise: you promised"


def test_why_names_the_wait():
    (point,) = walk([], waited_seconds=3 * 86_400, unanswered=2)
    assert point.why == "waited 3 days; 2 unanswered"


# patience


def test_a_calm_turn_costs_nothing():
    assert walk([], [])[-1].patience == 100


def test_everything_together_does_not_push_patience_below_nothing():
    everything = [Cue(kind, 1.0) for kind in sorted(CUE_KINDS)]
    points = walk(*[everything] * 5, waited_seconds=900_000, unanswered=50)
    assert points[-1].patience == 0


@pytest.mark.parametrize(
    "trouble",
    [
        {"cues": [Cue("repeats_self", 0.9)]},
        {"cues": [Cue("promise_overdue", 1.0)]},
        {"waited_seconds": 86_400.0},
        {"unanswered": 2},
    ],
)
def test_repeating_waiting_silence_and_broken_promises_cost_patience(trouble):
    cues = trouble.pop("cues", [])
    assert next_point(None, cues, message_id="m", at=NOON, **trouble).patience < 95


def test_an_answer_and_thanks_give_patience_back():
    (tired,) = walk([Cue("anger", 0.9)])
    answered = next_point(tired, [], message_id="m1", at=NOON, answered=True)
    thanked = next_point(answered, [Cue("thanks", 0.9)], message_id="m2", at=NOON)
    assert tired.patience < answered.patience < thanked.patience <= 100


@given(st.lists(cue_lists, min_size=1, max_size=8), st.floats(0, 1e7), st.integers(0, 100))
def test_every_point_stays_within_its_bounds(turns, waited, unanswered):
    for point in walk(*turns, waited_seconds=waited, unanswered=unanswered):
        assert -1 <= point.sentiment <= 1
        assert 0 <= point.patience <= 100
        assert point.feeling in FEELINGS


@given(st.lists(cue_lists, min_size=1, max_size=5))
def test_the_same_conversation_draws_the_same_line(turns):
    assert walk(*turns) == walk(*turns)


# trend


@pytest.mark.parametrize(
    ("points", "heading"),
    [
        (path(), "same"),
        (path(-0.9), "same"),
        (path(0.0, -0.5), "declining"),
        (path(-0.5, 0.1), "improving"),
        (path(-0.5, -0.45, -0.5, -0.5), "same"),
        (path(0.5, 0.0, -0.1, -0.2, -0.6, -0.6), "declining"),
        (path(-0.9, 0.9, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1), "same"),
    ],
)
def test_trend_compares_the_last_turns_with_those_before(points, heading):
    assert trend(points) == heading


def test_original_and_current_sentiment():
    points = path(-0.2, 0.5, 0.7)
    assert (original_sentiment(points), current_sentiment(points)) == (-0.2, 0.7)
    assert (original_sentiment([]), current_sentiment([])) == (0.0, 0.0)


# compress


@given(st.lists(cue_lists, min_size=1, max_size=150))
def test_compressing_keeps_the_ends_and_the_extremes_in_order(turns):
    points = walk(*turns)
    kept = compress(points)
    assert len(kept) <= MOST_POINTS
    assert kept[0] == points[0]
    assert kept[-2:] == tuple(points[-2:])
    for measure in (
        lambda point: point.sentiment,
        lambda point: -point.sentiment,
        lambda point: point.patience,
    ):
        assert min(map(measure, kept)) == min(map(measure, points))
    places = [points.index(point) for point in kept]
    assert places == sorted(places)


def test_a_short_journey_is_kept_whole():
    points = walk(*[[Cue("anger", 0.5)]] * MOST_POINTS)
    assert compress(points) == tuple(points)


def test_compressing_after_every_turn_keeps_the_first_and_the_worst():
    points: tuple[JourneyPoint, ...] = ()
    for number in range(200):
        cues = [Cue("anger", 1.0)] if number == 17 else [Cue("frustration", number % 3 / 10)]
        previous = points[-1] if points else None
        points = compress((*points, next_point(previous, cues, message_id=f"m{number}", at=NOON)))
    assert len(points) == MOST_POINTS
    assert points[0].message == "m0"
    assert min(points, key=lambda point: point.sentiment).message == "m17"


def test_a_point_survives_the_trip_through_json():
    (point,) = walk([Cue("anger", 0.9, "angry")], channel="chat")
    assert msgspec.json.decode(msgspec.json.encode(point), type=JourneyPoint) == point
