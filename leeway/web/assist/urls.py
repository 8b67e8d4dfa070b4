from __future__ import annotations

from django.urls import path

from leeway.web.assist import drafts, guidance, worded

urlpatterns = [
    path("conversations/<int:number>/worded/<slug:key>", worded.fetch, name="worded"),
    path("conversations/<int:number>/draft", drafts.read, name="draft-read"),
    path("conversations/<int:number>/draft/unhelpful", drafts.unhelpful, name="draft-unhelpful"),
    path("settings/drafts", drafts.settings, name="settings-drafts"),
    path("settings/drafts/switch-on", drafts.switch_on, name="settings-drafts-on"),
    path("conversations/<int:number>/guidance/<slug:what>", guidance.answer, name="guidance-answer"),
]
