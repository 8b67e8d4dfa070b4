"""The addresses Django answers. Ingest and the live stream are answered before it, in ``leeway.web.asgi``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
