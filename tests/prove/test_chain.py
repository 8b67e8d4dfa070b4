"""A log that cannot be changed unnoticed: every way of touching it is found, and a case file proves itself."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leeway.core.facts import CustomerRef, MessageReceived
from leeway.desk.ports import Item
from leeway.store.doctor import examine
from leeway.store.rebuild import compare, stored
from leeway.store.seals.blanking import keep_digests
from leeway.store.seals.case_file import CaseFile, case_file
from leeway.store.seals.checking import Head, check, note_head, read_heads, strangers
from leeway.store.seals.packing import pack, unpack
from leeway.store.seals.sealing import leaves, seal_new, seals
from leeway.store.seals.tree import Peaks, leaf, paths, root_from
from leeway.store.seals.verifying import Unreadable, verify
from leeway.store.writer.chain import first_link, link
from leeway.store.writer.driver import Driver
from leeway.wiring import House
from tests.houses import MONDAY_MORNING, Watch
from tests.web.pages import django_house

__all__ = ["django_house"]


def say(house: House, *numbers: int, chat: str = "chat-1", customer: str = "ana") -> int:
    """Some messages of one customer; gives the case."""
    items = [
        Item(
            MessageReceived(
                id=f"{chat}-m{number}",
                at=MONDAY_MORNING,
                interaction=chat,
                author="customer",
                text=f"Where is my parcel {number}?",
                customer=CustomerRef(customer),
            )
        )
        for number in numbers
    ]
    *_, last = house.writer.call(items)
    return last.case


@pytest.fixture
def driver(django_house: House) -> Driver:
    return django_house.driver()


@pytest.fixture
def sealed(house: House, driver: Driver) -> int:
    """Three cases of four facts each, under three seals; gives the second case."""
    for number in range(3):
        for chat in ("one", "two", "three"):
            say(house, number, chat=chat, customer=chat)
        assert seal_new(driver, house.clock()) is not None
    return say(house, 7, chat="two", customer="two")


def change(driver: Driver, *statements: str) -> None:
    for statement in statements:
        assert driver.run(statement) >= 1, statement
    driver.commit()


# --- the tree


@given(st.integers(1, 70))
def test_every_leaf_leads_to_the_root_at_its_own_place_only(size: int):
    hashes = [leaf(bytes([number])) for number in range(size)]
    tree = Peaks()
    for digest in hashes:
        tree.append(digest)
    found = paths(hashes, range(size))
    for place, digest in enumerate(hashes):
        assert root_from(digest, place, size, found[place]) == tree.root()
        assert root_from(digest, (place + 1) % size, size, found[place]) != tree.root() or size == 1
        assert root_from(leaf(b"another"), place, size, found[place]) != tree.root()


def test_a_tree_that_goes_on_from_its_peaks_is_the_same_tree():
    whole, first = Peaks(), Peaks()
    for number in range(11):
        whole.append(leaf(bytes([number])))
        first.append(leaf(bytes([number])))
    second = Peaks(first.size, first.peaks)
    for number in range(11, 30):
        whole.append(leaf(bytes([number])))
        second.append(leaf(bytes([number])))
    assert second.root() == whole.root()


def test_the_tree_is_that_of_rfc_6962():
    """The test vectors certificate logs use (RFC 6962, eight leaves)."""
    tree = Peaks()
    for data in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ):
        tree.append(leaf(bytes.fromhex(data)))
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


# --- seals


def test_nothing_new_makes_no_seal(house: House, driver: Driver):
    assert seal_new(driver, house.clock()) is None
    say(house, 1)
    assert seal_new(driver, house.clock()) is not None
    assert seal_new(driver, house.clock()) is None


def test_two_who_seal_at_once_make_one_chain(house: House, driver: Driver):
    other = house.driver()
    for number in range(6):
        say(house, number)
        seal_new(other if number % 2 else driver, house.clock())
        seal_new(driver, house.clock())
    assert [seal.number for seal in seals(driver)] == list(range(1, 7))
    assert check(driver).broken is None


def test_an_untouched_log_is_whole(driver: Driver, sealed: int):
    found = check(driver)
    assert found.broken is None
    assert (found.seals, found.facts, found.unsealed) == (3, 10, 1)
    assert compare(driver, sealed) is None


TOUCHED = {
    "a text changed": [
        "update leeway_fact set body = replace(body, 'parcel 1', 'letter 1') where source_id = 'two-m1'"
    ],
    "what was known changed": ["update leeway_fact set known = '{}' where source_id = 'two-m1'"],
    "an event changed": [
        ("update leeway_event set body = replace(body, 'two-m1', 'two-m9') where kind = 'message_read' "
        "and fact_id = (select id from leeway_fact where source_id = 'two-m1')")
    ],
    "an event taken away": [
        ("delete from leeway_event where kind = 'message_read' "
        "and fact_id = (select id from leeway_fact where source_id = 'two-m1')")
    ],
    "a time changed": ["update leeway_fact set recorded_at = at where source_id = 'two-m1'",
                       "update leeway_fact set skewed = (1 = 1) where source_id = 'two-m1'"],
    "a fact taken away": ["delete from leeway_fact where source_id = 'two-m1'"],
    "the first facts taken away": ["delete from leeway_fact where id <= 2"],
    "the end cut off": ["delete from leeway_fact where id > 6"],
    "two facts swapped": [
        "update leeway_fact set seq = 99 where source_id = 'two-m1'",
        "update leeway_fact set seq = 2 where source_id = 'two-m2'",
        "update leeway_fact set seq = 3 where source_id = 'two-m1'",
    ],
    "a fact put in": [
        ("insert into leeway_fact (id, case_id, seq, source, source_id, kind, at, recorded_at, skewed, policy_version, "
        "body, known, digest) select 0, case_id, 77, source, 'forged', kind, at, recorded_at, skewed, policy_version, "
        "body, known, digest from leeway_fact where source_id = 'two-m1'")
    ],
    "a case taken out whole": [
        "delete from leeway_event where case_id = 2", "delete from leeway_fact where case_id = 2",
        "delete from leeway_case where id = 2",
    ],
    "a seal taken away": ["delete from leeway_seal where number = 2"],
}  # fmt: skip


@pytest.mark.parametrize("statements", TOUCHED.values(), ids=TOUCHED.keys())
def test_whatever_is_done_to_the_log_is_found(
    house: House, driver: Driver, sealed: int, tmp_path: Path, statements: list[str]
):
    del sealed
    driver.begin()
    change(driver, *statements)
    found = examine(driver, tmp_path, house.clock(), rebuild=True)
    assert {finding.check for finding in found.findings if finding.severity == "error"} & {"replay", "seals"}


def test_a_case_written_anew_with_new_digests_is_found_by_its_seal(house: House, driver: Driver, sealed: int):
    """Somebody who knows how digests are made can make a case's own chain fit; not the tree over the house."""
    (forged,) = driver.select("select id, body, known, digest from leeway_fact where source_id = 'two-m0'")
    digest, body = "", str(forged[1]).replace("parcel", "letter")
    driver.begin()
    driver.run("update leeway_fact set body = ? where id = ?", (body, forged[0]))
    rows = driver.select("select id, body, known from leeway_fact where case_id = ? order by seq", (sealed,))
    for number, fact, known in rows:
        events = driver.select(
            "select body from leeway_event where case_id = ? and fact_id = ? order by seq", (sealed, number)
        )
        digest = link(digest, fact, known, [text for (text,) in events])
        driver.run("update leeway_fact set digest = ? where id = ?", (digest, number))
    driver.run("update leeway_case set digest = ? where id = ?", (digest, sealed))
    driver.commit()
    assert compare(driver, sealed) is None
    broken = check(driver).broken
    assert broken is not None
    assert broken.seal == 1


def test_the_first_broken_seal_says_where_to_look(driver: Driver, sealed: int):
    del sealed
    driver.begin()
    change(driver, "update leeway_fact set policy_version = 9 where id = 5")
    broken = check(driver).broken
    assert broken is not None
    assert (broken.seal, broken.after, broken.upto) == (2, 3, 6)


def test_a_log_replaced_with_its_seals_is_found_by_a_head_kept_elsewhere(
    house: House, driver: Driver, sealed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    del sealed
    notary = tmp_path / "heads.ndjson"
    for seal in seals(driver):
        note_head(notary, seal)
    assert list(strangers(driver, read_heads(notary))) == []
    monkeypatch.setenv("LEEWAY_NOTARY", str(notary))
    before = examine(driver, tmp_path, house.clock())
    assert not any(finding.check == "seals" for finding in before.findings)
    driver.begin()
    change(driver, "update leeway_fact set policy_version = 9 where id = 5", "delete from leeway_seal")
    assert seal_new(driver, house.clock()) is not None
    assert check(driver).broken is None
    found = examine(driver, tmp_path, house.clock())
    assert any("is not in this log" in finding.says for finding in found.findings)


def test_a_log_from_before_payloads_had_digests_still_verifies(house: House, driver: Driver):
    case = say(house, 1)
    ((number, body, known),) = driver.select(
        "select id, body, known from leeway_fact where case_id = ?", (case,)
    )
    events = [
        text
        for (text,) in driver.select("select body from leeway_event where case_id = ? order by seq", (case,))
    ]
    driver.begin()
    driver.run(
        "update leeway_fact set digest = ? where id = ?", (first_link("", body, known, events), number)
    )
    driver.run("update leeway_case set digest = ? where id = ?", (first_link("", body, known, events), case))
    driver.commit()
    assert compare(driver, case) is None


# --- erased texts


def blank(driver: Driver, fact: int) -> None:
    driver.begin()
    keep_digests(driver, [fact], at=MONDAY_MORNING, why="erased for dana")
    (body,) = driver.select("select body from leeway_fact where id = ?", (fact,))[0]
    gone = {**json.loads(body), "text": ""}
    driver.run("update leeway_fact set body = ? where id = ?", (json.dumps(gone), fact))
    driver.commit()


def test_an_erased_text_leaves_the_chain_whole(house: House, driver: Driver, sealed: int):
    blank(driver, 2)
    assert compare(driver, sealed) is None
    assert check(driver).broken is None
    assert stored(driver, sealed).messages == 4
    verdict = verify(case_file(driver, sealed, house.clock()))
    assert verdict.holds
    assert any("erased" in says for says in verdict.not_proved)


# --- the case file


@pytest.fixture
def made(house: House, driver: Driver, sealed: int) -> CaseFile:
    return case_file(driver, sealed, house.clock())


def test_a_case_file_proves_itself(made: CaseFile, tmp_path: Path):
    for name in ("case.json", "case.zip"):
        pack(tmp_path / name, made)
        assert unpack(tmp_path / name) == made
    verdict = verify(made)
    assert verdict.holds
    assert verdict.facts == 4
    assert [line.text for line in made.transcript][:2] == ["Where is my parcel 0?", "Where is my parcel 1?"]
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        assert b"parcel 1" in archive.read("transcript.txt")


def test_a_case_file_shows_nothing_of_other_cases(made: CaseFile):
    assert b"one-m1" not in msgspec.json.encode(made)
    assert b"two-m1" in msgspec.json.encode(made)


def test_what_is_not_proved_is_said(made: CaseFile, driver: Driver):
    alone = verify(made)
    assert any("published" in says for says in alone.not_proved)
    assert any("younger than its last seal" in says for says in alone.not_proved)
    known = verify(made, [Head.of(seal) for seal in seals(driver)])
    assert any("published" in says for says in known.proved)


FORGERIES: dict[str, Callable[[CaseFile], CaseFile]] = {
    "a text": lambda made: replace(made, facts=(_said(made.facts[0]), *made.facts[1:])),
    "a fact less at the beginning": lambda made: replace(made, facts=made.facts[1:]),
    "a fact less in the middle": lambda made: replace(made, facts=(made.facts[0], *made.facts[2:])),
    "two facts swapped": lambda made: replace(made, facts=(made.facts[1], made.facts[0], *made.facts[2:])),
    "an event less": lambda made: replace(
        made, facts=(replace(made.facts[0], events=made.facts[0].events[:-1]), *made.facts[1:])
    ),
    "another place": lambda made: replace(made, facts=(replace(made.facts[0], place=2), *made.facts[1:])),
    "another head": lambda made: replace(made, head=replace(made.head, root="00" * 32)),  # type: ignore[type-var]
    "another transcript": lambda made: replace(made, transcript=made.transcript[1:]),
    "another time": lambda made: replace(
        made, facts=(replace(made.facts[0], leaf=replace(made.facts[0].leaf, skewed=True)), *made.facts[1:])
    ),
}


def _said(fact):
    return replace(fact, fact=fact.fact.replace("parcel", "letter"))


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_case_file_is_found(made: CaseFile, forge: Callable[[CaseFile], CaseFile]):
    verdict = verify(forge(made))
    assert not verdict.holds
    assert verdict.wrong
    assert not verdict.proved


def test_a_case_file_of_a_replaced_log_is_found_by_the_published_head(made: CaseFile):
    assert made.head is not None
    assert not verify(made, [replace(made.head, root="11" * 32)]).holds


@pytest.mark.parametrize("data", [b"", b"{}", b"PK", b"\xff\xfe", b'{"format": "something"}'])
def test_what_is_no_case_file_is_refused(tmp_path: Path, data: bytes):
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(Unreadable):
        unpack(tmp_path / "file")


def test_leaves_say_what_is_sealed(driver: Driver, sealed: int, watch: Watch):
    del sealed
    (first, *_) = leaves(driver)
    assert first.fact == 1
    assert first.recorded_at == watch()
