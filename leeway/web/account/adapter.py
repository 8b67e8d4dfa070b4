"""How people of the house sign in: invited by an admin, never by signing up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth import get_user_model

if TYPE_CHECKING:
    from django.http import HttpRequest


class HouseAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False


class SingleSignOn(DefaultSocialAccountAdapter):
    """A login from the identity provider is the account whose e-mail address the provider has verified."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401 - allauth's own type
        del request, sociallogin
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:  # noqa: ANN401
        if sociallogin.is_existing:
            return
        verified = [address.email for address in sociallogin.email_addresses if address.verified]
        known = (
            get_user_model().objects.filter(email__in=verified, is_active=True).first() if verified else None
        )
        if known is not None:
            sociallogin.connect(request, known)
