"""What a matrix file means once it is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from leeway.core.policy import (
    Alerting,
    AuthorityLimit,
    BeforeStep,
    CaseClocks,
    Condition,
    Is,
    Level,
    LevelSteps,
    NobodyThere,
    Offers,
    OneOf,
    Policy,
    RegulatorClock,
    Rule,
    Span,
    Step,
    Warn,
    Within,
)
from leeway.packs.matrix_file import check_file, load_pack, load_policy, read_policy
from leeway.packs.reader import Problems
from tests.packs.small_matrix import SMALL, changed

H, D = 3600, 24 * 3600


def small(old: str = "", new: str = "", **options) -> Policy:
    return load_policy({"m.yaml": changed(old, new) if old else SMALL}, **options)


def hours(count: float) -> Span:
    return Span(int(count * H), working=True)


def test_a_whole_matrix_is_read():
    assert small() == Policy(
        name="small",
        version=1,
        currency="EUR",
        zone="Europe/Berlin",
        close_within=Span(30 * D),
        levels=(
            Level("agent", "team:frontline", Span(300), hours(4), hours(2), climbs_to="manager"),
            Level(
                "manager", "team:managers", Span(H), hours(24), Span(D), rank=1, climb_after_silent_accepts=2
            ),
        ),
        desks=(
            Level(
                "care",
                "team:specialist_care",
                Span(300),
                hours(8),
                hours(4),
                kind="functional",
                rank=0,
                climbs_to="manager",
            ),
        ),
        nobody_there=(NobodyThere("manager", hand_to="rota:night_desk", tell_customer="back {next_open}"),),
        before=(BeforeStep("restate", "Have you said it back?", ("restate",)),),
        rules=(
            Rule(
                "legal",
                (Condition("cue", OneOf(("legal_threat", "regulator_threat"))),),
                "manager",
                "regulator_or_legal",
                tell=("team:legal",),
                line=16,
            ),
            Rule(
                "vulnerable",
                (Condition("cue", OneOf(("vulnerable",))),),
                "care",
                "vulnerable_customer",
                line=21,
            ),
            Rule(
                "storm",
                (
                    Condition("risk", Within(low=0.7)),
                    Condition("same_matter", Is(True)),
                    Condition("offer_needed", Within(above_authority=True)),
                ),
                "manager",
                "frustration",
                consult=True,
                first=("restate",),
                line=25,
            ),
        ),
        steps=(
            LevelSteps(
                "manager",
                (
                    Step("tell", Span(0), "team:managers", ("browser", "chat"), line=32),
                    Step("tell", Span(600), "rota:manager_on_call", ("sms",), if_not="accepted", line=33),
                ),
            ),
        ),
        clocks=CaseClocks(first_response=hours(1), warn=(Warn(percent=80),)),
        authority=(
            AuthorityLimit("agent", "refund", 6000, "EUR"),
            AuthorityLimit("agent", "credit", 2000, "EUR", Span(30 * D), "customer"),
        ),
        alerting=Alerting(0.6, Span(1800), 20),
        customer_messages={"escalated": "{owner} is looking after this. Next news by {update_due}."},
    )


@pytest.mark.parametrize(
    ("written", "test"),
    [
        ("cue: anger", OneOf(("anger",))),
        ("cue: [anger, thanks]", OneOf(("anger", "thanks"))),
        ('cue: "not [anger, thanks]"', OneOf(("anger", "thanks"), negated=True)),
        ("tier: not bronze", OneOf(("bronze",), negated=True)),
        ("product: Coffee machine 3000", OneOf(("Coffee machine 3000",))),
        ("contacts_30d: 3", Within(low=3, high=3)),
        ('contacts_30d: ">= 3"', Within(low=3)),
        ('contacts_30d: ">3"', Within(low=3, low_open=True)),
        ('contacts_30d: "<= 3"', Within(high=3)),
        ('contacts_30d: "< 3"', Within(high=3, high_open=True)),
        ('contacts_30d: "[2..5)"', Within(low=2, high=5, high_open=True)),
        ('risk: "(0.5..0.7]"', Within(low=0.5, high=0.7, low_open=True)),
        ('renewal_in: "[-7..30]"', Within(low=-7, high=30)),
        ('waiting: ">= 2 h"', Within(low=7200)),
        ('waiting: "[1 h..1 day]"', Within(low=3600, high=86400)),
        ('waiting: "> 0"', Within(low=0, low_open=True)),
        ('offer_needed: "> 150 EUR"', Within(low=15000, low_open=True)),
        ('offer_needed: "(50 EUR..250.50 EUR]"', Within(low=5000, high=25050, low_open=True)),
        ('offer_needed: "> authority"', Within(above_authority=True)),
        ("first_contact: yes", Is(True)),
        ("first_contact: no", Is(False)),
        ("level: [agent, care]", OneOf(("agent", "care"))),
    ],
)
def test_a_cell_of_the_table_becomes_a_test(written, test):
    rule = small("when: {cue: vulnerable}", f"when: {{{written}}}").rules[1]
    assert [condition.test for condition in rule.when] == [test]


def test_a_rule_may_always_hold():
    assert small("when: {cue: vulnerable}", "when: always").rules[1].when == ()


@pytest.mark.parametrize(
    ("written", "step"),
    [
        ("at once: tell team", Step("tell", Span(0), "team:managers")),
        ("at once: tell owner by browser", Step("tell", Span(0), "owner", ("browser",))),
        ("1 h (w): tell asked", Step("tell", hours(1), "asked")),
        ("1 h: tell manager_of owner", Step("tell", Span(H), "manager_of:owner")),
        ("1 h: tell lead_of legal", Step("tell", Span(H), "lead_of:legal")),
        ("1 h: tell person:ana", Step("tell", Span(H), "person:ana")),
        ("15 min: give to next_on_call if not accepted",
         Step("give_to", Span(900), "next:manager_on_call", if_not="accepted")),
        ("15 min: give to next_of night_desk", Step("give_to", Span(900), "next:night_desk")),
        ("daily: update customer", Step("update_customer", Span(D), every=Span(D))),
        ("every 2 h, 3 times: update customer if not answered",
         Step("update_customer", Span(2 * H), if_not="answered", every=Span(2 * H), times=3)),
        ("at once, then every 4 h: tell owner", Step("tell", Span(0), "owner", every=Span(4 * H))),
        ("10 min, then hourly, 1 time: tell owner", Step("tell", Span(600), "owner", every=Span(H), times=1)),
        ("2 days: climb if not resolved", Step("climb", Span(2 * D), if_not="resolved")),
    ],
)  # fmt: skip
def test_a_step_is_a_sentence(written, step):
    [group] = small("at once: tell team by [browser, chat]", written).steps
    assert replace(group.steps[0], line=0) == step


@pytest.mark.parametrize(
    ("written", "plan"),
    [
        ("hand to night_desk", NobodyThere("manager", hand_to="rota:night_desk")),
        ("hand to person:ana", NobodyThere("manager", hand_to="person:ana")),
        ("wait", NobodyThere("manager", wait=True)),
        ("wait until {next_open}; owner stays agent", NobodyThere("manager", wait=True, owner_stays="agent")),
        ("wait; tell the customer escalated", NobodyThere("manager", wait=True, tell_customer="escalated")),
    ],
)
def test_what_happens_when_nobody_is_there_is_a_sentence(written, plan):
    old = 'hand to night_desk; tell the customer "back {next_open}"'
    assert small(old, written).nobody_there == (plan,)


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("60 EUR per case", AuthorityLimit("agent", "refund", 6000, "EUR")),
        ("9.50 EUR per person per 1 day", AuthorityLimit("agent", "refund", 950, "EUR", Span(D), "person")),
        ('"60 EUR per customer per 30 days, 2 times"',
         AuthorityLimit("agent", "refund", 6000, "EUR", Span(30 * D), "customer", 2)),
        ("3 times per customer per 30 days",
         AuthorityLimit("agent", "refund", 0, "EUR", Span(30 * D), "customer", 3, any_amount=True)),
        ("500 EUR per person per day", AuthorityLimit("agent", "refund", 50_000, "EUR", Span(D), "person")),
        ('"120 EUR per case for tier [gold, platinum] for product [rail]"',
         AuthorityLimit("agent", "refund", 12_000, "EUR", tiers=("gold", "platinum"), products=("rail",))),
    ],
)  # fmt: skip
def test_a_limit_is_a_sentence(written, limit):
    assert small("60 EUR per case", written).authority[0] == limit


def test_several_limits_hold_together_and_a_role_has_its_own():
    limits = small(
        "  agent: {refund: 60 EUR per case,",
        """  role team_lead: {refund: 90 EUR per case}
  agent: {refund: [60 EUR per case, 5 times per customer per week],""",
    ).authority
    assert limits[:3] == (
        AuthorityLimit("", "refund", 9000, "EUR", role="team_lead"),
        AuthorityLimit("agent", "refund", 6000, "EUR"),
        AuthorityLimit("agent", "refund", 0, "EUR", Span(7 * D), "customer", 5, any_amount=True),
    )


def test_offers_say_how_they_are_sized():
    said = """offers:
  of_amount: 12 %
  fault: {theirs: 0 %, ours: 150 %}
  band: 50 % to 200 %
  budget: 2000 EUR per 30 days
  rates: {USD: 0.92 EUR}
  grant_lasts: 3 days
alerting:"""
    assert small("alerting:", said).offers == Offers(
        of_amount=12,
        theirs=0,
        ours=150,
        low=50,
        high=200,
        budget=200_000,
        rates={"USD": 920_000},
        grant_lasts=Span(3 * D),
    )


def test_a_working_day_has_the_hours_the_house_says():
    assert small().level("manager").resolve == hours(24)
    assert small("zone: Europe/Berlin", "working_day: 7.5 h").level("manager").resolve == hours(22.5)


def test_a_desk_stands_beside_the_second_rung_unless_it_says_otherwise():
    desk = small(", beside: agent", "").level("care")
    assert (desk.rank, desk.climbs_to) == (1, "")


def test_a_level_says_in_full_what_it_does_not_take_from_its_place():
    text = changed(
        "  - agent:   {team: frontline, accept: 5 min, resolve: 4 h (w), update: 2 h (w)}",
        "  - agent:\n      rota: night_desk\n      accept: 5 min\n      resolve: 4 h (w)\n      update: 2 h (w)\n"
        "      label: First line\n      skills: [returns, spanish]\n      warnings:\n"
        "        - 50 %: tell owner\n        - 30 min before: tell [owner, manager_of owner]",
    )
    assert load_policy({"m.yaml": text}).level("agent") == Level(
        "agent",
        "rota:night_desk",
        Span(300),
        hours(4),
        hours(2),
        label="First line",
        climbs_to="manager",
        skills=("returns", "spanish"),
        warn=(Warn(percent=50), Warn(before=Span(1800), tell=("owner", "manager_of:owner"))),
    )


def test_a_rule_tells_the_customer_what_it_says():
    rules = small(
        "because: vulnerable_customer", "because: vulnerable_customer\n    tell_customer: nothing"
    ).rules
    assert [rule.tell_customer for rule in rules] == ["escalated", "", "escalated"]


def test_people_outside_the_house_are_told_by_name_or_address():
    told = "tell_outside: [insurer, claims@insurer.example, https://insurer.example/claims]"
    rule = small("because: vulnerable_customer", f"because: vulnerable_customer\n    {told}").rules[1]
    assert rule.tell_outside == ("insurer", "claims@insurer.example", "https://insurer.example/claims")


def test_settings_that_are_not_written_have_the_documented_values():
    policy = small()
    assert policy.required_slots == ("matter", "wants", "feeling", "why")
    settings = (
        policy.same_matter_days,
        policy.reopen_days,
        policy.resolved_rating_at_most,
        policy.ping_pong_limit,
    )
    assert settings == (30, 30, 2, 4)
    assert policy.silent_owner_after == hours(24)


def test_settings_that_are_written_are_taken():
    written = (
        "language: pt-BR\nsame_matter_within: 2 weeks\nreopen_within: 60 days\nresolved_rating_at_most: 3\n"
        "ping_pong_limit: 6\npacket_needs: [matter, told]\nsilent_owner_after: 4 h (w)\ndefault_owner: ana\n"
        "description: For the test"
    )
    policy = small("zone: Europe/Berlin", written)
    assert (policy.language, policy.zone, policy.description) == ("pt-BR", "UTC", "For the test")
    assert (policy.same_matter_days, policy.reopen_days) == (14, 60)
    assert (policy.resolved_rating_at_most, policy.ping_pong_limit) == (3, 6)
    assert (policy.required_slots, policy.silent_owner_after) == (("matter", "told"), hours(4))
    assert policy.default_owner == "ana"


def test_regulators_clocks_can_be_written_out():
    clock = "{within: 10 days, from: case_opened, until: resolved, says: Be quick}"
    written = f"regulators:\n  ours:\n    - answer: {clock}"
    [read] = small("zone: Europe/Berlin", written).regulators
    assert read == RegulatorClock("answer", "ours", Span(10 * D), "case_opened", "resolved", "Be quick")


@pytest.mark.parametrize(
    ("known", "target"),
    [
        (None, "team:legal"),
        (frozenset({"team:legal", "rota:legal", "person:legal"}), "team:legal"),
        (frozenset({"rota:legal", "person:legal"}), "rota:legal"),
        (frozenset({"person:legal"}), "person:legal"),
    ],
)
def test_a_bare_name_is_a_team_then_a_rota_then_a_person(known, target):
    others = {
        "team:frontline",
        "team:managers",
        "team:specialist_care",
        "rota:night_desk",
        "rota:manager_on_call",
    }
    policy = small(known_targets=known | others if known else None)
    assert policy.rules[0].tell == (target,)


@pytest.mark.parametrize("name", ["night_desk", "duty_manager", "legal_on_call"])
def test_without_a_roster_names_of_rotas_are_known_by_their_form(name):
    assert small("tell: [legal]", f"tell: [{name}]").rules[0].tell == (f"rota:{name}",)


def test_a_step_that_comes_after_the_case_has_climbed_is_a_warning():
    reading = read_policy({"m.yaml": changed("10 min: tell on_call", "25 h (w): tell on_call")})
    assert [str(warning) for warning in reading.warnings] == [
        'm.yaml:33:7: warning: found "25 h (w)", expected a time before the case climbs from manager after 24 h (w)'
    ]


def test_more_time_to_accept_than_to_resolve_is_a_warning():
    reading = read_policy(
        {"m.yaml": changed("accept: 5 min, resolve: 4 h (w)", "accept: 5 h (w), resolve: 4 h (w)")}
    )
    assert [str(warning) for warning in reading.warnings] == [
        'm.yaml:7:40: warning: found "5 h (w)", expected less than the 4 h (w) to resolve'
    ]


def test_the_matrix_the_language_was_drawn_up_from_loads_with_its_two_missing_sections():
    """Only the desk it sends cases to, and the words of the three steps it asks for, have to be added."""
    shared = Path(os.environ.get("LEEWAY_SHARED") or Path(__file__).parents[3] / "shared" / "data").parent
    example = shared / "design" / "matrix.example.yaml"
    if not example.is_file():
        pytest.skip(f"no example at {example}: LEEWAY_SHARED names the folder beside it")
    added = (
        "\ndesks:\n  - specialist_care: {team: specialist_care, accept: 5 min, resolve: 4 h (w), update: 2 h (w)}\n"
        "\nbefore:\n  - restate: {ask: Said back?}\n  - offer: {ask: Offered?}\n  - alternative: {ask: Another way?}\n"
    )
    policy = load_policy({"matrix.yaml": example.read_text() + added})
    assert (policy.name, policy.version, len(policy.rules)) == ("shop", 3, 7)


def refusal(files) -> list[str]:
    with pytest.raises(Problems) as refused:
        load_policy(files)
    return [str(problem) for problem in refused.value.problems]


def test_one_of_the_files_is_the_matrix():
    two = refusal({"a.yaml": SMALL, "b.yaml": SMALL})
    assert two == ["b.yaml:1:1: found a second matrix, expected one matrix in a pack"]
    assert refusal({}) == ["matrix.yaml:1:1: found no matrix, expected one matrix in a pack"]
    neither = 'a.yaml:1:1: found neither "matrix" nor "overlay", expected the key that says what the file is'
    assert refusal({"a.yaml": "roster: x\n"}) == [neither]


def test_mistakes_of_all_files_come_together():
    files = {"a.yaml": "", "b.yaml": "overlay: x\nclock: 1\n", "m.yaml": SMALL}
    assert [message.split(": ")[0] for message in refusal(files)] == [
        "a.yaml:1:1",
        "b.yaml:1:1",
        "b.yaml:2:1",
    ]


def test_a_pack_is_a_folder_or_a_file(tmp_path):
    (tmp_path / "matrix.yaml").write_text(SMALL)
    assert load_pack(tmp_path) == load_pack(tmp_path / "matrix.yaml") == small()
    with pytest.raises(FileNotFoundError):
        load_pack(tmp_path / "nowhere")


def test_checking_a_file_tells_everything_and_raises_nothing(tmp_path):
    path = tmp_path / "m.yaml"
    said = {}
    for name, text in {
        "good": SMALL,
        "late": changed("10 min: tell on_call", "25 h (w): tell on_call"),
        "bad": changed("go: care", "go: cure"),
        "overlay": "overlay: x\nclocks: []\n",
        "bad overlay": "overlay: x\nclocks: 5\n",
        "empty": "",
        "no matrix": "roster: x\n",
    }.items():
        path.write_text(text)
        said[name] = [str(problem).split(" ")[:2] for problem in check_file(path)]
    assert said == {
        "good": [],
        "late": [["m.yaml:33:7:", "warning:"]],
        "bad": [["m.yaml:23:9:", "found"]],
        "overlay": [],
        "bad overlay": [["m.yaml:2:9:", "found"]],
        "empty": [["m.yaml:1:1:", "found"]],
        "no matrix": [["m.yaml:1:1:", "found"]],
    }
