"""``serve`` and ``work``: the commands that stay."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading

import click

from leeway.cli.house import house, ready_database

DEFAULT_PORT = 8321

host_option = click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
port_option = click.option(
    "--port",
    envvar="PORT",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="The port to listen on; the variable PORT says the same.",
)


@click.command()
@host_option
@port_option
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes on the port."
)
def serve(host: str, port: int, workers: int) -> None:
    """Take facts, run the clocks, deliver what is to be told, show the pages. Ends with Ctrl-C."""
    port_is_free(host, port)
    if workers > 1:
        sys.exit(_several(host, port, workers))
    _serve_alone(host, port)


def _serve_alone(host: str, port: int) -> None:
    from leeway.web import asgi
    from leeway.worker.services import start_services

    _log_to_stderr()
    ready_database().close()
    click.echo(f"Leeway at http://{host}:{port} (end with Ctrl-C)", err=True)
    asgi.serve(host=host, port=port, beside=start_services)


def port_is_free(host: str, port: int) -> None:
    """Two servers on one port would share its callers without anybody noticing; better to say so at once."""
    if os.environ.get(SHARES_PORT):
        return
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.UsageError(
                f"Cannot listen on {host}:{port}: {error.strerror}. Another one: --port, or the variable PORT."
            ) from error


SHARES_PORT = "LEEWAY_SHARES_PORT"
"""Set for the processes of one ``serve --workers``: the others on the port are family."""


def _several(host: str, port: int, workers: int) -> int:
    """Processes that share the port and the database; when one ends they all do, and its exit code is ours."""
    ready_database().close()  # the tables are brought up to date once, before they all come
    command = [sys.executable, "-P", "-m", "leeway", "serve", "--host", host, "--port", str(port)]
    environment = {**os.environ, SHARES_PORT: "1"}
    family = [subprocess.Popen(command, env=environment) for _ in range(workers)]  # noqa: S603 - our own command
    ended = threading.Event()
    codes: list[int] = []
    for child in family:
        threading.Thread(target=_watch, args=(child, codes, ended), daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    for child in family:
        if child.poll() is None:
            child.terminate()
    for child in family:
        child.wait()
    return max((abs(code) for code in codes), default=0)


def _watch(child: subprocess.Popen, codes: list[int], ended: threading.Event) -> None:
    code = child.wait()
    if not ended.is_set():
        codes.append(code)
    ended.set()


@click.command()
def work() -> None:
    """Run the clocks and deliveries alone, beside other processes on the same database. Ends with Ctrl-C."""
    from leeway.worker.services import start_services

    _log_to_stderr()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with house() as opened:
        start_services(opened)
        click.echo(f"Leeway works on its {opened.database} database (end with Ctrl-C)", err=True)
        ended.wait()


def _log_to_stderr() -> None:
    from leeway.store.logs import log_to_stderr

    log_to_stderr(os.environ.get("LEEWAY_LOG", "INFO"))
