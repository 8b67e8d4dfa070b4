from __future__ import annotations

from django.urls import path

from leeway.web.knowledge import views

urlpatterns = [
    path("knowledge", views.page, name="knowledge"),
    path("knowledge/new", views.edit, name="article-new"),
    path("knowledge/solutions", views.solutions, name="knowledge-solutions"),
    path("knowledge/<int:number>", views.read, name="article"),
    path("knowledge/<int:number>/edit", views.edit, name="article-edit"),
    path("knowledge/<int:number>/do/<slug:act>", views.do, name="article-do"),
    path("conversations/<int:case>/articles/<int:number>/<slug:word>", views.vote, name="article-vote"),
]
