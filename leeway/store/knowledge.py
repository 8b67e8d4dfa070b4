"""Articles kept, found and judged. The ranking itself is in ``leeway.core.knowledge``; here are its counts and rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from leeway.core import knowledge as k
from leeway.core.case import Case
from leeway.core.refusals import Refusal
from leeway.store.models import Article, ArticleTerm, ArticleVote
from leeway.store.queries import story

Kind = Literal["article", "fact", "solution"]
KINDS: tuple[Kind, ...] = ("article", "fact", "solution")
LIVE, RETIRED = "live", "retired"

MOST_POSTINGS = 800
"""Places of words looked at for one question: the rarest words first, which tell the most."""

STALE_AFTER = timedelta(days=180)
UNHELPFUL_VOTES = 3
LAST_WORDS = 2
LONGEST_TEXT = 200_000


class NoSuchArticle(Refusal):
    def __init__(self, number: int) -> None:
        super().__init__(f"There is no article {number}.", code="unknown_article")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What somebody writes, or an import brings."""

    title: str
    text: str
    kind: Kind = "article"
    product: str = ""
    region: str = ""
    language: str = ""
    source: str = "house"
    external: str = ""
    case: int | None = None

    @property
    def digest(self) -> str:
        told = (self.title, self.text, self.kind, self.product, self.region, self.language)
        return hashlib.sha256("\0".join(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that answers a question, with the passage that does."""

    article: Article
    passage: k.Passage
    ranked: k.Ranked


# --- keeping


def write(told: Text, *, by: str, at: datetime, number: int = 0) -> int:
    """Writes an article, or changes the one of this number, and gives its number. Writing it is reviewing it."""
    _check(told)
    with transaction.atomic():
        article = _article(number) if number else Article(source=told.source, external=told.external)
        _fill(article, told, by=by, at=at)
        article.save()
        if not number and not told.external:
            article.external = f"A-{article.pk}"
            article.save(update_fields=["external"])
        _index(article)
    return int(article.pk)


def _check(told: Text) -> None:
    if not told.title.strip():
        raise Refusal("An article needs a title.", field="title")
    if not told.text.strip():
        raise Refusal("An article needs a text.", field="text")
    if len(told.text) > LONGEST_TEXT:
        raise Refusal(f"An article has at most {LONGEST_TEXT:,} characters.", field="text")


def _fill(article: Article, told: Text, *, by: str, at: datetime) -> None:
    article.kind, article.title, article.text = told.kind, told.title.strip()[:300], told.text
    article.product, article.region, article.language = told.product, told.region, told.language
    article.case, article.state, article.retired_at = told.case, LIVE, None
    article.updated_at, article.updated_by = at, by
    article.reviewed_at, article.reviewed_by = at, by


def _index(article: Article) -> None:
    weights, length = k.indexed(article.title, article.text, article.product)
    ArticleTerm.objects.filter(article=article.pk).delete()
    rows = [ArticleTerm(term=term, article=article.pk, weight=weight) for term, weight in weights.items()]
    ArticleTerm.objects.bulk_create(rows, batch_size=500)
    Article.objects.filter(pk=article.pk).update(length=length)


def take_in(told: Text, *, at: datetime, by: str = "import") -> str:
    """An import's article: ``new``, ``changed``, ``same``, or ``edited here`` (then ours stays)."""
    _check(told)
    with transaction.atomic():
        article = Article.objects.filter(source=told.source, external=told.external).first()
        if article is not None and article.digest == told.digest:
            return "same"
        if article is not None and article.updated_by not in ("", by):
            return "edited here"
        outcome = "new" if article is None else "changed"
        article = article or Article(source=told.source, external=told.external)
        _fill(article, told, by=by, at=at)
        article.digest = told.digest
        article.save()
        _index(article)
    return outcome


def review(number: int, *, by: str, at: datetime) -> None:
    """Somebody read it and it is still right."""
    article = _article(number)
    article.reviewed_at, article.reviewed_by = at, by
    article.save(update_fields=["reviewed_at", "reviewed_by"])


def retire(number: int, *, by: str, at: datetime) -> None:
    """Out of the search, and still readable where it was used."""
    with transaction.atomic():
        article = _article(number)
        article.state, article.retired_at, article.updated_by = RETIRED, at, by
        article.save(update_fields=["state", "retired_at", "updated_by"])
        ArticleTerm.objects.filter(article=number).delete()


def bring_back(number: int, *, by: str, at: datetime) -> None:
    with transaction.atomic():
        article = _article(number)
        article.state, article.retired_at = LIVE, None
        article.reviewed_at, article.reviewed_by, article.updated_by = at, by, by
        article.save()
        _index(article)


def vote(number: int, *, case: int, person: str, helped: bool, at: datetime) -> None:
    """Whether it helped here. One word a person and case: a second one takes the place of the first."""
    with transaction.atomic():
        _article(number)
        ArticleVote.objects.update_or_create(
            article=number, case=case, person=person, defaults={"helped": helped, "at": at}
        )
        votes = ArticleVote.objects.filter(article=number)
        yes = votes.filter(helped=True).count()
        Article.objects.filter(pk=number).update(helped=yes, not_helped=votes.count() - yes)


def _article(number: int) -> Article:
    found = Article.objects.filter(pk=number).first()
    if found is None:
        raise NoSuchArticle(number)
    return found


# --- finding


def search(
    text: str, *, product: str = "", region: str = "", language: str = "", most: int = 10
) -> list[Hit]:
    """The articles that answer these words, the best first; the same order on every database."""
    terms = k.question(text)
    corpus = _corpus(terms)
    return _hits(terms, corpus, _order(terms, corpus, (product, region, language), most))


def suggestions(case: Case, most: int = 2) -> list[Hit]:
    """What helps in this case now: nothing when nobody asks anything, or when nothing is good enough."""
    if not k.is_the_moment(case):
        return []
    said = [turn.message.text for turn in story.turns(case.id, most=6) if turn.message.author == "customer"]
    terms = k.asked_in(case, said[-LAST_WORDS:])
    corpus = _corpus(terms)
    order = _order(terms, corpus, (case.product, case.region, case.language), most + 1)
    hits = _hits(terms, corpus, [one for one in order if one.good])
    return [hit for hit in hits if hit.article.case != case.id][:most]


def _order(terms: Sequence[str], corpus: k.Corpus, where: tuple[str, str, str], most: int) -> list[k.Ranked]:
    chosen = k.worth_looking_up(terms, corpus, MOST_POSTINGS)
    if not chosen:
        return []
    rows = _rows(chosen)
    places = {row[1]: row[3:] for row in rows}
    wanted = tuple(word.casefold() for word in where)
    fitting = {number: place[0] for number, place in places.items() if _fits(place[1:], wanted)}
    own = [number for number in fitting if wanted[0] and places[number][1].casefold() == wanted[0]]
    return k.ranked(terms, (k.Posting(*row[:3]) for row in rows), fitting, corpus, favoured=own, most=most)


def _hits(terms: Sequence[str], corpus: k.Corpus, order: Sequence[k.Ranked]) -> list[Hit]:
    articles = Article.objects.in_bulk([one.article for one in order])
    weights = {term: k.rarity(corpus, term) for term in terms}
    return [
        Hit(article, k.passage(article.text, terms, weights), one)
        for one in order
        if (article := articles.get(one.article)) is not None
    ]


def _fits(where: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Empty says: everywhere. What is not known of the case does not exclude an article."""
    return all(not has or not want or has.casefold() == want for has, want in zip(where, wanted, strict=True))


def _corpus(terms: Sequence[str]) -> k.Corpus:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), coalesce(sum(length), 0) from leeway_article where state = %s", [LIVE]
        )
        count, total = cursor.fetchone()
        if not terms or not count:
            return k.Corpus(int(count), 1.0, {})
        places = ", ".join(["%s"] * len(terms))
        cursor.execute(
            f"select term, count(*) from leeway_article_term where term in ({places}) group by term",  # noqa: S608
            list(terms),
        )
        holding = {str(term): int(held) for term, held in cursor.fetchall()}
    return k.Corpus(int(count), total / count, holding)


def _rows(terms: Iterable[str]) -> list[tuple[str, int, int, int, str, str, str]]:
    chosen = list(terms)
    places = ", ".join(["%s"] * len(chosen))
    with connection.cursor() as cursor:
        cursor.execute(
            "select t.term, t.article, t.weight, a.length, a.product, a.region, a.language "  # noqa: S608 - bound
            f"from leeway_article_term t join leeway_article a on a.id = t.article where t.term in ({places})",
            chosen,
        )
        return [tuple(row) for row in cursor.fetchall()]


# --- looking after them


@dataclass(frozen=True, slots=True)
class Trouble:
    """An article somebody should look at, and why."""

    article: Article
    why: Literal["not reviewed", "the product has changed", "does not help"]


def troubles(now: datetime, most: int = 50) -> list[Trouble]:
    """Unhelpful ones first, then those whose product has changed since, then those nobody has read for long."""
    live = Article.objects.filter(state=LIVE)
    unhelpful = live.filter(not_helped__gte=UNHELPFUL_VOTES, not_helped__gt=F("helped")).order_by(
        "-not_helped", "pk"
    )
    found = {article.pk: Trouble(article, "does not help") for article in unhelpful[:most]}
    for article in _overtaken(live):
        found.setdefault(article.pk, Trouble(article, "the product has changed"))
    old = (
        live.exclude(kind="solution").filter(reviewed_at__lt=now - STALE_AFTER).order_by("reviewed_at", "pk")
    )
    for article in old[:most]:
        found.setdefault(article.pk, Trouble(article, "not reviewed"))
    return list(found.values())[:most]


def _overtaken(live: QuerySet[Article]) -> list[Article]:
    """Articles about a product of which a fact is newer than their last review."""
    newest: dict[str, datetime] = {}
    for product, at in live.filter(kind="fact").exclude(product="").values_list("product", "updated_at"):
        newest[product] = max(at, newest.get(product, at))
    about = live.filter(product__in=list(newest)).exclude(kind="fact").order_by("pk")
    return [article for article in about if article.reviewed_at < newest[article.product]]


def listed(
    text: str = "", *, kind: str = "", state: str = LIVE, after: int = 0, size: int = 50
) -> list[Article]:
    """For browsing, the latest first; with words, those that have them in their title."""
    rows = Article.objects.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(product__iexact=text))
    if after:
        rows = rows.filter(pk__lt=after)
    return list(rows.order_by("-pk")[:size])


def article(number: int) -> Article:
    """Raises ``NoSuchArticle``."""
    return _article(number)
