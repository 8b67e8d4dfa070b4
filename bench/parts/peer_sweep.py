"""The peer's ``escalate_tickets`` over its open tickets: with none of them due, and with some."""

from __future__ import annotations

import io
import os
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from helpdesk.models import Ticket  # noqa: E402

from bench.machine import pss_mb  # noqa: E402 - Django comes first
from bench.part import Measures, answer  # noqa: E402


def measure(*, due: int) -> Measures:
    Ticket.objects.update(last_escalation=timezone.now(), priority=4)
    if due:
        some = list(Ticket.objects.order_by("id").values_list("id", flat=True)[:due])
        Ticket.objects.filter(id__in=some).update(last_escalation=None)
    before, begun = pss_mb(os.getpid()), time.process_time()
    call_command("escalate_tickets", stdout=io.StringIO())
    cpu = 1000 * (time.process_time() - begun)
    return {
        "clocks": Ticket.objects.count(),
        "n": Ticket.objects.filter(priority=3).count(),
        "cpu_ms": cpu,
        "mb_before": before,
        "mb_after": pss_mb(os.getpid()),
    }


if __name__ == "__main__":
    answer(measure)
