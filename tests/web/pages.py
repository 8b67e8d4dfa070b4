"""Django's pages and API on a test's own house."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from leeway.store import tokens
from leeway.store.address import Address
from leeway.store.settings import _database as settings_of
from leeway.web import house as pages
from leeway.wiring import House


@pytest.fixture
def django_house(house: House, database: Address, django_db_blocker: Any) -> Iterator[House]:
    """The test's house, which Django's models and pages work on too."""
    connection = connections["default"]
    before = dict(connection.settings_dict)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(settings_of(database))
        pages.use(house)
        try:
            yield house
        finally:
            pages.use(None)
            connection.close()
            connection.settings_dict.clear()
            connection.settings_dict.update(before)


class Caller:
    """A program with a token."""

    def __init__(self, house: House, *scopes: str) -> None:
        self.house = house
        self.token = tokens.issue(house.driver(), "program", scopes, by="test", at=house.clock())
        self.client = Client(SERVER_NAME="localhost", HTTP_AUTHORIZATION=f"Bearer {self.token}")

    def get(self, path: str, **query: Any):
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: object = None, **options: Any):
        return self.client.post(f"/api/v1/{path}", body or {}, content_type="application/json", **options)

    def put(self, path: str, body: object):
        return self.client.put(f"/api/v1/{path}", body, content_type="application/json")
