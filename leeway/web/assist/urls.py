from __future__ import annotations

from django.urls import path

from leeway.web.assist import guidance

urlpatterns = [
    path("conversations/<int:number>/guidance/<slug:what>", guidance.answer, name="guidance-answer"),
]
