"""Articles kept and found on a database; imports; earlier solutions."""

from __future__ import annotations

import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from leeway.core.case import Case
from leeway.core.refusals import Refusal
from leeway.store import article_lines, knowledge
from leeway.store.exporting import Only, export
from leeway.store.importing.articles import Defaults, NoArticles, Refused, import_articles, read
from leeway.store.importing.from_html import markdown
from leeway.store.importing.restoring import restore
from leeway.store.importing.solutions import ended_well, solution
from leeway.store.knowledge import Text
from leeway.store.models import ArticleTerm
from leeway.wiring import House

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SHARED = Path(os.environ.get("LEEWAY_SHARED", Path(__file__).parents[3] / "shared"))

TEXTS = [
    ("Refund time", "A refund takes 5 to 7 working days. Ask the bank when it is later than that."),
    ("Broken on arrival", "Take a photo of the damage. We send a replacement or refund the price."),
    ("Reset your password", "Open the sign-in page and choose Forgot password. A link is sent by e-mail."),
    ("Delivery days", "We deliver from Monday to Friday. The carrier sends a tracking link."),
]


@pytest.fixture
def library() -> list[int]:
    return [knowledge.write(Text(title=title, text=text), by="clara", at=NOW) for title, text in TEXTS]


def titles(text: str, **where: str) -> list[str]:
    return [hit.article.title for hit in knowledge.search(text, **where)]


def test_the_order_is_this_one_on_every_database(library: list[int]) -> None:
    """Equality: the whole list, with its figures. This test runs on both databases."""
    hits = knowledge.search("refund for a broken blender, which link shows the delivery?")
    assert [(hit.article.title, hit.ranked.score) for hit in hits] == [
        ("Broken on arrival", 2.853554),
        ("Delivery days", 2.853554),
        ("Refund time", 1.329742),
        ("Reset your password", 0.63915),
    ]


def test_what_is_changed_is_found_by_its_new_words_only(library: list[int]) -> None:
    knowledge.write(Text(title="Refund time", text="Now instant."), by="clara", at=NOW, number=library[0])
    assert titles("bank") == []
    assert titles("instant") == ["Refund time"]


def test_a_retired_article_is_not_found_and_can_come_back(library: list[int]) -> None:
    knowledge.retire(library[0], by="clara", at=NOW)
    assert "Refund time" not in titles("refund bank")
    assert not ArticleTerm.objects.filter(article=library[0]).exists()
    knowledge.bring_back(library[0], by="clara", at=NOW)
    assert titles("bank") == ["Refund time"]


def test_an_article_of_another_region_product_or_language_is_left_out() -> None:
    where = {"product": "Blender", "region": "uk", "language": "en"}
    knowledge.write(Text(title="Warranty", text="Two years.", **where), by="clara", at=NOW)
    assert titles("warranty") == ["Warranty"]
    assert titles("warranty", **where) == ["Warranty"]
    for name in where:
        assert titles("warranty", **{**where, name: "other"}) == []


def test_an_article_of_the_very_product_comes_first() -> None:
    for product in ("", "Blender"):
        knowledge.write(Text(title="Warranty", text="Two years.", product=product), by="clara", at=NOW)
    assert [hit.article.product for hit in knowledge.search("warranty", product="blender")] == ["Blender", ""]


def test_a_text_without_title_is_refused_and_one_that_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(Refusal, match="title"):
        knowledge.write(Text(title=" ", text="x"), by="clara", at=NOW)
    with pytest.raises(knowledge.NoSuchArticle):
        knowledge.write(Text(title="x", text="x"), by="clara", at=NOW, number=999)


def test_votes_count_once_a_person_and_case_and_unhelpful_articles_are_reported(library: list[int]) -> None:
    for case in (1, 2, 3, 3):
        knowledge.vote(library[0], case=case, person="sam", helped=False, at=NOW)
    knowledge.vote(library[1], case=1, person="sam", helped=True, at=NOW)
    article = knowledge.article(library[0])
    assert (article.helped, article.not_helped) == (0, 3)
    assert [(one.article.title, one.why) for one in knowledge.troubles(NOW)] == [
        ("Refund time", "does not help")
    ]


def test_what_nobody_has_read_for_long_is_stale_until_somebody_does(library: list[int]) -> None:
    later = NOW + knowledge.STALE_AFTER + timedelta(days=1)
    assert [one.why for one in knowledge.troubles(later)] == ["not reviewed"] * 4
    knowledge.review(library[0], by="clara", at=later)
    assert library[0] not in [one.article.pk for one in knowledge.troubles(later)]


def test_an_article_is_overtaken_when_a_fact_of_its_product_is_newer() -> None:
    number = knowledge.write(
        Text(title="Blender how-to", text="Press start.", product="Blender"), by="c", at=NOW
    )
    knowledge.write(
        Text(title="Blender", text="Has two speeds now.", product="Blender", kind="fact"),
        by="c",
        at=NOW + timedelta(1),
    )
    assert [(one.article.pk, one.why) for one in knowledge.troubles(NOW + timedelta(2))] == [
        (number, "the product has changed")
    ]


def test_articles_go_out_with_an_export_and_come_back_findable(house: House, tmp_path: Path) -> None:
    driver = house.driver()
    line = article_lines.ArticleLine(
        "article", "house", "A-1", "Refund time", "Ask ana@example.org.", "", "", "", "live", "", "clara", "clara",
        None, NOW, NOW, None, 2, 1,
    )  # fmt: skip
    driver.begin()
    article_lines.take_back(driver, [line, line])
    driver.commit()
    assert list(article_lines.articles(driver)) == [line]
    assert [masked.text for masked in article_lines.articles(driver, masked=True)] == ["Ask [email]."]
    manifest = export(driver, tmp_path / "out", Only(), now=NOW)
    assert manifest.files[article_lines.FILE] == 1
    driver.begin()
    driver.run("delete from leeway_article")
    driver.run("delete from leeway_article_term")
    driver.commit()
    restore(driver, tmp_path / "out", now=NOW)
    assert list(article_lines.articles(driver)) == [line]
    assert driver.select("select weight from leeway_article_term where term = ?", ("refund",)) == [(4,)]


# --- taken in from elsewhere


def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "refund.md").write_text(
        "---\ntitle: Refunds\nproduct: Blender\nlanguage: en-GB\n---\nFive days.\n"
    )
    (tmp_path / "sub" / "plain-name.md").write_text("Only text.\n")
    (tmp_path / "sub" / "heading.md").write_text("# From the heading\n\nText.\n")
    (tmp_path / "page.html").write_text(
        "<title>Page – Help</title><nav>Menu</nav><h1>Page</h1><p>First&nbsp;one.</p>"
        "<script>x()</script><ul><li>a<li>b</ul>"
    )
    (tmp_path / "empty.md").write_text("")
    (tmp_path / "latin.md").write_bytes(b"caf\xe9")
    (tmp_path / "bad.md").write_text("---\n[: x\n---\nText")
    (tmp_path / "picture.png").write_bytes(b"x")
    return tmp_path


def test_a_folder_is_taken_in_once_and_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    where = folder(tmp_path)
    report = import_articles(where, Defaults(source="docs"), now=NOW)
    assert (report.new, report.changed, report.same) == (4, 0, 0)
    assert {(one.what, one.why) for one in report.refused} == {
        ("empty.md", "no text"),
        ("latin.md", "not in UTF-8"),
        ("bad.md", "its front matter is no YAML"),
    }
    again = import_articles(where, Defaults(source="docs"), now=NOW)
    assert (again.new, again.changed, again.same) == (0, 0, 4)
    (where / "refund.md").write_text("# Refunds\n\nTen days.\n")
    assert import_articles(where, Defaults(source="docs"), now=NOW).changed == 1
    assert [article.title for article in knowledge.listed(text="plain")] == ["Plain name"]


def test_what_was_edited_here_stays(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nTheirs.\n")
    import_articles(tmp_path, Defaults(), now=NOW)
    (article,) = knowledge.listed()
    knowledge.write(Text(title="A", text="Ours."), by="clara", at=NOW, number=article.pk)
    (tmp_path / "a.md").write_text("# A\n\nTheirs, new.\n")
    report = import_articles(tmp_path, Defaults(), now=NOW)
    assert report.edited_here == 1
    assert knowledge.article(article.pk).text == "Ours."


def test_exports_of_help_centres_are_read(tmp_path: Path) -> None:
    articles = [
        {"id": 7, "title": "Refunds", "body": "<p>Five <b>days</b>.</p>", "locale": "en-us", "draft": False},
        {"id": 8, "title": "Draft", "body": "<p>x</p>", "draft": True},
        "nonsense",
    ]
    (tmp_path / "a.json").write_text(json.dumps({"articles": articles}))
    (tmp_path / "b.csv").write_text('title,text,product\nHours,"Nine to five",Shop\n')
    (tmp_path / "c.jsonl").write_text(json.dumps({"title": "Lines", "text": "One a line."}) + "\n")
    (tmp_path / "d.json").write_text("{}")
    found = list(read(tmp_path, Defaults()))
    assert [(one.title, one.text, one.external) for one in found if isinstance(one, Text)] == [
        ("Refunds", "Five days.", "7"),
        ("Hours", "Nine to five", "b.csv:1"),
        ("Lines", "One a line.", "c.jsonl:1"),
    ]
    assert [one.why.partition(":")[0] for one in found if isinstance(one, Refused)] == [
        "a draft there",
        "no article but a bare value",
        "cannot be read",
    ]


def test_a_zip_of_a_site_is_read_and_nothing_of_it_is_written_to_the_disk(tmp_path: Path) -> None:
    where = tmp_path / "site.zip"
    with zipfile.ZipFile(where, "w") as archive:
        archive.writestr("../../evil.md", "# Evil\n\nText.")
        archive.writestr("help/a.html", "<h1>A</h1><p>Text</p>")
    assert [one.title for one in read(where, Defaults()) if isinstance(one, Text)] == ["Evil", "A"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["site.zip"]


def test_nothing_to_import_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoArticles):
        list(read(tmp_path, Defaults()))
    (tmp_path / "x.exe").write_bytes(b"MZ")
    with pytest.raises(NoArticles):
        list(read(tmp_path / "x.exe", Defaults()))


def test_html_becomes_headings_paragraphs_and_lists() -> None:
    title, text = markdown(
        "<h2>How &amp; why</h2><p>One<br>two</p><ol><li>a</li><li>b</li></ol><form>x</form>"
    )
    assert title == "How & why"
    assert text == "One\n\ntwo\n\n- a\n- b"


# --- earlier solutions


def solved(**changes: object) -> Case:
    case = Case(
        7,
        status="closed",
        customer_name="Ana López",
        subject="Ana López: blender broken, call +44 20 7946 0958",
        resolution="Sent Ana a new blender by express and refunded the shipping.",
    )
    return replace(case, **changes)


def test_only_good_endings_are_learnt_from() -> None:
    assert ended_well(solved())
    for changes in (
        {"status": "open"},
        {"reopened": 1},
        {"rating": 2},
        {"follow_up_solved": False},
        {"resolution": "done"},
    ):
        assert not ended_well(solved(**changes))
    assert ended_well(solved(rating=5))


def test_a_solution_names_nobody() -> None:
    told = solution(solved())
    assert "express" in told.text
    assert not [word for word in ("Ana", "López", "7946") if word in told.text + told.title]


# --- public data, where it is there


def test_guidelines_are_found_by_what_their_dialogues_are_about() -> None:
    """Flows of a public agents' guide, asked by the first customer turns of the sample dialogues of these flows."""
    where = SHARED / "data" / "abcd_guidelines"
    if not where.exists():
        pytest.skip("no shared data here: abcd_guidelines")
    guide = json.loads((where / "guidelines.json").read_text())
    for flow, told in guide.items():
        for name, one in told["subflows"].items():
            steps = [f"{item['text']} {' '.join(item['subtext'])}" for item in one["actions"]]
            body = "\n\n".join([*one["instructions"], *steps])
            knowledge.write(Text(title=name, text=body, external=f"{flow}/{name}"), by="test", at=NOW)
    hits = knowledge.search("I forgot my password and need a new one", most=3)
    assert "Recover Password" in [hit.article.title for hit in hits]
