"""Style and script under names that may be kept for ever, small on the wire; pages compressed too."""

from __future__ import annotations

import gzip
import re

import pytest

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db

GZIPPED = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}


@pytest.fixture
def page(console):
    console.writes()
    return console.as_("priya").get("/conversations", **GZIPPED)


def test_what_a_page_loads_may_be_kept_for_ever_and_is_small(page, console):
    html = gzip.decompress(page.content).decode()
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', html)
    assert {path.rpartition(".")[2] for path in loaded} == {"css", "js", "svg"}
    for path in loaded:
        answer = console.as_("").get(path, **GZIPPED)
        assert answer.status_code == 200, path
        assert "immutable" in answer["Cache-Control"], path
        if not path.endswith(".svg"):
            assert answer["Content-Encoding"] == "gzip", path


def test_a_page_travels_compressed_and_is_kept_by_nobody(page):
    assert page["Content-Encoding"] == "gzip"
    assert page["Cache-Control"] == "no-store"


def test_a_browser_that_asks_for_an_icon_gets_one(console):
    answer = console.as_("").get("/favicon.ico")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"
