from __future__ import annotations

import threading
import time

import pytest

from leeway.core.facts import CustomerRef, MessageReceived
from leeway.store import search
from leeway.store.models import RunMark
from leeway.worker import search_index
from leeway.worker.search_index import SearchIndex
from tests.web.pages import django_house

__all__ = ["django_house"]


def eventually(holds, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


@pytest.mark.db
def test_what_was_said_can_be_found_without_anybody_searching_first(django_house, monkeypatch):
    monkeypatch.setattr(search_index, "LOOK_EVERY_SECONDS", 0.02)
    said = MessageReceived(
        id="1",
        at=django_house.clock(),
        interaction="chat-1",
        author="customer",
        text="My kettle leaks.",
        customer=CustomerRef(id="dana"),
    )
    case = django_house.desk.handle(said).case
    index = SearchIndex()
    thread = threading.Thread(target=index.run)
    thread.start()
    try:
        assert eventually(lambda: RunMark.objects.filter(name=search.MARK).exists())
    finally:
        index.stop()
        thread.join(15)
    assert not thread.is_alive()
    assert case in list(search.cases_with("kettle"))


def test_one_that_is_stopped_before_it_began_ends_at_once():
    index = SearchIndex()
    index.stop()
    thread = threading.Thread(target=index.run)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
