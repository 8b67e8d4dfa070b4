from __future__ import annotations

from django.urls import path

from leeway.web.watch import views

urlpatterns = [
    path("", views.page, name="watch"),
    path("watch/live", views.live, name="watch-live"),
]
