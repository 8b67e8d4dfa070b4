"""What became of messages to customers: waiting, on its way, gone, refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leeway.store.models import OutboxRow

MOST = 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """``state`` is the outbox's own word; ``again_at`` when it is tried next; ``why`` what the last attempt said."""

    state: str
    channel: str
    sent_at: datetime | None
    again_at: datetime | None
    attempts: int
    why: str

    @property
    def standing(self) -> str:
        """In one word for a page: ``sent``, ``sending``, ``trying again``, ``failed``."""
        if self.state in ("sent", "delivered"):
            return "sent"
        if self.state in ("dead", "suppressed"):
            return "failed"
        return "trying again" if self.attempts else "sending"


def of_replies(cases: Sequence[int]) -> dict[str, Delivery]:
    """By the id of the message that was written here to be sent."""
    rows = OutboxRow.objects.filter(case__in=list(cases), kind="customer_message", about="reply").order_by(
        "-id"
    )
    fields = ("key", "state", "channel", "sent_at", "next_try_at", "attempts", "last_error")
    return {
        str(key).partition(":reply:")[2]: Delivery(state, channel, sent, again, attempts, why)
        for key, state, channel, sent, again, attempts, why in rows.values_list(*fields)[:MOST]
    }
