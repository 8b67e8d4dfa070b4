from __future__ import annotations

from django.urls import path

from leeway.web.cases import views

urlpatterns = [path("cases/<int:number>/do/<slug:verb>", views.do, name="do")]
