from __future__ import annotations

from django.urls import path

from leeway.web.matrix import views

urlpatterns = [
    path("matrix", views.page, name="matrix"),
    path("matrix/edit", views.edit, name="matrix-edit"),
    path("matrix/who", views.who, name="matrix-who"),
    path("matrix/versions/<int:number>", views.version, name="matrix-version"),
    path("matrix/versions/<int:number>/file", views.file, name="matrix-file"),
]
