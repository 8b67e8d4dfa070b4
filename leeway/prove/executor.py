"""Where the pieces of a long calculation run: here, on all cores, or on a Dask cluster. One seam, three ways through.

A piece of work is a function of the module level and its arguments, so that it can be named in another process or on
another machine. Results come back in the order of the pieces whatever finishes first, so that a report made from them
is the same, byte for byte, everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from distributed import Client

Piece = TypeVar("Piece")
AHEAD = 4
"""Pieces handed out for each worker before the oldest is waited for: enough to keep them busy, few enough that finished
results do not pile up.
"""


class Unavailable(RuntimeError):
    """This way of running is not possible here; says what to do."""


class Executor(Protocol):
    """Runs ``work`` over the pieces; results in the order of the pieces. Errors of a piece are raised here."""

    def map(self, work: Callable[[Piece], bytes], pieces: Iterable[Piece]) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class Inline:
    """In this process, one after the other."""

    def map(self, work: Callable[[Piece], bytes], pieces: Iterable[Piece]) -> Iterator[bytes]:
        return map(work, pieces)

    def close(self) -> None:
        """Nothing was started."""


class Processes:
    """So many processes on this machine, each started fresh: a fork would share the database connection."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))

    def map(self, work: Callable[[Piece], bytes], pieces: Iterable[Piece]) -> Iterator[bytes]:
        return _in_order((self._pool.submit(work, piece) for piece in pieces), AHEAD * self._workers)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


class Dask:
    """A cluster that is running already, by the address of its scheduler. Its workers need Leeway installed and have to
    reach the database.
    """

    def __init__(self, address: str) -> None:
        self._client = _client(address)

    def map(self, work: Callable[[Piece], bytes], pieces: Iterable[Piece]) -> Iterator[bytes]:
        workers = max(1, len(self._client.scheduler_info()["workers"]))
        submitted = (self._client.submit(work, piece, pure=False) for piece in pieces)
        return _in_order(submitted, AHEAD * workers)

    def close(self) -> None:
        self._client.close()


def _client(address: str) -> Client:
    try:
        from distributed import Client  # noqa: PLC0415 - large, and most houses never need it
    except ImportError:
        raise Unavailable(
            "Running on a Dask cluster needs the package `distributed`: install it beside Leeway, here and there."
        ) from None
    try:
        return Client(address, timeout="10s")
    except (OSError, ValueError) as trouble:
        raise Unavailable(f"There is no Dask scheduler at {address}: {trouble}.") from None


class _Future(Protocol):
    def result(self) -> bytes: ...


def _in_order(futures: Iterable[_Future], most: int) -> Iterator[bytes]:
    waiting: list[_Future] = []
    for future in futures:
        waiting.append(future)
        if len(waiting) >= most:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()
