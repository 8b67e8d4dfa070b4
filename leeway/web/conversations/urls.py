from __future__ import annotations

from django.urls import path

from leeway.web.conversations import views

urlpatterns = [
    path("conversations/<int:number>", views.workspace, name="conversation"),
    path("conversations/<int:number>/again", views.again, name="conversation-again"),
]
