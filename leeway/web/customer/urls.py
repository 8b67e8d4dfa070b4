from __future__ import annotations

from django.urls import path

from leeway.web.customer import links, views

urlpatterns = [
    path("c/<str:secret>", views.page, name="customer"),
    path("cases/<int:number>/link", links.create, name="customer-link"),
    path("cases/<int:number>/link/revoke", links.revoke, name="customer-link-revoke"),
]
