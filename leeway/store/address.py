"""Where the database is: ``DATABASE_URL``, or a file in the data folder."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

POSTGRES_SCHEMES = ("postgres", "postgresql")
BUSY_TIMEOUT_SECONDS = 20
"""How long a writer waits for another process. Our transactions last milliseconds; a backup may last
seconds.
"""

SQLITE_PRAGMAS = (
    "pragma journal_mode=wal",
    "pragma synchronous=full",  # an acknowledged fact survives a power cut, not only a crash of ours
    "pragma foreign_keys=on",
    "pragma temp_store=memory",
    "pragma cache_size=-16384",
    "pragma mmap_size=0",
    "pragma wal_autocheckpoint=16000",
)
"""``wal_autocheckpoint``: a busy house changes the same few thousand pages again and again, and a checkpoint writes
each once. In ``serve`` and ``work`` a service of its own does it (``worker.checkpointer``), so that the writing
thread finds little left to do when the log has grown to this many pages (64 MB).
"""


class Sqlite(msgspec.Struct, frozen=True):
    """A file, or ``:memory:``-like names that Django's tests use."""

    path: str
    uri: bool = False


class Postgres(msgspec.Struct, frozen=True):
    """``host`` may be a folder: then the server is reached through the Unix socket in it."""

    host: str
    port: str
    user: str
    password: str
    name: str
    options: dict[str, str] = {}

    def arguments(self) -> dict[str, str]:
        """What libpq wants to hear; empty fields are left to its own defaults (``PGUSER``, ``~/.pgpass``)."""
        named = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "dbname": self.name,
        }
        return {key: value for key, value in {**named, **self.options}.items() if value}


Address = Sqlite | Postgres


class AddressUnreadable(ValueError):
    """``DATABASE_URL`` cannot be understood; the sentence says what is expected."""


def address(home: Path) -> Address:
    """The database of this process, from its environment."""
    url = os.environ.get("DATABASE_URL", "")
    return from_url(url) if url else Sqlite(str(home / "leeway.db"))


def from_url(url: str) -> Address:
    """Reads ``postgres://user:password@host:port/name?option=value`` or ``sqlite:////absolute/file``.

    A Unix socket is a host written with %2F (``postgres://leeway@%2Frun%2Fpostgresql/leeway``) or the option
    ``?host=/run/postgresql``.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return Sqlite(unquote(parts.path.removeprefix("/")))
    if parts.scheme not in POSTGRES_SCHEMES:
        raise AddressUnreadable(
            "DATABASE_URL must start with postgres:// (PostgreSQL) or sqlite:/// (a file), "
            f"and starts with {parts.scheme or 'nothing'}."
        )
    options = dict(parse_qsl(parts.query))
    try:
        port = str(parts.port or "")
    except ValueError as error:
        raise AddressUnreadable(f"DATABASE_URL has no usable port: {error}.") from error
    return Postgres(
        host=options.pop("host", "") or unquote(_host(parts.netloc)),
        port=options.pop("port", "") or port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        name=unquote(parts.path.removeprefix("/")) or "postgres",
        options=options,
    )


def _host(netloc: str) -> str:
    """The host as it was written: ``urlsplit`` lowers it, and the folder of a socket may have capitals."""
    host_and_port = netloc.rpartition("@")[2]
    if host_and_port.startswith("["):
        return host_and_port[1:].partition("]")[0]
    return host_and_port.partition(":")[0]
