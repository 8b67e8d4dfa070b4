from __future__ import annotations

from django.urls import path

from leeway.web.insights import fairness, views

urlpatterns = [
    path("insights", views.page, name="insights"),
    path("insights.csv", views.export, {"form": "csv"}, name="insights-csv"),
    path("insights.json", views.export, {"form": "json"}, name="insights-json"),
    path("insights/fairness", fairness.page, name="fairness"),
    path("insights/fairness.csv", fairness.export, name="fairness-csv"),
    path("insights/<slug:name>", views.one, name="insight"),
]
