"""The tables. Thin rows: what a case is stands in ``leeway.core.case``; a row keeps it, and what lists sort
by.

JSON is kept as text, written and read by ``msgspec``: the log's hash chain covers exactly the bytes that
were stored, and both databases hold the same ones. Only small settings that nobody signs use Django's
``JSONField``.
"""

from leeway.store.models.access import AccessRow
from leeway.store.models.case import CaseRow, InteractionRow
from leeway.store.models.console import CustomerLink, SavedFilter
from leeway.store.models.customer import CustomerRow
from leeway.store.models.document import Document
from leeway.store.models.draft import DraftVote
from leeway.store.models.knowledge import Article, ArticleTerm, ArticleVote
from leeway.store.models.log import EventRow, FactRow
from leeway.store.models.offer import ApprovalRow, OfferRow
from leeway.store.models.outbox import OutboxRow
from leeway.store.models.projections import EscalationRow, PersonLoad, PromiseRow
from leeway.store.models.seal import BlankedRow, SealRow
from leeway.store.models.token import Token
from leeway.store.models.watch import RunMark

__all__ = [
    "AccessRow",
    "ApprovalRow",
    "Article",
    "ArticleTerm",
    "ArticleVote",
    "BlankedRow",
    "CaseRow",
    "CustomerLink",
    "CustomerRow",
    "Document",
    "DraftVote",
    "EscalationRow",
    "EventRow",
    "FactRow",
    "InteractionRow",
    "OfferRow",
    "OutboxRow",
    "PersonLoad",
    "PromiseRow",
    "RunMark",
    "SavedFilter",
    "SealRow",
    "Token",
]
