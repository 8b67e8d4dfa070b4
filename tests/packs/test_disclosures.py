"""The section ``disclosures``: read strictly, and every shipped one does what it says."""

from __future__ import annotations

import pytest

from leeway.core.disclosure import Disclosure
from leeway.core.disclosures import said
from leeway.packs.matrix_file import load_pack, load_policy
from leeway.packs.overlays import combine, shipped_overlays
from leeway.packs.reader import Problems
from leeway.wiring import SHIPPED
from tests.packs.small_matrix import changed

BEFORE = "alerting: {"


def policy_with(*lines: str):
    section = "".join(f"  {line}\n" for line in lines)
    return load_policy({"m.yaml": changed(BEFORE, f"disclosures:\n{section}{BEFORE}")})


def test_a_statement_is_read_with_everything_it_may_say() -> None:
    (must, never) = policy_with(
        "- refund_time:",
        "    say: It takes five days.",
        '    counts: ["(five|5) days"]',
        "    when: offer",
        "    offers: [refund]",
        "    within: 2 messages",
        "    region: uk",
        "    product: [loans, cards]",
        "    channel: chat",
        "    source: our own rule",
        "- certain: {never: No day is certain., counts: [guarantee], instead: It is due then.}",
    ).disclosures
    assert must == Disclosure(
        "refund_time",
        say="It takes five days.",
        counts=("(five|5) days",),
        when="offer",
        within=2,
        offers=("refund",),
        regions=("uk",),
        products=("loans", "cards"),
        channels=("chat",),
        source="our own rule",
    )
    assert never == Disclosure(
        "certain", never="No day is certain.", counts=("guarantee",), instead="It is due then."
    )


MISTAKES = [
    ("- a: {counts: [b]}", "one of say, never"),
    ("- a: {say: b c, never: d e}", "one of say, never"),
    ("- a: {never: b c}", "the wordings it is known by, under counts"),
    ("- a: {say: b, when: tomorrow}", "first_message"),
    ("- a: {say: b, within: 2}", "a count of messages such as `2 messages`"),
    ("- a: {say: b, offers: [refund]}", "this only with `when: offer`"),
    ("- a: {say: b, instead: c}", "this only with `never`"),
    ('- a: {say: b, counts: ["(x"]}', "a phrase such as"),
    ('- a: {say: b, counts: ["..."]}', "a phrase such as"),
    ("- a: {never: b, counts: [c], within: 2 messages}", "must not be said at any turn"),
    ("- a: {say: b, chanel: chat}", "channel"),
]


@pytest.mark.parametrize(("line", "expected"), MISTAKES)
def test_a_mistake_is_told_with_its_line(line: str, expected: str) -> None:
    with pytest.raises(Problems) as refused:
        policy_with(line)
    assert any(expected in f"{problem.expected} {problem.hint}" for problem in refused.value.problems)
    assert {problem.line for problem in refused.value.problems} == {41}


def test_a_name_stands_once() -> None:
    with pytest.raises(Problems):
        policy_with("- a: {say: b}", "- a: {say: c}")


def everything_shipped() -> list[Disclosure]:
    packs = [load_pack(SHIPPED / name) for name in ("shop", "software")]
    return [one for pack in packs for one in pack.disclosures] + [
        one for overlay in shipped_overlays().values() for one in overlay.disclosures
    ]


@pytest.mark.parametrize("one", everything_shipped(), ids=lambda one: one.name)
def test_what_a_shipped_statement_says_counts_as_saying_it(one: Disclosure) -> None:
    if one.compulsory:
        assert said(one, f"Hello. {one.say} Anything else?")
    else:
        assert not said(one, one.instead)
        assert one.instead


SAID_OR_NOT = [
    ("refund_time", "You'll have the money back on your card within a week, 5 working days at most.", True),
    ("refund_time", "Your refund is on its way.", False),
    ("refund_time", "El dinero estará en su cuenta en 5 días laborables.", True),
    ("never_card_number", "Could you send me your full card number?", True),
    ("never_card_number", "Please don't send me your card number.", False),
    ("never_card_number", "The last four digits are enough.", False),
    ("no_certain_day", "I guarantee it will arrive tomorrow.", True),
    ("no_certain_day", "I can't guarantee that it arrives tomorrow.", False),
    ("no_certain_day", "It should arrive tomorrow.", False),
    ("recorded", "Just to let you know, this call is being recorded.", True),
    ("cancel_any_time", "You can of course cancel whenever you like.", True),
    ("never_password", "What is your password?", True),
    ("never_password", "We will never ask you to share your password.", False),
    ("no_certain_fix", "It will definitely be fixed by noon.", True),
    ("fca_ombudsman", "You may take this to the Financial Ombudsman within six months.", True),
    ("asic_afca", "You can go to AFCA, it costs nothing.", True),
]


@pytest.mark.parametrize(("name", "text", "counts"), SAID_OR_NOT)
def test_shipped_wordings(name: str, text: str, counts: bool) -> None:
    (one,) = (one for one in everything_shipped() if one.name == name)
    assert (said(one, text) is not None) == counts


def test_an_overlay_adds_its_statements_and_leaves_the_houses_own() -> None:
    overlay = shipped_overlays()["uk_fca"]
    plain = combine(load_pack(SHIPPED / "shop"), overlay)
    assert plain.disclosures[-1].name == "fca_ombudsman"
    assert combine(plain, overlay) == plain
