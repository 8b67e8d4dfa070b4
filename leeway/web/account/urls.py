from __future__ import annotations

from django.urls import include, path, re_path

from leeway.web.account import first_admin, views

SHUT = "signup|email|confirm-email|password/reset|password/set|3rdparty/signup"
"""What allauth offers to strangers and a house does not. Before allauth's own, so that these answer."""

urlpatterns = [
    path("setup/first-admin", first_admin.page, name="first-admin"),
    path("profile", views.profile, name="profile"),
    re_path(rf"^account/(?:{SHUT})(?P<rest>/.*)?$", views.shut),
    path("account/", include("allauth.urls")),
]
