"""Everything that runs beside the web: in its process by default, or alone with ``leeway work``."""

from __future__ import annotations

import os

from leeway.channels import configured
from leeway.channels.configured import Ready
from leeway.channels.customer import ByEmail, ByWebhook, Shown
from leeway.packs.reader import read
from leeway.store.home import home
from leeway.wiring import House, PublishedWorlds, drafts, languages
from leeway.worker.checkpointer import Checkpointer
from leeway.worker.leavers import Leavers
from leeway.worker.outbox import Deliverer
from leeway.worker.reading_ahead import ReadingAhead
from leeway.worker.retention import Retention
from leeway.worker.sealer import Sealer
from leeway.worker.search_index import SearchIndex
from leeway.worker.sweeper import Sweeper


def start_services(house: House) -> None:
    start_sweeper(house)
    start_deliverer(house)
    start_leavers(house)
    start_search_index(house)
    start_sealer(house)
    start_retention(house)
    start_reading_ahead(house)
    if house.database == "sqlite":
        start_checkpointer(house)


def start_reading_ahead(house: House) -> None:
    ahead = ReadingAhead(languages(), drafts)
    house.start("reading ahead", ahead.run, ahead.stop)


def start_checkpointer(house: House) -> None:
    checkpointer = Checkpointer(house.driver())
    house.writer.listen(checkpointer.heard)
    house.start("checkpointer", checkpointer.run, checkpointer.stop)


def start_sealer(house: House) -> None:
    sealer = Sealer(house.driver(), house.clock)
    house.start("sealer", sealer.run, sealer.stop)


def start_retention(house: House) -> None:
    retention = Retention(house.driver(), house.clock)
    house.start("retention", retention.run, retention.stop)


def start_leavers(house: House) -> None:
    leavers = Leavers(house.driver(), house.writer.call, house.clock)
    house.start("leavers", leavers.run, leavers.stop)


def start_search_index(house: House) -> None:
    index = SearchIndex()
    house.start("search index", index.run, index.stop)


def start_sweeper(house: House) -> None:
    sweeper = Sweeper(house.driver(), house.writer.call, house.clock)
    house.listen(sweeper.heard)
    house.start("sweeper", sweeper.run, sweeper.stop)


def start_deliverer(house: House) -> None:
    """Raises ``ChannelMisconfigured`` or ``Problems`` when the channels' settings cannot be used."""
    ready = configured.build(configured.settings(home(), os.environ, read), os.environ)
    by_mail = [ByEmail(one.channel) for one in ready.values() if one.info.kind == "email"]
    by_hook = [
        ByWebhook(one.name, one.channel, sources) for one in ready.values() if (sources := _answers(one))
    ]
    deliverer = Deliverer(
        house.driver(),
        PublishedWorlds(),
        house.desk.handle,
        channels=ready,
        customers=(*by_hook, *by_mail, Shown()),
        clock=house.clock,
        skip_locked=house.database == "postgresql",
        public_address=os.environ.get("LEEWAY_URL", "").strip(),
    )
    house.listen(deliverer.heard)
    house.start("deliverer", deliverer.run, deliverer.stop)


def _answers(ready: Ready) -> frozenset[str]:
    """The sources whose customers are answered through this channel."""
    return frozenset(getattr(getattr(ready.channel, "config", None), "answers", "").split())
