"""Signing in with the house's own identity provider, from three settings of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def single_sign_on(environment: Mapping[str, str]) -> dict[str, Any]:
    """What django-allauth wants to know about an OpenID Connect provider; nothing when none is configured."""
    url, client = environment.get("LEEWAY_OIDC_URL", ""), environment.get("LEEWAY_OIDC_CLIENT", "")
    if not url or not client:
        return {}
    app = {
        "provider_id": "house",
        "name": environment.get("LEEWAY_OIDC_NAME", "Single sign-on"),
        "client_id": client,
        "secret": environment.get("LEEWAY_OIDC_SECRET", ""),
        "settings": {"server_url": url},
    }
    return {"openid_connect": {"APPS": [app]}}
