"""How people of the house sign in: invited by an admin, never by signing up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth import get_user_model
from django.urls import reverse

from leeway.store import accounts
from leeway.web.account.gates import CHOOSE_PASSWORD

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.http import HttpRequest, HttpResponse


class HouseAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **more: Any) -> HttpResponse:
        """Remembers in the session that a password is still to be chosen, so that pages need not ask every time."""
        response = super().post_login(request, user, **more)
        if accounts.must_choose_password(user):
            request.session[CHOOSE_PASSWORD] = True
        return response

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        super().set_password(user, password)
        accounts.chose_password(user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        del request
        return reverse("profile")


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
