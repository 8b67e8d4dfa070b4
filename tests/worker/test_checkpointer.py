"""The database file is brought up to date beside the writer, not by it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

from leeway.core.facts import CustomerRef, InteractionOpened
from leeway.desk.ports import Item
from leeway.store.address import Sqlite
from leeway.wiring import House
from leeway.worker.checkpointer import Checkpointer


def facts_without_the_log(database: Path, copy: Path) -> int:
    """What the file alone holds, as if the write-ahead log beside it were lost."""
    shutil.copy(database, copy)
    with sqlite3.connect(copy) as connection:
        found = connection.execute("select count(*) from leeway_fact").fetchone()[0]
    return int(found)


def test_what_was_committed_soon_stands_in_the_file_itself(house: House, tmp_path: Path):
    if not isinstance(house.address, Sqlite):
        pytest.skip("PostgreSQL does this by itself")
    checkpointer = Checkpointer(house.driver())
    house.writer.listen(checkpointer.heard)
    thread = Thread(target=checkpointer.run)
    thread.start()
    try:
        opened = InteractionOpened(
            id="o1", at=house.clock(), interaction="chat-1", customer=CustomerRef("c1")
        )
        house.writer.call([Item(opened)])
        patience = monotonic() + 20
        while not facts_without_the_log(Path(house.address.path), tmp_path / "copy.db"):
            assert monotonic() < patience, "the fact never reached the file"
            sleep(0.1)
    finally:
        checkpointer.stop()
        thread.join()
