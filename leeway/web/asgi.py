"""The web process: native paths first, everything else by Django in a pool of threads.

    serve(host="127.0.0.1", port=8321)

One process, one event loop, one writing thread. A signal ends it in order: no new requests, the queue is written out,
then the database is closed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from leeway.store import marks
from leeway.web import house as pages
from leeway.web.health import HealthPage
from leeway.web.http import App, Message, Receive, Scope, Send
from leeway.web.ingest import Ingest
from leeway.web.listeners import Listener, listener
from leeway.web.live import Feed, Live
from leeway.web.tokens import Gate
from leeway.web.watch.native import WatchLive
from leeway.wiring import House, collect_garbage_rarely, languages, open_house, report_reader, token_reader

log = logging.getLogger(__name__)

DJANGO_THREADS = 16
DEFAULT_PORT = 8321


def _who_listens(cookies: str, cases: Collection[int]) -> Listener | None:
    django()
    return listener(cookies, cases)


class Application:
    """Dispatches by path. Further native paths (the live stream) are added with ``native``."""

    def __init__(self, house: House) -> None:
        gate = Gate(token_reader(house))
        self._pages: App | None = None
        self._native: dict[str, App] = {
            "/api/v1/facts": Ingest(house.writer, gate),
            "/healthz": HealthPage(
                house.writer,
                house.database,
                report_reader(house, marks.SWEEP),
                report_reader(house, marks.OUTBOX),
            ),
        }
        self._live = Live(Feed(house.driver()), _who_listens)
        house.writer.listen(self._live.heard)
        self.native("/live", self._live)
        self.native("/watch/live", WatchLive(django, self._live.newest))

    def native(self, path: str, app: App) -> None:
        self._native[path] = app

    def close(self) -> None:
        """Ends what would otherwise never end by itself."""
        self._live.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            app = self._native.get(scope["path"]) or self._pages
            if app is None:
                app = self._pages = await asyncio.to_thread(django)
            await app(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    """Nothing begins or ends with the server: the house is opened before it and closed after it."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def django() -> App:
    """Django with everything it imports, made once; the server asks for it as soon as it runs."""
    with _one_at_a_time:
        return _django()


_one_at_a_time = threading.Lock()


@cache
def _django() -> App:
    from a2wsgi import WSGIMiddleware  # noqa: PLC0415 - ingest must not wait for Django's imports
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leeway.store.settings")
    wsgi: Any = get_wsgi_application()
    pool: Any = WSGIMiddleware(wsgi, workers=DJANGO_THREADS)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def more() -> Message:
            # The server's own `receive` returns a future; the pool's threads hand coroutines to the loop.
            return await receive()

        await pool(scope, more, send)

    return app


def _warm_up() -> None:
    """What the first fact and the first page would have waited for; and a house without accounts says how to make the
    first one.
    """
    next(iter(languages().values()))
    django()
    from leeway.web.account import first_admin  # noqa: PLC0415 - Django is there only now

    first_admin.announce()
    collect_garbage_rarely()  # Django has come with all its modules


def serve(
    *, host: str = "127.0.0.1", port: int = DEFAULT_PORT, beside: Callable[[House], None] | None = None
) -> None:
    """Runs until SIGINT or SIGTERM. ``beside`` starts what runs in the same process (``worker.start_services``)."""
    house = open_house()
    pages.use(house)
    try:
        if beside is not None:
            beside(house)
        asyncio.run(_serve(house, host, port))
    finally:
        house.close()


async def _serve(house: House, host: str, port: int) -> None:
    # The server that lives in our own process: a kill takes everything with it, and nothing is held twice in memory.
    from granian.constants import Interfaces  # noqa: PLC0415 - only the web process needs a server
    from granian.server.embed import Server  # noqa: PLC0415

    application = Application(house)
    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        backlog=1024,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()

    def stop() -> None:
        application.close()
        server.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    warming = loop.run_in_executor(None, _warm_up)
    await server.serve()
    await warming
