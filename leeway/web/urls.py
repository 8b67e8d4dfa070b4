"""The addresses Django answers. Ingest and the live stream are answered before it, in ``leeway.web.asgi``."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

ROOMS = (
    "api",
    "watch",
    "cases",
    "conversations",
    "assist",
    "knowledge",
    "escalations",
    "lists",
    "matrix",
    "prove",
    "insights",
    "setup",
    "customer",
    "account",
)
"""Each room of the console says its own addresses in its ``urls.py``."""

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(import_module(f"leeway.web.{room}.urls")))
    for room in ROOMS
    if find_spec(f"leeway.web.{room}") and find_spec(f"leeway.web.{room}.urls")
]
