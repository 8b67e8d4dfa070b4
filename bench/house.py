"""Houses to measure in: the shipped shop with a front line large enough that nobody is full, at any hour.

``python -m bench.house`` makes one in LEEWAY_HOME and prints a token. Making the tables takes a second, so it is done
once a run; every row gets a copy.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from bench.part import ROOT, environment

AGENTS = 40


def make(home: Path) -> str:
    """A fresh house; gives a token that may do everything."""
    home.mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-m", "bench.house"],
        cwd=ROOT,
        env=environment(home),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def copy(model: Path, home: Path) -> Path:
    shutil.copytree(model, home)
    return home


def _furnish() -> str:
    from msgspec.structs import replace  # noqa: PLC0415 - the bench itself needs nothing of Leeway's

    from leeway.core.roster import Contact, Person  # noqa: PLC0415
    from leeway.store import documents, tokens  # noqa: PLC0415
    from leeway.store.instants import utc_now  # noqa: PLC0415
    from leeway.wiring import open_house  # noqa: PLC0415

    house = open_house()
    driver = house.driver()
    driver.begin()
    roster = documents.published(driver).roster
    agents = tuple(
        Person(
            id=f"agent{number}",
            name=f"Agent {number}",
            capacity=1_000_000,
            email=f"agent{number}@example.org",
            teams=("frontline",),
            languages=("en",),
            calendar="always",
            manager="priya",
            contacts=(Contact("browser", f"agent{number}"),),
        )
        for number in range(AGENTS)
    )
    documents.publish(driver, replace(roster, people=(*roster.people, *agents)), at=utc_now())
    token = tokens.issue(driver, "bench", ["admin"], by="bench", at=utc_now())
    driver.commit()
    driver.close()
    house.close()
    return token


if __name__ == "__main__":
    print(_furnish())
