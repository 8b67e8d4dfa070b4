"""Finding what helps: the words of an article, how well it answers, which passage, and whether now is the moment.

The ranking is BM25 over words that we cut ourselves, with counts that both databases hold alike, so that both give the
same articles in the same order. No two answers tie: what is equal is told apart by its number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

import msgspec

from leeway.core.case import Case
from leeway.core.reading.tokens import fold

TITLE_COUNTS = 4
"""A word of the title counts as so many of the text."""

SATURATION = 1.4
LENGTH_MATTERS = 0.6
MOST_TERMS = 24
"""So many words of a question are looked up, the rarest first."""

LONGEST_TERM = 24
FAVOUR = 1.25
"""By how much an article about the very product counts more."""

PASSAGE_LENGTH = 420
GOOD_SHARE = 0.34
"""The share of what a question asks for (its words, by how rare they are) that an article has to answer."""

GOOD_WEIGHT = 4.0
"""And how much that must be: two words that are in every article say nothing."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_BLANK_LINES = re.compile(r"\n\s*\n")
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_MARKUP = re.compile(r"[*_`>#|~]+|!?\[([^\]]*)\]\([^)]*\)")

STOP = frozenset(
    (
        "a an the and or but if then else of in on at to for from by with without about into over under as is "
        "are was were be been being am do does did done have has had having i i'm im me my mine we us our you "
        "your yours he she it its they them their this that these those there here what which who whom when "
        "where why how can could may might must shall should will would not no nor so too very just also only "
        "than not dont don't doesn't didn't isn't can't cannot won't please hello hi hey thanks thank ok okay "
        "yes get got want need like know tell help really still again now today any some all more most much "
        "many one two let go going say said ask asked make made see said back out up down off el la los las "
        "un una unos unas y o pero si de del en a al por para con sin sobre es son fue era ser estar esta "
        "este esto que quien cuando donde como cual no ni muy mas ya yo mi tu su se me te le lo nos hola "
        "gracias favor quiero necesito puede puedo hay tengo tiene he ha han der die das ein eine und oder "
        "aber ist sind war in auf zu mit von fur ich sie wir nicht "
    ).split()
)


class Posting(NamedTuple):
    """A word of an article and how much it counts there."""

    term: str
    article: int
    weight: int


class Corpus(NamedTuple):
    """How many articles there are, how long on average, and how many hold each word of the question."""

    articles: int
    mean_length: float
    holding: Mapping[str, int]


class Ranked(NamedTuple):
    """``share`` of the question that it answers, ``weight`` how much that is; ``score`` orders."""

    article: int
    score: float
    share: float
    weight: float

    @property
    def good(self) -> bool:
        """Good enough to be shown to somebody who did not ask."""
        return self.share >= GOOD_SHARE and self.weight >= GOOD_WEIGHT


class Passage(msgspec.Struct, frozen=True):
    """The piece of an article that helps, without markup, and where the words of the question stand in it."""

    text: str
    heading: str = ""
    marks: tuple[tuple[int, int], ...] = ()


# Words


def terms_of(text: str) -> list[str]:
    """The words that can be searched, each as its stem. Numbers of one's own case are no words."""
    found = []
    for word in _WORD.findall(fold(text)):
        plain = word.removesuffix("'s").replace("'", "")
        if word in STOP or plain in STOP or len(plain) < 2 or plain.isdigit():
            continue
        found.append(stem(plain)[:LONGEST_TERM])
    return found


_ENDINGS = (
    ("ies", "y"),
    ("ings", ""),
    ("ing", ""),
    ("ions", "ion"),
    ("edly", ""),
    ("ed", ""),
    ("es", ""),
    ("s", ""),
    ("e", ""),
)


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """Close enough for "refund", "refunds", "refunded" to be one word. Long enough to keep "news" and "new" apart."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            short = word[: -len(ending)] + instead
            doubled = len(short) > 3 and short[-1] == short[-2] and short[-1] not in "aeiouls"
            return short[:-1] if doubled else short
    return word


def indexed(title: str, text: str, more: str = "") -> tuple[dict[str, int], int]:
    """Each word of an article with how much it counts, and the article's length in words."""
    body = terms_of(f"{text}\n{more}")
    weights: dict[str, int] = {}
    for term in body:
        weights[term] = weights.get(term, 0) + 1
    for term in terms_of(title):
        weights[term] = weights.get(term, 0) + TITLE_COUNTS
    return weights, max(1, len(body))


def question(*texts: str) -> list[str]:
    """The different words of a question in their order."""
    return list(dict.fromkeys(term for text in texts for term in terms_of(text)))


# Order


def rarity(corpus: Corpus, term: str) -> float:
    holding = corpus.holding.get(term, 0)
    return log(1 + (corpus.articles - holding + 0.5) / (holding + 0.5))


def worth_looking_up(terms: Sequence[str], corpus: Corpus, most_postings: int) -> list[str]:
    """The words to look up, the rarest first, until there would be too many places to look at."""
    known = sorted(
        (term for term in terms if corpus.holding.get(term)), key=lambda term: (corpus.holding[term], term)
    )
    chosen: list[str] = []
    places = 0
    for term in known[:MOST_TERMS]:
        places += corpus.holding[term]
        if chosen and places > most_postings:
            break
        chosen.append(term)
    return chosen


def ranked(
    terms: Sequence[str],
    postings: Iterable[Posting],
    lengths: Mapping[int, int],
    corpus: Corpus,
    *,
    favoured: Collection[int] = (),
    most: int = 1_000_000,
) -> list[Ranked]:
    """The best articles, the best first. ``lengths`` in words; articles without one are left out. ``favoured`` ones
    count more.
    """
    weights = {term: rarity(corpus, term) for term in terms if corpus.holding.get(term)}
    wanted = sum(weights.values()) or 1.0
    short, per_word = (
        SATURATION * (1 - LENGTH_MATTERS),
        SATURATION * LENGTH_MATTERS / (corpus.mean_length or 1),
    )
    scores: dict[int, float] = {}
    covered: dict[int, float] = {}
    for term, article, count in postings:
        weight, length = weights.get(term), lengths.get(article)
        if weight is None or length is None:
            continue
        gained = weight * count * (SATURATION + 1) / (count + short + per_word * length)
        scores[article] = scores.get(article, 0.0) + gained
        covered[article] = covered.get(article, 0.0) + weight
    for article in favoured:
        if article in scores:
            scores[article] *= FAVOUR
    # Sums of floats depend on their order by the last digit, and the order of rows on the database.
    order = sorted((-round(score, 6), article) for article, score in scores.items())[:most]
    return [
        Ranked(article, -score, round(covered[article] / wanted, 6), round(covered[article], 6))
        for score, article in order
    ]


# The passage


def passage(text: str, terms: Sequence[str], weights: Mapping[str, float]) -> Passage:
    """The stretch of an article that answers most of the question; its beginning when none does."""
    pieces = _pieces(text)
    if not pieces:
        return Passage("")
    heading, best = max(pieces, key=lambda piece: _answers(f"{piece[0]} {piece[1]}", terms, weights))
    shown = _cut(best, terms)
    return Passage(shown, heading, _marks(shown, frozenset(terms)))


def _pieces(text: str) -> list[tuple[str, str]]:
    """Paragraphs without markup, short neighbours under one heading joined, each with its heading."""
    pieces: list[tuple[str, str]] = []
    heading = ""
    for block in _BLANK_LINES.split(text):
        lines = block.strip().splitlines()
        while lines and (title := _HEADING.match(lines[0])):
            heading, lines = plain(title[1]), lines[1:]
        said = plain(" ".join(line.strip() for line in lines))
        if not said:
            continue
        if pieces and pieces[-1][0] == heading and len(pieces[-1][1]) + len(said) < PASSAGE_LENGTH:
            said = f"{pieces.pop()[1]} {said}"
        pieces.append((heading, said))
    return pieces


def plain(text: str) -> str:
    """Markdown without its signs: what can be put into an answer to a customer."""
    return " ".join(_MARKUP.sub(lambda found: found[1] or "", text).split())


def _answers(text: str, terms: Sequence[str], weights: Mapping[str, float]) -> float:
    there = set(terms_of(text))
    return sum(weights.get(term, 0.0) for term in terms if term in there)


def _cut(text: str, terms: Sequence[str]) -> str:
    """Whole sentences around the first word of the question, no longer than a person reads at a glance."""
    if len(text) <= PASSAGE_LENGTH:
        return text
    sentences = re.split(r"(?<=[.!?]) +", text)
    wanted = frozenset(terms)
    first = next((place for place, said in enumerate(sentences) if wanted & set(terms_of(said))), 0)
    shown = sentences[first]
    for said in sentences[first + 1 :]:
        if len(shown) + len(said) > PASSAGE_LENGTH:
            break
        shown = f"{shown} {said}"
    return shown if len(shown) <= PASSAGE_LENGTH else f"{shown[: PASSAGE_LENGTH - 1].rsplit(' ', 1)[0]}…"


def _marks(shown: str, terms: frozenset[str]) -> tuple[tuple[int, int], ...]:
    words = _WORD.finditer(fold(shown))
    return tuple(
        word.span()
        for word in words
        if stem(word[0].removesuffix("'s"))[:LONGEST_TERM] in terms and word[0] not in STOP
    )


# The moment


def is_the_moment(case: Case) -> bool:
    """Whether somebody has a question or a problem that is still open: the customer wrote last, and not only thanks."""
    return (
        case.live and case.waiting_since is not None and (case.summary is not None or case.wish is not None)
    )


def asked_in(case: Case, last_words: Sequence[str]) -> list[str]:
    """What to look for: the customer's latest words, what it is about, and the product."""
    about = case.summary.text if case.summary else ""
    return question(*last_words, about, case.subject, case.product)
