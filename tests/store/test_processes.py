"""Several processes on one case at once: nothing lost, the state exact."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from leeway.core.facts import CustomerRef, InteractionOpened
from leeway.store.rebuild import differences, stored
from leeway.wiring import House
from tests.houses import MONDAY_MORNING

PROCESSES = 4
FACTS = 50

_HAND_IN = """
import datetime, sys
from leeway.core.facts import MessageReceived
from leeway.desk.handle import Done
from leeway.desk.ports import Item
from leeway.wiring import open_house

name, case, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
now = datetime.datetime.fromisoformat(sys.argv[4])
house = open_house(clock=lambda: now)
answers = []
for number in range(count):
    fact = MessageReceived(id=f"{name}-{number}", at=now, case=case, author="customer", text="Still nothing?")
    house.writer.submit([Item(fact)], 100, answers.extend)
house.close()
assert len(answers) == count and all(isinstance(answer, Done) and not answer.duplicate for answer in answers), answers
"""


def test_four_processes_write_to_one_case(house: House, database_url: str, tmp_path: Path):
    opened = house.desk.handle(
        InteractionOpened(
            id="o1", at=MONDAY_MORNING, interaction="chat-1", customer=CustomerRef("ana"), channel="chat"
        )
    )
    environment = {**os.environ, "DATABASE_URL": database_url, "LEEWAY_HOME": str(tmp_path)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _HAND_IN, name, str(opened.case), str(FACTS), MONDAY_MORNING.isoformat()],
            env=environment,
            cwd=Path(__file__).parent.parent.parent,
        )
        for name in "abcd"[:PROCESSES]
    ]
    assert [process.wait(100) for process in processes] == [0] * PROCESSES
    driver = house.driver()
    assert stored(driver, opened.case).messages == PROCESSES * FACTS
    ids = [
        name
        for (name,) in driver.select("select source_id from leeway_fact where case_id = ?", (opened.case,))
    ]
    assert len(ids) == len(set(ids)) == PROCESSES * FACTS + 1
    assert list(differences(driver)) == []
