"""Django's settings, from the environment alone: a house changes its policy, not its settings.

``LEEWAY_HOME``     data folder (default: the platform's place for it, ``~/.leeway`` on Linux)
``DATABASE_URL``    a PostgreSQL; without it a SQLite file in the data folder
``LEEWAY_HOSTS``    names this server answers to, separated by commas (default: 127.0.0.1, localhost)
``LEEWAY_HOUSE``    what customers know this house as: stands on their page
``LEEWAY_URL``      where customers find this house: messages to them may then hold a link to their page
``LEEWAY_HTTPS``    ``1`` behind TLS: cookies travel encrypted only, browsers are told to stay on https
``LEEWAY_PROXIES``  how many proxies of the house stand before this server (default: 1 with ``LEEWAY_HTTPS``, else 0)
``LEEWAY_OIDC_URL``, ``LEEWAY_OIDC_CLIENT``, ``LEEWAY_OIDC_SECRET``  sign in with the house's own identity provider
``LEEWAY_ZONE``     ``house``: pages show the house's time to everybody, instead of each reader's own
``LEEWAY_DEBUG``    ``1`` shows Django's error pages; never in a house
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from leeway.store.address import BUSY_TIMEOUT_SECONDS, SQLITE_PRAGMAS, Address, Postgres, address
from leeway.store.home import home, secret_key
from leeway.store.single_sign_on import single_sign_on

HOME = home()
SECRET_KEY = secret_key(HOME)
DEBUG = os.environ.get("LEEWAY_DEBUG") == "1"
HTTPS = os.environ.get("LEEWAY_HTTPS") == "1"
HOUSE_NAME = os.environ.get("LEEWAY_HOUSE", "").strip()
ALLOWED_HOSTS = [name.strip() for name in os.environ.get("LEEWAY_HOSTS", "127.0.0.1,localhost").split(",")]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "leeway.store",
    "leeway.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "leeway.web.middleware.headers",
    "leeway.web.assets.LongKept",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "leeway.web.account.gates.first_admin",
    "leeway.web.account.gates.own_password",
    "leeway.web.middleware.viewer",
    "leeway.web.middleware.local_time",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent.parent / "web" / "templates"],  # ours before those of libraries
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "leeway.web.shell.context.frame",
            ],
        },
    }
]

ROOT_URLCONF = "leeway.web.urls"


def _database(where: Address) -> dict[str, Any]:
    if isinstance(where, Postgres):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": where.host,
            "PORT": where.port,
            "USER": where.user,
            "PASSWORD": where.password,
            "NAME": where.name,
            "OPTIONS": where.options,
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": where.path,
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            # A deferred transaction that reads and then writes fails at once when another one wrote in
            # between, whatever the timeout: measured 116 of 200 lost. Immediate ones wait for their turn.
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_TIMEOUT_SECONDS,
            "init_command": ";".join(SQLITE_PRAGMAS),
        },
    }


DATABASES = {"default": _database(address(HOME))}
# Counts failed logins. On disk, so that an account which is shut is shut for every process of this machine.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": HOME / "cache"}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"  # pages show the reader's own zone; everything kept and logged is UTC
USE_I18N = True
LANGUAGE_CODE = "en"

LOCALE_PATHS = [Path(__file__).parent.parent / "web" / "locale"]
LANGUAGES = [("en", "English"), ("es", "Español")]

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
# Empty, as the files come from the packages; but its absence would be warned of at every start.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.(css|js|svg)$"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "leeway.web.assets.Named"},
}

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "leeway.web.account.adapter.HouseAdapter"
SOCIALACCOUNT_ADAPTER = "leeway.web.account.adapter.SingleSignOn"
ACCOUNT_EMAIL_VERIFICATION = (
    "none"  # people of the house are invited by an admin; nobody signs up by themselves
)
ACCOUNT_SESSION_REMEMBER = False  # closing the browser ends it, at the latest the end of the shift
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/300s/key",  # the key is the user name: five wrong passwords shut it for five minutes
    "first_admin": "10/m/ip",
    "change_password": "10/m/user",
    "reauthenticate": "10/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("LEEWAY_PROXIES", "1" if HTTPS else "0"))
SOCIALACCOUNT_LOGIN_ON_GET = (
    True  # a form that ends at another house is what our content security policy refuses
)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SOCIALACCOUNT_PROVIDERS = single_sign_on(os.environ)
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_AGE = 12 * 3600  # a shift

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = False  # TLS ends in front of us, where the redirect belongs too
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "leeway.store.logs.MaskedFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LEEWAY_LOG", "INFO")},
}
