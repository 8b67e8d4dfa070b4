"""The card of a customer's own page, for the pages of a case: ``{% customer_link_card case %}``."""

from __future__ import annotations

from typing import Any

from django import template

from leeway.core.case import Case
from leeway.web.customer.links import card

register = template.Library()


@register.inclusion_tag("leeway/customer/link_card.html", takes_context=True)
def customer_link_card(context: template.Context, case: Case) -> dict[str, Any]:
    """Empty for whoever may not make a link."""
    request = context["request"]
    csrf_token = context.get("csrf_token")
    return {
        "request": request,
        "csrf_token": csrf_token,
        "case": case,
        "link_card": card(case, request.viewer),
    }
