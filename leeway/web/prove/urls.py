from __future__ import annotations

from django.urls import path

from leeway.web.prove import explaining

urlpatterns = [
    path("cases/<int:number>/why", explaining.page, name="why"),
]
