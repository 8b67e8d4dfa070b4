from __future__ import annotations

from django.urls import path

from leeway.web.lists import bulk, views
from leeway.web.offers.views import approvals

urlpatterns = [
    path("conversations", views.conversations, name="conversations"),
    path("escalations", views.escalations, name="escalations"),
    path("promises", views.promises, name="promises"),
    path("approvals", approvals, name="approvals"),
    path("conversations.csv", views.export, {"place": "conversations"}, name="conversations-csv"),
    path("escalations.csv", views.export, {"place": "escalations"}, name="escalations-csv"),
    path("lists/do", bulk.do, name="bulk"),
    path("lists/save", views.save, name="save-filter"),
    path("lists/forget/<int:number>", views.forget, name="forget-filter"),
]
