"""Prints to the terminal: for the first five minutes, for demos, and for tests. Stands in for what is not set up."""

from __future__ import annotations

import re
import sys
import threading
from collections import deque
from typing import TextIO

import msgspec
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from leeway.channels.base import Accepted, Info, Outgoing, Result, one_line

REMEMBERED = 200
COLOURS = {"now": "red", "soon": "yellow", "whenever": "cyan"}

INFO = Info(kind="print", label="Terminal", receipts=False, urgent=True, addressed_by="person", stand_in=True)


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to set."""


class Channel:
    """``sent`` are the last messages, the oldest first. ``file`` is where it prints (the terminal's error side,
    which nobody pipes into a program).
    """

    def __init__(self, config: Config, *, file: TextIO | None = None) -> None:
        self.config = config
        self.sent: deque[Outgoing] = deque(maxlen=REMEMBERED)
        self._console = Console(file=file or sys.stderr, highlight=False)
        self._lock = threading.Lock()

    def send(self, message: Outgoing) -> Result:
        with self._lock:
            self.sent.append(message)
            self._console.print(_panel(message))
        return Accepted(by="terminal", id=message.key)


def _panel(message: Outgoing) -> Panel:
    title = Text(one_line(message.subject) or "(no subject)", style="bold")
    footer = Text(f"to {one_line(message.to)}, {message.urgency}", style="dim")
    text = Text(_harmless(message.body))
    return Panel(
        text, title=title, subtitle=footer, title_align="left", border_style=COLOURS[message.urgency]
    )


def _harmless(text: str) -> str:
    """A customer's words must not move our cursor or recolour our terminal."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text)
