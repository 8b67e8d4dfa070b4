"""Everything that runs beside the web: in its process by default, or alone with ``leeway work``."""

from __future__ import annotations

from leeway.wiring import House
from leeway.worker.sweeper import Sweeper


def start_services(house: House) -> None:
    start_sweeper(house)


def start_sweeper(house: House) -> None:
    sweeper = Sweeper(house.driver(), house.writer.call, house.clock)
    house.listen(sweeper.heard)
    house.start("sweeper", sweeper.run, sweeper.stop)
