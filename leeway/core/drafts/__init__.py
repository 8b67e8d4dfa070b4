"""Reads an agent's draft before it is sent.

    pack = languages.drafts("en")
    for finding in read_draft(pack, "Calm down, we can't ship before Friday.", DraftContext(turns=...)):
        print(finding.kind, finding.quote, "->", finding.suggestion)

The words are data, one file a language (``leeway/languages/drafts``). What is compulsory or forbidden to say is
not this reader's: ``core.disclosures`` finds it, and whoever shows findings shows both.
"""

from leeway.core.drafts.context import DraftContext, Turn
from leeway.core.drafts.finding import FINDING_KINDS, Finding, FindingKind
from leeway.core.drafts.pack import DraftData, DraftPack, compile_drafts
from leeway.core.drafts.read import read_draft
from leeway.core.drafts.tone import tone_of

__all__ = [
    "FINDING_KINDS",
    "DraftContext",
    "DraftData",
    "DraftPack",
    "Finding",
    "FindingKind",
    "Turn",
    "compile_drafts",
    "read_draft",
    "tone_of",
]
