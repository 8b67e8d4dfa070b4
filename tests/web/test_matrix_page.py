"""The matrix page: readable by everybody, changed by those who may, two at once kept apart."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from leeway.core.policy import Condition, Is, OneOf, Within
from leeway.packs.matrix_file import dump_policy
from leeway.store import accounts
from leeway.store.queries import documents
from leeway.web import house as pages
from leeway.web.matrix import differences, reach, words
from tests.houses import MONDAY_MORNING

pytest_plugins = ["tests.web.console"]


def as_(role: str, username: str = "marta") -> Client:
    if not User.objects.filter(username=username).exists():
        accounts.make(username, roles=[role] if role else [], password="four calm words here")
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def text_of(client: Client, path: str, **query) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def draft(change: tuple[str, str] = ("", "")) -> dict[str, str]:
    policy = pages.world().policy
    text = dump_policy(policy)
    assert change[0] in text
    return {"text": text.replace(*change) if change[0] else text, "seen": str(policy.version)}


RISK = ('risk: ">= 0.7"', 'risk: ">= 0.8"')


def test_everybody_of_the_house_reads_the_matrix_in_plain_words(django_house):
    page = text_of(as_("agent", "sam"), "/matrix")
    assert "asks for more than the owner may give" in page
    assert "risk 70% or more" in page
    assert "tier gold or platinum" in page
    assert "hand to Night desk" in page
    assert "first: saying back what went wrong, an offer of what we may decide, a second way" in " ".join(
        page.split()
    )


def test_the_page_says_who_can_be_reached_as_a_picture_and_as_a_table(django_house):
    page = text_of(as_("agent", "sam"), "/matrix")
    assert 'class="there"' in page
    assert "The same as a table" in page


def test_the_page_costs_the_same_however_long_the_history(django_house, django_assert_max_num_queries):
    client = as_("operations")
    client.get("/matrix")
    for number in range(3):
        change = RISK if number % 2 == 0 else RISK[::-1]
        client.post("/matrix/edit", {**draft(change), "note": f"change {number}", "act": "publish"})
    with django_assert_max_num_queries(9):
        page = text_of(client, "/matrix")
    assert "change 2" in page


# --- the stranger


@pytest.mark.parametrize("role", ["agent", "supervisor", "manager", "quality"])
def test_who_may_not_publish_may_not_even_open_the_editor(django_house, role):
    client = as_(role, "sam")
    assert client.get("/matrix/edit").status_code == 403
    answer = client.post("/matrix/edit", {**draft(RISK), "note": "mine", "act": "publish"})
    assert answer.status_code == 403
    assert pages.world().policy.version == 1
    assert 'href="/matrix/edit"' not in text_of(client, "/matrix")


# --- editing


def test_a_mistake_is_shown_at_its_line_and_nothing_typed_is_lost(django_house):
    client = as_("operations")
    wrong = draft(("go: consult supervisor", "go: consult superviser"))
    line = next(n for n, text in enumerate(wrong["text"].splitlines(), 1) if "superviser" in text)
    answer = client.post("/matrix/edit", {**wrong, "note": "quicker help", "act": "publish"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"Line {line}, column" in page
    assert "go: consult superviser" in page
    assert "quicker help" in page
    assert pages.world().policy.version == 1


def test_text_that_is_no_yaml_at_all_is_handed_back_with_its_place(django_house):
    answer = as_("operations").post("/matrix/edit", {"text": "rules: [\n  {", "seen": "1", "act": "check"})
    assert answer.status_code == 422
    assert "Line " in answer.content.decode()


def test_checking_compares_with_the_version_in_force_and_publishes_nothing(django_house):
    answer = as_("operations").post("/matrix/edit", {**draft(RISK), "act": "check"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "risk 70% or more" in page
    assert "risk 80% or more" in page
    assert pages.world().policy.version == 1


def test_publishing_wants_to_know_why(django_house):
    answer = as_("operations").post("/matrix/edit", {**draft(RISK), "note": " ", "act": "publish"})
    assert answer.status_code == 422
    assert pages.world().policy.version == 1


def test_a_published_draft_is_in_force_with_its_note_and_author(django_house):
    answer = as_("operations").post(
        "/matrix/edit", {**draft(RISK), "note": "fewer false alarms", "act": "publish"}
    )
    assert answer["Location"] == "/matrix"
    newest = documents.versions("policy")[0]
    assert (newest.version, newest.note, newest.by) == (2, "fewer false alarms", "marta")
    assert pages.world().policy.version == 2
    assert "risk 80% or more" in text_of(as_("operations"), "/matrix")


def test_of_two_who_publish_at_once_the_second_is_told_and_keeps_their_text(django_house):
    mine = draft(RISK)
    theirs = draft(("close_within: 30 days", "close_within: 29 days"))
    as_("operations", "omar").post("/matrix/edit", {**theirs, "note": "sooner", "act": "publish"})
    client = as_("operations")
    answer = client.post("/matrix/edit", {**mine, "note": "calmer", "act": "publish"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Version 2 was put in force by omar" in page
    assert "risk: &quot;&gt;= 0.8&quot;" in page
    assert 'name="seen" value="2"' in page
    assert pages.world().policy.version == 2
    again = client.post("/matrix/edit", {**mine, "seen": "2", "note": "calmer", "act": "publish"})
    assert again.status_code == 302
    assert pages.world().policy.version == 3


def test_holes_are_shown_at_their_lines_and_open_in_the_tester(django_house):
    client = as_("operations")
    text = draft()["text"]
    holed = text.replace("[legal_threat, regulator_threat]", "[regulator_threat]")
    assert holed != text
    page = client.post("/matrix/edit", {**draft(), "text": holed, "act": "check"}).content.decode()
    assert "1 hole" in page
    assert "the customer speaks of a lawyer" in page
    link = page.split('formaction="/matrix/who?')[1].split('"')[0].replace("&amp;", "&")
    answer = client.post(f"/matrix/who?{link}", {"text": holed}).content.decode()
    assert "Asked of your draft" in answer
    assert "No rule matches" in answer
    answer = text_of(client, f"/matrix/who?{link}")
    assert "lawyer or authority" in answer, "the version in force answers it"


def test_only_who_may_publish_asks_a_draft(django_house):
    answer = as_("agent").post("/matrix/who?level=agent", {"text": draft()["text"]}).content.decode()
    assert "Asked of your draft" not in answer


def test_a_matrix_without_holes_is_proved(django_house):
    client = as_("operations")
    sound = client.post("/matrix/edit", {**draft(), "act": "check"}).content.decode()
    assert "Proved: no hole" in sound
    assert "The worst cases" in sound


def test_who_publishes_with_holes_says_why_and_it_stands_in_the_history(django_house):
    client = as_("operations")
    holed = draft()["text"].replace("[legal_threat, regulator_threat]", "[regulator_threat]")
    said = {**draft(), "text": holed, "note": "less law", "act": "publish"}
    refused = client.post("/matrix/edit", said)
    assert refused.status_code == 422
    assert "say why it goes live with them" in refused.content.decode()
    assert pages.world().policy.version == 1
    assert client.post("/matrix/edit", {**said, "reason": "legal has a rule of its own"}).status_code == 302
    [newest, _] = documents.versions("policy")
    assert newest.note == "less law (published with 1 hole: legal has a rule of its own)"


def test_the_editor_begins_with_the_text_as_it_was_written_comments_and_all(django_house):
    assert "# The escalation matrix of a small online shop" in text_of(as_("operations"), "/matrix/edit")


def test_a_version_is_compared_with_the_one_before_and_can_be_had_as_a_file(django_house):
    client = as_("operations")
    client.post("/matrix/edit", {**draft(RISK), "note": "calmer", "act": "publish"})
    page = text_of(client, "/matrix/versions/2")
    assert "storm ahead" in page
    assert "calmer" in page
    file = client.get("/matrix/versions/2/file")
    assert 'risk: ">= 0.8"' in file.content.decode()
    assert client.get("/matrix/versions/9").status_code == 404


# --- who would get this?


def test_the_tester_names_the_rule_the_level_and_the_person_of_that_minute(django_house):
    page = text_of(as_("agent", "sam"), "/matrix/who", cue="asks_for_supervisor", at="2026-03-02T11:00")
    assert "asks for a supervisor" in page
    assert "Supervisor" in page
    assert any(name in page for name in ("Priya Raman", "Noor Haddad", "Omar Khalil"))


def test_at_night_the_tester_says_that_the_plan_takes_over(django_house):
    page = text_of(as_("agent", "sam"), "/matrix/who", cue="asks_for_supervisor", at="2026-03-02T23:00")
    assert "by plan" in page
    assert "Night desk" in page


def test_a_calm_case_stays_and_what_nearly_matched_is_named(django_house):
    page = text_of(as_("agent", "sam"), "/matrix/who", contacts_30d=3)
    assert "It stays where it is." in page
    assert "would need: about the same matter" in page


def test_the_tester_refuses_money_it_cannot_read_and_says_how_to_write_it(django_house):
    answer = as_("agent", "sam").get("/matrix/who", {"asks_for": "a lot"})
    assert answer.status_code == 422
    assert "60 EUR" in answer.content.decode()


def test_more_than_the_agent_may_give_goes_up(django_house):
    assert "above the agent" in text_of(as_("agent", "sam"), "/matrix/who", asks_for="120 EUR")


# --- words and differences


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Condition("contacts_30d", Within(low=3)), "contacts in 30 days 3 or more"),
        (Condition("risk", Within(low=0.7)), "risk 70% or more"),
        (Condition("offer_needed", Within(above_authority=True)), "asks for more than the owner may give"),
        (Condition("offer_needed", Within(low=15_000, low_open=True)), "asks for more than 150 EUR"),
        (Condition("waiting", Within(low=3600, high=7200)), "waiting for from 1 h to 2 h"),
        (Condition("same_matter", Is(value=True)), "about the same matter"),
        (Condition("same_matter", Is(value=False)), "not: about the same matter"),
        (Condition("tier", OneOf(("gold", "platinum"))), "tier gold or platinum"),
        (Condition("tier", OneOf(("bronze",), negated=True)), "tier not bronze"),
    ],
)
def test_conditions_are_said_as_people_say_them(condition, said):
    assert words.condition_in_words(condition, "EUR") == said


def test_differences_tell_added_removed_changed_and_moved_rules_apart():
    from msgspec.structs import replace

    from leeway.testing import house_policy

    old = house_policy()
    first, second, third, *rest = old.rules
    new = replace(
        old, rules=(second, first, replace(third, go="manager"), *rest[1:], replace(rest[0], name="new"))
    )
    found = {change.name: change.kind for change in differences.rules(old, new)}
    assert found[third.name] == "changed"
    assert found["new"] == "added"
    assert found[rest[0].name] == "removed"
    assert sorted(found[name] for name in (first.name, second.name) if name in found) == ["moved"]
    assert differences.rules(old, old) == []


def test_the_hours_grid_agrees_with_routing_and_finds_the_hours_nobody_has():
    from msgspec.structs import replace

    from leeway.testing import house, house_policy

    policy, roster = house_policy(), house()
    found = reach.reachable(policy, roster, MONDAY_MORNING.date(), "Europe/Lisbon")
    supervisor = next(row for row in found.rows if row.level.name == "supervisor")
    assert [(one.reach, one.start, one.end) for one in supervisor.days[0]] == [
        ("plan", 0, 9),
        ("there", 9, 18),
        ("plan", 18, 24),
    ]
    assert supervisor.holes == 0
    bare = replace(policy, nobody_there=())
    found = reach.reachable(bare, roster, MONDAY_MORNING.date(), "Europe/Lisbon")
    supervisor = next(row for row in found.rows if row.level.name == "supervisor")
    assert supervisor.holes == 10 * 15 + 4 * 24


def test_what_is_in_force_already_makes_no_version(django_house):
    same = draft()
    answer = as_("operations").post("/matrix/edit", {**same, "note": "again", "act": "publish"})
    assert answer.status_code == 422
    assert "nothing to publish" in answer.content.decode()


def test_one_cause_is_one_mistake_however_many_rules_it_breaks(django_house):
    text = draft()["text"].replace("- supervisor:", "- supervizor:", 1)
    answer = as_("operations").post("/matrix/edit", {"text": text, "seen": "1", "act": "check"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Did you mean") == 1
    assert "The same in" in page
