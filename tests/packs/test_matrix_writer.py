"""A policy written as a file is read back as the equal policy, whatever the policy."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from leeway.core.disclosure import Disclosure
from leeway.core.handoff import SLOTS
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
from leeway.core.situation import COLUMNS
from leeway.packs.matrix_file import dump_policy, load_policy
from leeway.packs.matrix_writer import without_lines
from leeway.packs.messages import BLANKS
from leeway.packs.units import LONGEST
from leeway.packs.vocabulary import INSTRUMENTS, REASONS, SEEN
from tests.packs.small_matrix import SMALL

RUNGS = (("agent", "supervisor"), ("supervisor", "manager"), ("manager", ""))
PLACES = ("agent", "supervisor", "manager", "care")

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
spans = st.builds(Span, st.integers(1, 400 * 24 * 3600), working=st.booleans())
real_spans = st.builds(Span, st.integers(1, 400 * 24 * 3600))
readable = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}"), min_size=1, max_size=60
)
texts = readable.filter(str.strip)
messages = st.lists(
    texts | st.sampled_from([f"{{{blank}}}" for blank in BLANKS]), min_size=1, max_size=4
).map("".join)
people = st.builds("{}:{}".format, st.sampled_from(["team", "rota", "person"]), names)
told = people | st.sampled_from(["owner", "asked", "manager_of:owner"]) | names.map("lead_of:{}".format)


def several(strategy, most=3, least=0, **options):
    return st.lists(strategy, min_size=least, max_size=most, **options).map(tuple)


warns = several(
    st.builds(Warn, percent=st.integers(1, 99), tell=several(told, least=1))
    | st.builds(Warn, before=spans, tell=several(told, least=1))
)


@st.composite
def bounds(draw, values):
    low, high = sorted((draw(values), draw(values)))
    shape = draw(st.sampled_from(["low", "high", "both", "equal"]))
    if shape == "equal" or low == high:
        return Within(low=low, high=low)
    test = draw(
        st.builds(
            Within, low=st.just(low), high=st.just(high), low_open=st.booleans(), high_open=st.booleans()
        )
    )
    if shape == "low":
        return Within(low=low, low_open=test.low_open)
    return test if shape == "both" else Within(high=high, high_open=test.high_open)


def cells_of(column):
    if column.kind == "yes_no":
        return st.builds(Is, st.booleans())
    if column.kind in {"word", "words"}:
        free = st.from_regex(r"[A-Za-zäé0-9][A-Za-z0-9 _.%/-]{0,8}[a-z]", fullmatch=True).filter(
            lambda word: not word.startswith("not ")
        )
        words = (
            st.sampled_from(PLACES if column.name == "level" else column.values)
            if (column.values or column.name == "level")
            else free
        )
        return st.builds(OneOf, several(words, least=1, unique=True), st.booleans())
    low = int(column.low) if column.low is not None else -100
    longest = LONGEST if column.kind == "duration" else 10**9
    high = int(column.high) if column.high is not None else longest
    if column.kind == "share":
        return bounds(st.decimals(0, 1, places=6).map(float))
    numbers = bounds(st.integers(low, high).map(float))
    return numbers | st.just(Within(above_authority=True)) if column.kind == "money" else numbers


conditions = st.one_of(
    [st.builds(Condition, st.just(name), cells_of(column)) for name, column in COLUMNS.items()]
)
steps = st.builds(
    Step,
    do=st.just("tell"),
    after=spans | st.just(Span(0)),
    who=told | names.map("next:{}".format),
    by=several(names),
    if_not=st.sampled_from(["", "accepted", "answered", "resolved"]),
) | st.builds(
    Step,
    do=st.sampled_from(["update_customer", "climb"]),
    after=spans | st.just(Span(0)),
    every=spans | st.sampled_from([Span(3600), Span(86400), Span(7 * 86400)]),
    times=st.integers(0, 20),
)


@st.composite
def levels(draw, name, rank, climbs_to, kind="hierarchical"):
    return draw(
        st.builds(
            Level,
            name=st.just(name),
            target=people,
            accept=spans,
            resolve=spans,
            update=spans,
            kind=st.just(kind),
            rank=st.just(rank),
            label=st.just("") | texts,
            climbs_to=st.just(climbs_to),
            climb_after_silent_accepts=st.integers(0, 9),
            skills=several(names),
            warn=warns,
        )
    )


rules = st.builds(
    Rule,
    name=st.just(""),
    when=several(conditions, unique_by=lambda condition: condition.column),
    go=st.sampled_from(PLACES),
    because=st.sampled_from(REASONS),
    consult=st.booleans(),
    first=st.sampled_from([(), ("restate",)]),
    tell=several(told),
    tell_outside=several(
        names | st.just("claims@insurer.example") | st.just("https://insurer.example/x?a=b#c")
    ),
    tell_customer=st.sampled_from(["escalated", "", "other"]),
)


plans = st.just(NobodyThere("manager", wait=True, owner_stays="agent")) | st.builds(
    NobodyThere,
    st.just("agent"),
    hand_to=people,
    tell_customer=st.sampled_from(["", "other", "We are back {next_open}."]),
)


whose = st.sampled_from([(place, "") for place in PLACES] + [("", "team_lead")])
for_whom = several(names, most=2, unique=True)


def limit(whose, instrument, any_amount, amount, count, **counted):
    level, role = whose
    return AuthorityLimit(
        level,
        instrument,
        0 if any_amount else amount,
        "EUR",
        count=count or 1 if any_amount else count,
        any_amount=any_amount,
        role=role,
        **counted,
    )


def counted_alike(limit):
    return (
        limit.level,
        limit.role,
        limit.instrument,
        limit.per,
        limit.period,
        limit.any_amount,
        limit.tiers,
        limit.products,
    )


authority = several(
    st.builds(
        limit,
        whose=whose,
        instrument=st.sampled_from(INSTRUMENTS),
        any_amount=st.booleans(),
        amount=st.integers(0, 10**9),
        count=st.integers(0, 99),
        period=st.none() | real_spans | st.just(Span(24 * 3600)),
        per=st.sampled_from(["case", "customer", "person"]),
        tiers=for_whom,
        products=for_whom,
    ),
    unique_by=counted_alike,
).map(lambda limits: tuple(sorted(limits, key=lambda limit: (limit.level, limit.role, limit.instrument))))
percents = st.integers(0, 50)
offers = st.builds(
    Offers,
    per_contact=st.integers(0, 10**6),
    round_to=st.integers(1, 10**4),
    of_amount=percents,
    of_yearly_spend=st.just(1),
    of_yearly_spend_at_risk=st.integers(1, 50),
    theirs=st.integers(0, 20),
    unknown=st.integers(20, 50),
    low=percents,
    high=st.integers(100, 300),
    earlier_within=real_spans,
    instruments=several(st.sampled_from(INSTRUMENTS), unique=True).filter(bool),
    budget=st.integers(0, 10**9),
    due_confirm_above=st.integers(0, 10**6),
    grant_lasts=real_spans,
    rates=st.dictionaries(st.sampled_from(["USD", "GBP", "JPY"]), st.integers(1, 10**9)),
)


where = {
    "regions": several(texts, most=2),
    "products": several(texts, most=2),
    "channels": several(texts, most=2),
}
wordings = several(st.sampled_from(["(chat|call) ... recorded", "we record", "[really] guarantee"]), least=1)
disclosures = st.builds(
    Disclosure,
    name=names,
    say=texts,
    counts=st.just(()) | wordings,
    when=st.sampled_from(
        ["first_message", "promise", "complaint", "escalated", "final_response", "before_closing"]
    ),
    within=st.integers(1, 9),
    source=st.just("") | texts,
    **where,
) | st.builds(Disclosure, name=names, never=texts, counts=wordings, instead=st.just("") | texts, **where)


@st.composite
def policies(draw):
    drawn = draw(several(rules, most=4))
    limits = draw(authority)
    regulators = several(
        st.builds(
            RegulatorClock,
            name=names,
            pack=st.just("ombud"),
            length=spans,
            starts_on=st.sampled_from(["case_opened", "escalated", "complaint"]),
            stops_on=st.sampled_from(["acknowledged", "final_response", "resolved"]),
            says=st.just("") | texts,
            source=st.just("") | texts,
            warn=warns,
        ),
        unique_by=lambda clock: clock.name,
    )
    return draw(
        st.builds(
            Policy,
            name=names,
            version=st.integers(1, 10**6),
            close_within=real_spans,
            levels=st.tuples(*(levels(name, rank, above) for rank, (name, above) in enumerate(RUNGS))),
            desks=st.tuples(levels("care", 1, "manager", "functional")),
            rules=st.just(tuple(replace(rule, name=f"rule {place}") for place, rule in enumerate(drawn))),
            nobody_there=several(plans, most=1),
            steps=several(st.builds(LevelSteps, st.just("care"), several(steps)), most=1),
            before=st.just((BeforeStep("restate", "Said it back?", SEEN[:2]),)),
            clocks=st.builds(
                CaseClocks, first_response=st.none() | spans, follow_up=st.none() | spans, promise_reminder=spans,
                calendar=st.just("") | names, warn=warns,
            ),
            alerting=st.builds(Alerting, st.sampled_from([0.0, 0.25, 0.6, 1.0]), spans, st.integers(0, 500)),
            authority=st.just(limits),
            offers=offers,
            regulators=regulators,
            disclosures=several(disclosures, most=2, unique_by=lambda one: one.name),
            customer_messages=st.fixed_dictionaries({"escalated": messages, "other": messages}),
            language=st.sampled_from(["en", "de", "pt-BR"]),
            zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo"]),
            default_owner=st.just("") | names,
            same_matter_days=st.integers(1, 365),
            reopen_days=st.integers(1, 365),
            resolved_rating_at_most=st.integers(1, 5),
            ping_pong_limit=st.integers(1, 100),
            required_slots=several(st.sampled_from(tuple(SLOTS)), unique=True),
            silent_owner_after=spans,
            description=st.just("") | texts,
        )
    )  # fmt: skip


@settings(max_examples=40)
@given(policies())
def test_any_policy_is_read_back_as_it_was_written(policy):
    written = dump_policy(policy)
    assert without_lines(load_policy({"m.yaml": written})) == policy
    assert dump_policy(load_policy({"m.yaml": written})) == written


@settings(max_examples=40)
@given(policies())
def test_what_is_written_is_yaml_for_other_programs_too(policy):
    assert yaml.safe_load(dump_policy(policy))["matrix"] is not None


def test_what_is_written_reads_like_what_a_person_writes():
    written = dump_policy(load_policy({"m.yaml": SMALL}))
    assert '    when: {risk: ">= 0.7", same_matter: yes, offer_needed: "> authority"}\n' in written
    assert "  - agent: {team: frontline, accept: 5 min, resolve: 4 h (w), update: 2 h (w)}\n" in written
    assert "    - 10 min: tell rota:manager_on_call by [sms] if not accepted\n" in written
    assert '  - manager: hand to rota:night_desk; tell the customer "back {next_open}"\n' in written


def test_what_equals_its_default_is_left_out():
    written = dump_policy(load_policy({"m.yaml": SMALL}))
    assert [key for key in ("ping_pong_limit", "packet_needs", "alerting") if f"\n{key}:" in written] == []


ODD_TEXTS = [
    "line\nline", "tab\there", 'say "yes"', "back\\slash", "- dash", "a: b", "a #b", " a ", "a\u2028b", "a\ufeff",
    "\U0001f600 ü", "'", "#", "%", "&a", "null", "\x07",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_a_message_may_hold_any_character(text):
    policy = load_policy({"m.yaml": SMALL})
    policy = load_policy({"m.yaml": dump_policy(policy)})
    policy.customer_messages["escalated"] = text
    assert load_policy({"m.yaml": dump_policy(policy)}).customer_messages == {"escalated": text}
