"""The packs that come with the product: they load, fit the sample roster, and say sensible things."""

from __future__ import annotations

import pytest

from leeway.core.authority import most_of_level
from leeway.core.matrix import first_match, leads_up
from leeway.core.policy import Policy
from leeway.core.situation import Situation
from leeway.packs.matrix_file import check_file, dump_policy, load_pack, load_policy
from leeway.packs.matrix_writer import without_lines
from leeway.packs.overlays import SHIPPED, combine, shipped_overlays
from leeway.packs.roster_file import load_roster
from leeway.packs.targets import known_targets

PACKS = ("shop", "software")
REGULATORS = sorted((SHIPPED / "regulators").glob("*.yaml"))


@pytest.fixture(scope="module")
def targets():
    text = (SHIPPED / "roster.example.yaml").read_bytes()
    return known_targets(load_roster(text, name="roster.example.yaml", years=(2026,)))


@pytest.fixture(params=PACKS)
def pack(request) -> Policy:
    return load_pack(SHIPPED / request.param)


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_fits_the_sample_roster_and_leaves_nothing_to_say(name, targets):
    assert check_file(SHIPPED / name, known_targets=targets) == []


@pytest.mark.parametrize("name", PACKS)
def test_names_mean_the_same_with_and_without_the_roster(name, targets):
    assert load_pack(SHIPPED / name, known_targets=targets) == load_pack(SHIPPED / name)


@pytest.mark.parametrize("path", REGULATORS, ids=lambda path: path.stem)
def test_an_overlay_leaves_nothing_to_say(path):
    assert check_file(path) == []


def test_a_pack_is_written_and_read_back(pack):
    assert without_lines(load_policy({"m.yaml": dump_policy(pack)})) == without_lines(pack)


@pytest.mark.parametrize("overlay", shipped_overlays().values(), ids=lambda overlay: overlay.name)
def test_every_regulator_can_be_laid_over_every_pack(pack, overlay):
    both = combine(pack, overlay)
    assert both.regulators == overlay.clocks
    assert both.close_within.seconds <= pack.close_within.seconds
    assert without_lines(load_policy({"m.yaml": dump_policy(both)})) == without_lines(both)


def test_a_pack_has_the_four_levels_a_way_up_and_a_plan_for_each(pack):
    assert [level.name for level in pack.levels] == ["agent", "supervisor", "manager", "mediator"]
    assert [level.climbs_to for level in pack.levels] == ["supervisor", "manager", "mediator", ""]
    places = {level.name for level in (*pack.levels, *pack.desks)}
    assert {plan.level for plan in pack.nobody_there} == places
    assert all(desk.climbs_to == "manager" for desk in pack.desks)


def test_every_rule_can_fire_for_a_case_with_an_agent(pack):
    assert all(leads_up(pack, rule, "agent") for rule in pack.rules)


def test_authority_grows_with_the_level(pack):
    order = [level.name for level in pack.levels]
    for instrument in {limit.instrument for limit in pack.authority}:
        most = [most_of_level(pack, name, instrument, tier="gold") for name in order]
        amounts = [amount for amount in most if amount]
        assert amounts == sorted(set(amounts)), instrument


def test_the_messages_the_product_sends_are_there(pack):
    expected = {"escalated", "update", "delayed", "resolved", "follow_up"}
    assert expected <= set(pack.customer_messages)


SHOP_DECISIONS = [
    (Situation(cue=("legal_threat", "vulnerable")), "lawyer or authority", "manager"),
    (
        Situation(cue=("vulnerable",), tier="gold", promise=("broken",)),
        "vulnerable customer",
        "specialist_care",
    ),
    (
        Situation(promise=("broken", "kept"), tier="platinum"),
        "promise broken to a valued customer",
        "manager",
    ),
    (Situation(promise=("broken",)), "promise broken", "supervisor"),
    (Situation(contacts_30d=3, same_matter=True), "third contact about the same matter", "supervisor"),
    (Situation(offer_needed=6001, authority=6000), "above the agent's limit", "supervisor"),
    (Situation(cue=("asks_for_supervisor",)), "asks for a supervisor", "supervisor"),
    (Situation(risk=0.7, trend="declining", attempts=1), "storm ahead", "supervisor"),
]


@pytest.mark.parametrize(("situation", "rule", "level"), SHOP_DECISIONS, ids=lambda value: str(value)[:40])
def test_the_shop_sends_a_case_where_a_person_would(situation, rule, level):
    match = first_match(load_pack(SHIPPED / "shop"), situation)
    assert match is not None
    assert (match.rule.name, match.rule.go) == (rule, level)


SOFTWARE_DECISIONS = [
    (Situation(event=("security_report",), cue=("legal_threat",)), "security or personal data", "security"),
    (Situation(event=("sev1_declared",)), "outage", "manager"),
    (Situation(event=("sev2_declared",)), "serious fault", "supervisor"),
    (
        Situation(cue=("churn_threat",), renewal_in=60),
        "wants to leave before the renewal",
        "customer_success",
    ),
    (Situation(cue=("churn_threat",), renewal_in=None), "wants to leave", "customer_success"),
    (
        Situation(promise=("broken",), tier="enterprise"),
        "broken promise to an enterprise customer",
        "manager",
    ),
]


@pytest.mark.parametrize(
    ("situation", "rule", "level"), SOFTWARE_DECISIONS, ids=lambda value: str(value)[:40]
)
def test_the_software_house_sends_a_case_where_a_person_would(situation, rule, level):
    match = first_match(load_pack(SHIPPED / "software"), situation)
    assert match is not None
    assert (match.rule.name, match.rule.go) == (rule, level)


@pytest.mark.parametrize("name", PACKS)
def test_a_calm_first_contact_stays_where_it_is(name):
    assert first_match(load_pack(SHIPPED / name), Situation(level="agent")) is None


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_says_whom_it_is_for_and_what_to_change_first(name):
    readme = (SHIPPED / name / "README.md").read_text(encoding="utf-8")
    assert "It suits you if" in readme
    assert "## What to change first" in readme
