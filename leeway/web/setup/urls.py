from __future__ import annotations

from django.urls import path

from leeway.web.setup import accounts, channels, house_pages, keys, model, personal, roster

urlpatterns = [
    path("settings", house_pages.index, name="settings"),
    path("settings/look", house_pages.look, name="settings-look"),
    path("settings/about", house_pages.about, name="settings-about"),
    path("settings/customers", personal.page, name="settings-customers"),
    path("settings/customers/erase", personal.erase, name="settings-erase"),
    path("settings/customers/retention", personal.retention, name="settings-retention"),
    path("settings/people", roster.people, name="settings-people"),
    path("settings/people/new", roster.person_page, name="settings-person-new"),
    path("settings/people/<slug:name>", roster.person_page, name="settings-person"),
    path("settings/teams", roster.teams, name="settings-teams"),
    path("settings/rotas", roster.rotas, name="settings-rotas"),
    path("settings/absences", roster.absences, name="settings-absences"),
    path("settings/calendars", roster.calendars, name="settings-calendars"),
    path("settings/roster", roster.edit, name="settings-roster"),
    path("settings/channels", channels.page, name="settings-channels"),
    path("settings/channels/<slug:name>", channels.one, name="settings-channel"),
    path("settings/channels/<slug:name>/test", channels.test, name="settings-channel-test"),
    path("settings/model", model.page, name="settings-model"),
    path("settings/tokens", keys.page, name="settings-tokens"),
    path("settings/tokens/<int:number>/revoke", keys.revoke, name="settings-token-revoke"),
    path("settings/accounts", accounts.page, name="settings-accounts"),
    path("settings/accounts/<str:username>", accounts.one, name="settings-account"),
]
