from __future__ import annotations

from django.urls import path

from leeway.web.insights import views

urlpatterns = [
    path("insights", views.page, name="insights"),
]
