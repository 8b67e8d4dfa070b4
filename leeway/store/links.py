"""Links to customers' own pages, made where there is no web: by whoever delivers a message that holds one."""

from __future__ import annotations

from datetime import datetime

from leeway.desk.customer_link import Link, create
from leeway.store.writer.driver import Driver


class DriverLinks:
    """``leeway.desk.customer_link.Adds`` over a connection of its own; each link is a commit."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def add(self, case: int, digest: str, *, at: datetime, by: str, expires_at: datetime) -> Link:
        driver = self._driver
        driver.begin()
        try:
            driver.run(
                "insert into leeway_customer_link (case_id, sha256, created_at, created_by, expires_at) "
                "values (?, ?, ?, ?, ?)",
                (case, digest, at, by, expires_at),
            )
            number = int(
                driver.select("select id from leeway_customer_link where sha256 = ?", (digest,))[0][0]
            )
            driver.commit()
        except BaseException:
            driver.rollback()
            raise
        return Link(number, case, at, by, expires_at)


def page_of(driver: Driver, house: str, case: int, now: datetime) -> str:
    """The address of a new page for this case; ``house`` is where customers find us (``https://help.example.org``),
    and without it there is none.
    """
    if not house or not case:
        return ""
    return f"{house.rstrip('/')}/c/{create(DriverLinks(driver), case, by='leeway', now=now).secret}"
