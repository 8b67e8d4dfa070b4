"""The conversations of the last hours, as far as relief asks for them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leeway.core.relief import Conversation
from leeway.store.models import CaseRow

MOST_LOOKED_AT = 400
"""So many of each status: the latest. A house with more in two hours has more to relieve than one page shows."""
LOOKED_AT = ("open", "paused", "resolved")

_read = msgspec.json.Decoder(Conversation)


def conversations_since(since: datetime) -> list[Conversation]:
    """Cases with a message since then, whoever owns them."""
    found = []
    for status in LOOKED_AT:
        rows = CaseRow.objects.filter(status=status, last_message_at__gte=since).order_by(
            "-last_message_at", "-id"
        )
        found += [_read.decode(state) for state in rows.values_list("state", flat=True)[:MOST_LOOKED_AT]]
    return found
