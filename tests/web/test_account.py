"""Signing in: by invitation, with a password of one's own, and not by guessing."""

from __future__ import annotations

import stat

import pytest
from django.test import Client, override_settings

from leeway.core.refusals import Refusal
from leeway.store import accounts
from leeway.store.home import home
from leeway.web.account import first_admin

pytest_plugins = ["tests.web.console"]

PASSWORD = "four calm words here"


@pytest.fixture(autouse=True)
def own_house(settings, tmp_path, monkeypatch):
    """Failed logins and the code of a first start are this test's own, also when tests run side by side."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    monkeypatch.setenv("LEEWAY_HOME", str(tmp_path))


def sign_in(client: Client, username: str, password: str):
    return client.post("/account/login/", {"login": username, "password": password})


def test_a_stranger_is_sent_to_the_login(django_house):
    accounts.make("sam", roles=["agent"], password=PASSWORD)
    for path in ("/", "/matrix", "/settings", "/profile", "/settings/tokens", "/settings/accounts"):
        answer = Client().get(path)
        assert answer.status_code == 302, path
        assert answer["Location"].startswith("/account/login/"), path


def test_the_right_password_opens_and_the_wrong_one_does_not(django_house):
    accounts.make("sam", roles=["agent"], password=PASSWORD)
    client = Client()
    assert sign_in(client, "sam", "not this one at all").status_code == 200
    assert client.get("/profile").status_code == 302
    assert sign_in(client, "sam", PASSWORD).status_code == 302
    page = client.get("/profile")
    assert page.status_code == 200
    assert "Sam Duarte" in page.content.decode()


def test_five_wrong_passwords_shut_the_account_for_a_while_even_for_the_right_one(django_house):
    accounts.make("sam", roles=["agent"], password=PASSWORD)
    client = Client()
    for _ in range(5):
        sign_in(client, "sam", "not this one at all")
    shut = sign_in(client, "sam", PASSWORD)
    assert shut.status_code == 200
    assert "Too many failed login attempts" in shut.content.decode()
    assert client.get("/profile").status_code == 302


def test_somebody_elses_failures_shut_nobody_out(django_house):
    accounts.make("sam", roles=["agent"], password=PASSWORD)
    for _ in range(5):
        sign_in(Client(), "tom", "not this one at all")
    assert sign_in(Client(), "sam", PASSWORD).status_code == 302


@pytest.mark.parametrize(
    "path", ["signup/", "email/", "password/reset/", "password/set/", "3rdparty/signup/"]
)
def test_nobody_signs_up_and_no_address_or_lost_password_is_set_by_oneself(django_house, path):
    answer = Client().get(f"/account/{path}")
    assert answer.status_code == 403
    assert "By invitation" in answer.content.decode()


def test_somebody_without_a_role_sees_nothing(django_house):
    accounts.make("sam", roles=[], password=PASSWORD)
    client = Client()
    sign_in(client, "sam", PASSWORD)
    assert client.get("/matrix").status_code == 403


# --- one-time passwords


def test_a_one_time_password_opens_only_the_page_on_which_it_is_replaced(django_house):
    once = accounts.make("sam", roles=["agent"])
    client = Client()
    assert sign_in(client, "sam", once).status_code == 302
    assert client.get("/matrix")["Location"] == "/account/password/change/"
    assert client.get("/account/password/change/").status_code == 200
    client.post(
        "/account/password/change/", {"oldpassword": once, "password1": PASSWORD, "password2": PASSWORD}
    )
    assert client.get("/matrix").status_code == 200
    assert sign_in(Client(), "sam", once).status_code == 200, "the old one is no longer taken"
    again = Client()
    sign_in(again, "sam", PASSWORD)
    assert again.get("/matrix").status_code == 200


@pytest.mark.parametrize("weak", ["short1", "password1234", "sam.sam.sam.sam"])
def test_a_password_that_is_short_or_known_or_ones_own_name_is_refused(django_house, weak):
    accounts.make("sam.sam.sam", roles=["agent"], password=PASSWORD)
    client = Client()
    sign_in(client, "sam.sam.sam", PASSWORD)
    answer = client.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    )
    assert answer.status_code == 200
    assert sign_in(Client(), "sam.sam.sam", PASSWORD).status_code == 302


def test_a_reset_signs_out_whoever_was_in(django_house):
    accounts.make("sam", roles=["agent"], password=PASSWORD)
    client = Client()
    sign_in(client, "sam", PASSWORD)
    assert client.get("/profile").status_code == 200
    from django.contrib.auth.models import User

    once = accounts.reset(User.objects.get(username="sam"))
    assert client.get("/profile").status_code == 302
    assert sign_in(Client(), "sam", once).status_code == 302


def test_a_shut_account_is_out_at_once(django_house):
    from django.contrib.auth.models import User

    accounts.make("ingrid", roles=["admin"], password=PASSWORD)
    accounts.make("sam", roles=["agent"], password=PASSWORD)
    client = Client()
    sign_in(client, "sam", PASSWORD)
    accounts.switch(User.objects.get(username="sam"), active=False)
    assert client.get("/profile").status_code == 302


def test_the_last_admin_can_neither_be_shut_nor_demoted(django_house):
    from django.contrib.auth.models import User

    accounts.make("ingrid", roles=["admin"], password=PASSWORD)
    ingrid = User.objects.get(username="ingrid")
    with pytest.raises(Refusal, match="make another admin first"):
        accounts.switch(ingrid, active=False)
    with pytest.raises(Refusal, match="make another admin first"):
        accounts.give_roles(ingrid, ["agent"])
    ingrid.refresh_from_db()
    assert ingrid.is_active
    assert [group.name for group in ingrid.groups.all()] == ["admin"]


def test_other_sessions_are_listed_and_ended(django_house):
    accounts.make("sam", roles=["agent"], password=PASSWORD)
    here, elsewhere = Client(), Client(HTTP_USER_AGENT="the telephone")
    sign_in(here, "sam", PASSWORD)
    sign_in(elsewhere, "sam", PASSWORD)
    elsewhere.get("/profile")
    assert "the telephone" in here.get("/account/sessions/").content.decode()
    here.post("/account/sessions/")
    assert here.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 302


def test_the_pages_of_a_second_factor_open_once_the_password_is_said_again(django_house):
    accounts.make("sam", roles=["agent"], password=PASSWORD)
    client = Client()
    sign_in(client, "sam", PASSWORD)
    assert client.get("/account/2fa/totp/activate/")["Location"].startswith("/account/reauthenticate/")
    assert client.get("/account/reauthenticate/").status_code == 200
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    for path in ("2fa/", "2fa/totp/activate/", "2fa/webauthn/add/", "password/change/", "sessions/"):
        assert client.get(f"/account/{path}").status_code == 200, path


def test_an_authenticator_app_is_asked_for_once_it_is_set_up(django_house):
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal import auth
    from django.contrib.auth.models import User

    accounts.make("sam", roles=["agent"], password=PASSWORD)
    secret = auth.generate_totp_secret()
    Authenticator.objects.create(
        user=User.objects.get(username="sam"), type="totp", data={"secret": get_adapter().encrypt(secret)}
    )
    client = Client()
    assert sign_in(client, "sam", PASSWORD)["Location"] == "/account/2fa/authenticate/"
    assert client.get("/profile").status_code == 302, "the password alone is not enough"
    assert client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    code = auth.format_hotp_value(auth.hotp_value(secret, next(auth.yield_hotp_counters_from_time())))
    assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get("/profile").status_code == 200


# --- the first admin

FIRST = {"username": "ingrid", "email": "", "password": PASSWORD}


def test_a_house_without_accounts_asks_for_its_first_admin_and_the_code(django_house):
    client = Client()
    assert client.get("/")["Location"] == "/setup/first-admin"
    assert client.get("/setup/first-admin").status_code == 200
    file = home() / first_admin.CODE_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert client.post("/setup/first-admin", {**FIRST, "code": "wrong"}).status_code == 422
    assert not accounts.anybody()
    assert client.post("/setup/first-admin", {**FIRST, "code": file.read_text()})["Location"] == "/"
    assert client.get("/settings/accounts").status_code == 200, "signed in, as an admin"


def test_after_the_first_admin_the_door_is_gone(django_house):
    code = first_admin.setup_code(home())
    Client().post("/setup/first-admin", {**FIRST, "code": code})
    assert not (home() / first_admin.CODE_FILE).exists()
    second = Client().post("/setup/first-admin", {**FIRST, "username": "mallory", "code": code})
    assert second["Location"] == "/account/login/"
    from django.contrib.auth.models import User

    assert list(User.objects.values_list("username", flat=True)) == ["ingrid"]


def test_the_first_password_has_to_be_good_too(django_house):
    code = first_admin.setup_code(home())
    answer = Client().post("/setup/first-admin", {**FIRST, "password": "short", "code": code})
    assert answer.status_code == 422
    assert not accounts.anybody()
    assert (home() / first_admin.CODE_FILE).exists(), "the code is not used up by a mistake"


def test_codes_cannot_be_tried_for_ever(django_house):
    first_admin.setup_code(home())
    client = Client()
    answers = [client.post("/setup/first-admin", {**FIRST, "code": str(n)}).status_code for n in range(12)]
    assert answers[0] == 422
    assert answers[-1] == 429


# --- single sign-on


def test_single_sign_on_shows_its_button_only_where_it_is_configured(django_house):
    accounts.make("sam", roles=["agent"], password=PASSWORD)
    assert "Sign in with" not in Client().get("/account/login/").content.decode()
    app: dict[str, object] = {
        "provider_id": "house",
        "name": "Example House",
        "client_id": "x",
        "secret": "y",
    }
    app["settings"] = {"server_url": "https://id.example.org"}
    with override_settings(SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [app]}}):
        assert "Sign in with Example House" in Client().get("/account/login/").content.decode()
