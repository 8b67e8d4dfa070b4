"""Logs and error reports without anybody's card, address or password: masked where they are written.

A handler's formatter is the last thing every line goes through, its traceback included, so nothing gets around it.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

LINE = "{asctime} {levelname} {name}: {message}"


class MaskedFormatter(logging.Formatter):
    """The usual line, masked."""

    def __init__(self, fmt: str = LINE) -> None:
        super().__init__(fmt, style="{")

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def masked(text: str) -> str:
    from leeway.core.redact import mask  # noqa: PLC0415 - only whoever has something to say compiles its patterns

    return mask(text)


def log_to_stderr(level: str) -> None:
    """For the commands that stay: every handler there is, or a new one, masks what it writes."""
    logging.basicConfig(level=level)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(MaskedFormatter())
    mask_tracebacks()


def mask_tracebacks() -> None:
    """What ends a program or a thread by surprise is reported masked as well."""
    sys.excepthook = _report
    threading.excepthook = _report_thread


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(masked("".join(traceback.format_exception(kind, error, trace))))


def _report_thread(hook: threading.ExceptHookArgs) -> None:
    if hook.exc_value is not None and not isinstance(hook.exc_value, SystemExit):
        sys.stderr.write(f"in thread {hook.thread.name if hook.thread else '?'}:\n")
        _report(hook.exc_type, hook.exc_value, hook.exc_traceback)
