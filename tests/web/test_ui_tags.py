"""What every page shows the same way: time left, moods, numbers, words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from leeway.web.templatetags import leeway_ui as ui
from leeway.web.times import in_short

pytest_plugins = ["tests.web.pages"]
pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def here(django_house):
    """Tags ask the house for its time and people."""
    with timezone.override("UTC"):
        yield


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 min"),
        (59 * 60, "59 min"),
        (3600, "1 h"),
        (7800, "2 h 10"),
        (100_800, "1 d 4 h"),
        (86_400 * 800, "2 years"),
    ],
)
def test_lengths_of_time_are_taken_in_at_a_glance(seconds, said):
    assert in_short(seconds) == said


@pytest.mark.parametrize(
    ("minutes", "weather"), [(-5, "storm"), (5, "storm"), (40, "gale"), (120, "breeze"), (600, "calm")]
)
def test_the_less_time_is_left_the_rougher_the_weather(watch, minutes, weather):
    assert ui.weather_of_time(watch() + timedelta(minutes=minutes)) == weather


def test_a_clock_says_its_time_in_words_and_its_instant_on_hover(watch):
    clock = ui.time_left(watch() + timedelta(minutes=6), watch() - timedelta(minutes=54))
    assert "6 min" in clock
    assert 'title="2026-03-02 10:06 UTC"' in clock
    assert "late" in ui.time_left(watch() - timedelta(minutes=6), watch() - timedelta(hours=1))
    assert "paused" in ui.time_left(None)


def test_a_ring_is_never_closed(watch):
    ring = ui.time_left(watch() + timedelta(days=30), watch())
    assert float(re.search(r'dasharray="([\d.]+) ', ring)[1]) < 50.3 * 0.95


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "10:00"),
        (-1, "yesterday 10:00"),
        (1, "tomorrow 10:00"),
        (9, "11 Mar 10:00"),
        (-400, "26 Jan 2025 10:00"),
    ],
)
def test_instants_are_said_as_people_say_them(watch, days, said):
    assert f">{said}</time>" in ui.when(watch() + timedelta(days=days))


def test_instants_are_in_the_readers_zone_and_language(watch):
    with timezone.override("Asia/Tokyo"), translation.override("es"):
        assert "mañana 04:00" in ui.when(watch() + timedelta(hours=9))
        assert "ene" in ui.when(watch() - timedelta(days=40)).lower()


def test_a_journey_of_one_message_is_a_level_line():
    assert ui.sparkline([]) == '<span class="faint">–</span>'
    points = re.search(r'points="([^"]+)"', ui.sparkline([-0.4]))[1].split()
    assert len(points) == 2
    assert len({point.split(",")[1] for point in points}) == 1


def test_worse_moods_stand_lower_and_none_leaves_the_picture():
    heights = [ui.mood_height(mood, 24) for mood in (5, 1, 0.3, 0, -0.3, -1, -5)]
    assert heights == sorted(heights)
    assert heights[0] == 2
    assert heights[-1] == 22


def test_reasons_are_told_in_the_readers_language_and_quotes_left_alone():
    with translation.override("es"):
        assert ui.why_words("anger: “furious: really”") == "enfado: “furious: really”"
        assert ui.why_words("contact number 3 about this matter") == "contacto número 3 sobre este asunto"
        assert ui.why_words("something new") == "something new"
        assert ui.plain("regulator_or_legal") == "regulador o vía legal"
        assert ui.percent(0.27) == "27 %"
    assert ui.percent(0.27) == "27%"


def test_a_share_that_moved_has_one_sign_only():
    assert ui.points(-0.4) == "↓ 0.4 points on the week before"
    assert ui.points(3.8).startswith("↑ 3.8")
    assert ui.points(0) == "as in the week before"


@pytest.mark.parametrize(
    ("name", "said"), [("Priya Raman", "PR"), ("Ada", "A"), ("", "?"), ("jean-luc d. picard", "JP")]
)
def test_a_face_is_first_and_last_letter(name, said):
    assert ui.initials(name) == said
