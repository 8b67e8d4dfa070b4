"""Style, script and pictures: each under a name that holds its content's hash, so that a browser keeps it for ever and
an upgrade is seen at once; small on the wire.

The files stay where their packages have them. Copies under those names, and their compressed forms, are made in the
data folder when a server starts that has not made them yet: no build step, nothing to forget.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

from leeway.web.middleware import GetResponse

KINDS = (".css", ".js", ".svg")
WORTH_COMPRESSING = 500
MARK = "leeway/mark.svg"


@cache
def names() -> dict[str, str]:
    """The name with the hash of every file we have, by its own: ``leeway/app.js`` is ``leeway/app.0a1b2c3d4e5f.js``."""
    return {name: _with_hash(name, content.read_bytes()) for name, content in _files()}


def _files() -> Iterator[tuple[str, Path]]:
    found: dict[str, Path] = {}
    for finder in get_finders():
        for name, storage in finder.list([]):
            if name.endswith(KINDS):
                found.setdefault(name.replace(os.sep, "/"), Path(storage.path(name)))
    yield from found.items()


def _with_hash(name: str, content: bytes) -> str:
    plain = PurePosixPath(name)
    return str(plain.with_suffix(f".{hashlib.sha256(content).hexdigest()[:12]}{plain.suffix}"))


def prepare(folder: Path) -> None:
    """Makes what is missing of the copies. Another process may do the same at the same time."""
    for name, content in _files():
        copy = folder / names()[name]
        if copy.exists():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        plain = content.read_bytes()
        if len(plain) >= WORTH_COMPRESSING:
            _write(Path(f"{copy}.gz"), gzip.compress(plain, 9, mtime=0))
        _write(copy, plain)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, whoever looks meanwhile."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


class Named(StaticFilesStorage):
    """``{% static 'leeway/app.js' %}`` gives the name with the hash."""

    def url(self, name: str | None) -> str:
        return super().url(names().get(name or "", name))


class LongKept(WhiteNoiseMiddleware):
    """Serves the copies, and the files under their own names for whatever asks for those."""

    def __init__(self, get_response: GetResponse | None = None) -> None:
        prepare(Path(settings.STATIC_ROOT))
        super().__init__(get_response)
        mark = self.files.get(f"{self.static_prefix}{MARK}")
        if mark is not None:  # browsers ask for it wherever a page names none: a CSV, a refusal
            self.files["/favicon.ico"] = mark
