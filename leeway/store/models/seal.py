"""Seals over the whole log, and what stands for texts that had to be erased."""

# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, words


class SealRow(models.Model):
    """The log up to fact ``last`` in one digest: the root of the tree over all facts (ADR 11).

    ``facts`` is how many there are up to there; ``peaks`` what is needed to go on from here.
    """

    number = models.IntegerField(primary_key=True)
    last = models.BigIntegerField()
    facts = models.BigIntegerField()
    root = words()
    peaks = words()
    sealed_at = instant()

    class Meta:
        db_table = "leeway_seal"

    def __str__(self) -> str:
        return f"seal {self.number}: {self.facts} facts"


class BlankedRow(models.Model):
    """What a part of a fact had for a digest before its text was erased. ``part`` is ``fact``, ``known`` or ``events``
    (all events of the fact together). Whoever erases writes this in the same transaction; see ``store.seals.blanking``.
    """

    fact = models.ForeignKey(
        "store.FactRow", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    part = words()
    digest = words()
    at = instant()
    why = words()

    class Meta:
        db_table = "leeway_blanked"
        constraints = [models.UniqueConstraint(fields=["fact", "part"], name="leeway_blanked_once")]

    def __str__(self) -> str:
        return f"{self.part} of fact {self.fact_id}"
