"""What the house knows: articles, product facts, earlier solutions; their words; and whether they helped."""

# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, maybe_instant, words


class Article(models.Model):
    """``kind`` is ``article``, ``fact`` (of a product) or ``solution`` (an earlier case). ``source`` and ``external``
    say where it came from, so that a second import finds it. ``digest`` is of what was imported: a text edited here
    since is told from one that has not changed there. ``length`` is in words.
    """

    kind = words()
    source = words()
    external = words()
    title = words()
    text = words()
    product = words()
    region = words()
    language = words()
    state = words()
    digest = words()
    length = models.IntegerField(default=0)
    case = models.BigIntegerField(null=True)
    updated_at = instant()
    updated_by = words()
    reviewed_at = instant()
    reviewed_by = words()
    retired_at = maybe_instant()
    helped = models.IntegerField(default=0)
    not_helped = models.IntegerField(default=0)

    class Meta:
        db_table = "leeway_article"
        constraints = [models.UniqueConstraint(fields=["source", "external"], name="leeway_article_once")]
        indexes = [
            models.Index(fields=["state", "-updated_at", "-id"], name="leeway_article_state"),
            models.Index(fields=["product", "kind"], name="leeway_article_product"),
        ]

    def __str__(self) -> str:
        return self.title


class ArticleTerm(models.Model):
    """A word of a live article and how much it counts there."""

    term = words()
    article = models.BigIntegerField()
    weight = models.IntegerField()

    class Meta:
        db_table = "leeway_article_term"
        constraints = [models.UniqueConstraint(fields=["term", "article"], name="leeway_article_term_once")]
        indexes = [models.Index(fields=["article"], name="leeway_article_term_of")]

    def __str__(self) -> str:
        return self.term


class ArticleVote(models.Model):
    """One person's word on whether an article helped in one case."""

    article = models.BigIntegerField()
    case = models.BigIntegerField()
    person = words()
    helped = models.BooleanField()
    at = instant()

    class Meta:
        db_table = "leeway_article_vote"
        constraints = [
            models.UniqueConstraint(fields=["article", "case", "person"], name="leeway_article_vote_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.article}"
