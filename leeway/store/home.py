"""The folder where an installation keeps what is its own: the database, the secret key, uploaded things."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path


def home() -> Path:
    """``LEEWAY_HOME``, or the place this platform gives to programs' data; made when missing, for us
    alone.
    """
    chosen = os.environ.get("LEEWAY_HOME")
    folder = Path(chosen).expanduser().resolve() if chosen else _usual_place()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _usual_place() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "Leeway"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Leeway"
    return Path.home() / ".leeway"


def secret_key(folder: Path) -> str:
    """The key that signs sessions and links, made once. Two processes starting at once agree on one key."""
    file = folder / "secret-key"
    if not file.exists():
        draft = folder / f"secret-key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, file)  # fails when another process was first: theirs is the key then
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text().strip()
