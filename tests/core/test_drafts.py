"""The reader of drafts, one behaviour after another; how well it reads: tests/learn/test_drafts_set.py."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeway import languages
from leeway.core.drafts import DraftContext, Turn, compile_drafts, read_draft, tone_of
from leeway.core.worktime import Calendar
from leeway.languages.draft_file import parse_drafts
from leeway.packs.reader import Problems

FRIDAY_NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
OFFICE = Calendar(name="office", zone="UTC", week=(((540, 1080),),) * 5 + ((),) * 2)
UPSET = "This is the third time and I am absolutely furious!"


@cache
def pack(code="en"):
    return languages.drafts(code)


def read(draft, *said, **known):
    return read_draft(
        pack(), draft, DraftContext(turns=tuple(Turn("customer", text) for text in said), **known)
    )


def kinds(draft, *said, **known):
    return {finding.kind for finding in read(draft, *said, **known)}


def better(draft, kind, *said, **known):
    """The draft with the suggestion of this kind taken."""
    finding = next(finding for finding in read(draft, *said, **known) if finding.kind == kind)
    return draft[: finding.start] + finding.suggestion + draft[finding.end :]


@pytest.mark.parametrize(
    ("draft", "instead"),
    [
        ("We can't ship before Friday.", "We can ship on Friday."),
        ("Hi Tom, I cannot book it until next week.", "Hi Tom, I can book it from next week on."),
        (
            "We're unable to process it.",
            "We're unable to process it, but I can look for another way with you right now.",
        ),
    ],
)
def test_a_refusal_becomes_what_can_be_done(draft, instead):
    assert better(draft, "negative_phrasing") == instead


@pytest.mark.parametrize(
    "draft",
    [
        "Unfortunately the voucher has expired, but I've made a new one for you.",
        "We can't deliver on Sunday. Would Monday morning suit you?",
        "No problem at all!",
        "You won't be charged for it.",
        "I can't promise Thursday, but I'll send you the tracking number this afternoon.",
        "There's nothing you need to do.",
        "It's not your fault, the page was broken. It works again now.",
        "You should have received it by Tuesday.",
        "Hello, this is Marco. How can I help you?",
        "Thanks, and have a nice day!",
        "I've read your message carefully and called the depot; they answer by noon.",
        "You entered 12 December, which is a holiday; the 13th is free.",
        "I know it's only a small sum, but it's yours, and I've sent it back.",
        "You weren't told about the change, and that was wrong of us. I've put it right.",
        "I'll take it up with the carrier today and call you at 16:00.",
        "It's completely safe to drink the water.",
        "Yes, until noon.",
        "One moment please.",
        "You're welcome!",
        "It's £3.20 a month, paid on the first.",
    ],
)
def test_nothing_is_said_about_a_fine_draft(draft):
    assert read(draft, "What about my order?") == ()


def test_an_upset_customer_is_acknowledged_first_behind_the_salutation():
    draft = "Hi Ann,\n\nThe parcel leaves today.\n\nKind regards\nTom"
    assert better(draft, "no_acknowledgement", UPSET) == (
        "Hi Ann,\n\nI'm sorry you had to explain this again. The parcel leaves today.\n\nKind regards\nTom"
    )
    assert "no_acknowledgement" not in kinds("I'm sorry. " + draft, UPSET)
    assert "no_acknowledgement" not in kinds(draft, "When does it leave?")


def test_a_complaint_without_a_next_step_gets_one_before_the_closing():
    draft = "I'm sorry to hear this.\n\nKind regards\nTom"
    due = datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert better(draft, "no_next_step", "My parcel is broken.", update_due=due) == (
        "I'm sorry to hear this. I'll look into it now and write to you by Friday 20 November at 16:00 UTC.\n\n"
        "Kind regards\nTom"
    )


def test_a_promise_without_a_time_proposes_the_update_that_is_due():
    due = datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert better("I'll get back to you soon.", "no_time", update_due=due) == (
        "I'll get back to you by Friday 20 November at 16:00 UTC."
    )
    assert "no_time" not in kinds("I'll get back to you by 4pm.")
    assert "no_time" not in kinds("I'll look into it now and call you tomorrow.")


def test_what_is_known_is_said_instead_of_asked():
    assert better("Thanks. May I have your order number?", "asks_again", known_facts={"order": "A-123"}) == (
        "Thanks. I have your order number A-123 here."
    )
    assert "asks_again" in kinds("What's your order number?", "My order 88-2041 is late.")
    assert "asks_again" not in kinds("What's your order number?", "My order is late.")


def test_a_fact_no_language_file_knows_is_known_by_its_own_name():
    known = {"licence_plate": "B-XY 12"}
    assert better("Could you tell me the licence plate?", "asks_again", known_facts=known) == (
        "I have your licence plate B-XY 12 here."
    )
    assert "asks_again" not in kinds("I have the licence plate, thank you.", known_facts=known)


def test_a_question_for_safety_may_ask_what_is_known():
    known = {"postcode": "CB7 4AA"}
    assert "asks_again" not in kinds(
        "To verify it's you, could you confirm your postcode?", known_facts=known
    )


def test_more_than_one_may_give_names_what_one_may():
    room = {"authority": {"refund": 6_000}, "currency": "EUR"}
    assert better("I can refund you €120 today.", "over_promise", **room) == (
        "I can give you €60 myself today, and I'm asking for approval of €120."
    )
    assert "over_promise" not in kinds("I can refund you €60 today.", **room)
    assert "over_promise" not in kinds("I've asked my manager to approve a refund of €120.", **room)
    assert "over_promise" not in kinds("I can't refund €120 myself, but I can ask for it now.", **room)


def test_a_promise_for_when_nobody_is_there_is_moved_to_when_somebody_is():
    there = {"now": FRIDAY_NOON, "calendar": OFFICE}
    assert better("I'll call you on Sunday.", "over_promise", **there) == (
        "I'll call you on Monday 23 November at 09:00 UTC."
    )
    assert "over_promise" not in kinds("I'll call you on Monday.", **there)
    evening = {"now": FRIDAY_NOON.replace(hour=19), "calendar": OFFICE}
    assert "over_promise" in kinds("I'll call you today.", **evening)


def test_words_of_the_trade_are_explained_unless_the_customer_used_them():
    assert better("Please open an RMA today.", "jargon") == "Please open a return today."
    assert "jargon" not in kinds("Please open an RMA today.", "How do I get an RMA?")
    assert "jargon" not in kinds("Please open an RMA (a return) today.")


def test_an_unknown_short_form_is_a_word_of_the_trade_where_it_is_ours():
    assert "jargon" in kinds("We restart your CMTS profile at noon.")
    assert "jargon" not in kinds("Your flight with XQR leaves at noon.")


@pytest.mark.parametrize(
    ("draft", "kind"),
    [
        ("Calm down, it's on its way.", "dismissive"),
        ("As I already said, it ships on Monday.", "dismissive"),
        ("That's just our policy. It ends on Monday.", "dismissive"),
        ("It's only a small scratch. It's fixed on Monday.", "dismissive"),
        ("Plenty of other guests manage without. A fan comes at 6 pm.", "dismissive"),
        ("That's a question for your landlord. I'll send you the number today.", "dismissive"),
        ("You'll just have to live with it. The works end on Monday.", "dismissive"),
        ("You should have read the manual.", "blame"),
        ("You booked too late. The next one leaves at 9.", "blame"),
        ("Next time, please check the date. The new ticket is in your inbox.", "blame"),
        ("Had you told us, it would be there. It comes on Monday.", "blame"),
        ("The courier messed up. It arrives tomorrow.", "blame"),
        ("I know exactly how you feel. It arrives tomorrow.", "false_empathy"),
        ("We apologise for any inconvenience caused. It arrives tomorrow.", "false_empathy"),
        ("I guarantee it will be there on Monday.", "over_promise"),
        ("This will never happen again.", "over_promise"),
        ("Your loan is as good as approved.", "over_promise"),
        ("There is absolutely no risk that it leaks.", "over_promise"),
        ("Your happiness is our top priority. It arrives tomorrow.", "false_empathy"),
    ],
)
def test_formulas_blame_and_guarantees_are_seen_with_what_to_say_instead(draft, kind):
    assert kinds(draft) == {kind}
    after = better(draft, kind)
    assert after != draft
    assert kind not in kinds(after)


def test_spanish_drafts_are_read_with_spanish_words():
    found = read_draft(pack("es"), "Cálmese, por favor. Lo siento por las molestias ocasionadas.")
    assert {finding.kind for finding in found} >= {"dismissive", "false_empathy"}


def test_a_language_without_words_for_drafts_has_no_reader():
    assert languages.drafts("xx") is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_reading_takes_any_text_and_quotes_it_exactly(text):
    check_spans(text)


@pytest.mark.parametrize(
    "text",
    [
        "\x00we can't\x00ship before Friday",
        "\u202ewe can't ship before Friday\u202c שלום",
        "İ calm down İİİ we can't",
        "\ud800 calm down",
        "CAN'T " * 1_600,
        "we will get back to you. " * 400,
        "?" * 10_000,
    ],
    ids=["nul", "right to left", "growing letters", "broken unicode", "long", "ten thousand", "marks"],
)
def test_odd_and_long_drafts_are_read_too(text):
    check_spans(text)


def check_spans(text):
    context = DraftContext(
        turns=(Turn("customer", UPSET), Turn("customer", text)), authority={}, currency="EUR"
    )
    for finding in read_draft(pack(), text, context):
        assert 0 <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.quote
    assert 0.0 <= tone_of(pack().tone, text) <= 1.0


def test_a_friendly_draft_sounds_friendlier_than_a_curt_one():
    tone = pack().tone
    friendly = tone_of(
        tone, "Thanks so much for your message! Could you send me a photo? I'd be happy to help."
    )
    assert friendly > tone_of(tone, "Why did you do that? You never read anything. Stop it.")


MINIMAL = """language: xx
version: 1
kinds:
  blame:
    why: "No."
    rules:
      - say: ["{phrase}"]
texts: {{}}
"""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (MINIMAL.format(phrase="you (failed"), "xx.yaml:7:15:"),
        (MINIMAL.format(phrase="your fault").replace("blame:", "rude:"), "xx.yaml:4:3:"),
        (MINIMAL.format(phrase="your fault").replace("why:", "wy:"), "xx.yaml:5:5:"),
        (MINIMAL.format(phrase="your fault") + "marks: {shouting: [x]}\n", "xx.yaml:9:9:"),
    ],
)
def test_a_mistake_in_the_words_is_told_with_its_place(text, place):
    with pytest.raises(Problems) as told:
        parse_drafts(text, "xx.yaml", pack().phrases)
    assert place in str(told.value)


def test_a_language_may_say_little_and_find_what_it_says():
    data = parse_drafts(MINIMAL.format(phrase="your fault"), "xx.yaml", pack().phrases)
    little = compile_drafts(data, pack().phrases, pack().cues)
    found = read_draft(little, "It's your fault. I'll get back to you soon.")
    assert [(one.kind, one.suggestion) for one in found] == [("blame", "")]
