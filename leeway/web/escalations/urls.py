from __future__ import annotations

from django.urls import path

from leeway.web.escalations import views

urlpatterns = [
    path("escalations/<int:number>", views.page, name="escalation"),
    path("escalations/<int:number>/body", views.body, name="escalation-body"),
    path("escalations/<int:number>/history", views.history, name="history"),
]
