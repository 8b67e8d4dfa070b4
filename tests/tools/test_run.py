"""`./run` on machines that are not like ours: no Python, an old one, a stale or half-made environment."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LOCK = "leeway-needs==1.0\n"

# Stands for Python. It notes how it was called, makes an environment when asked for one, and can be told to
# be old, to lack venv, or to fail at installing.
PYTHON = """#!/bin/sh
echo "$0 $*" >> "$CALLS"
case "$*" in
    *version_info*) [ -z "$OLD" ] ;;
    *ensurepip*) [ -z "$NO_VENV" ] ;;
    *flock*) exec "$REAL_PYTHON" "$@" ;;
    --version) echo "Python 3.9.1" ;;
    *"-m venv"*)
        for folder; do :; done
        mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python" ;;
    *"pip install"*)
        sleep 0.2
        if [ -n "$NO_NETWORK" ]; then echo "no route to the registry" >&2; exit 1; fi ;;
    *"-m leeway"*) echo "leeway in $PWD, PORT=$PORT" ;;
esac
"""


class Machine:
    """A folder with `run` and its locks, and a PATH on which there is one Python of a certain kind."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.project = folder / "project"
        self.calls = folder / "calls"
        programs = folder / "bin"
        (self.project / "requirements").mkdir(parents=True)
        programs.mkdir()
        shutil.copy(repository / "run", self.project)
        for lock in ("base.lock", "dev.lock"):
            (self.project / "requirements" / lock).write_text(LOCK)
        for name in ("bash", "sed", "dirname", "cmp", "cp", "rm", "mkdir", "sh", "sleep"):
            (programs / name).symlink_to(shutil.which(name) or name)
        (programs / "python3").write_text(PYTHON)
        (programs / "python3").chmod(0o755)
        self.environment = {
            "PATH": str(programs),
            "HOME": str(folder / "nobody"),
            "CALLS": str(self.calls),
            "REAL_PYTHON": sys.executable,
        }

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.project / "run", *arguments],
            cwd="/",
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        process = self.start(*arguments, **environment)
        out, err = process.communicate()
        return process.returncode, out, err

    def installs(self) -> int:
        return self.calls.read_text().count("pip install") if self.calls.exists() else 0


@pytest.fixture
def machine(tmp_path, repository):
    return Machine(tmp_path, repository)


def test_the_first_start_makes_the_environment_and_the_second_only_uses_it(machine):
    status, out, err = machine.run("leeway", "--help")
    assert (status, out) == (0, "leeway in /, PORT=\n")
    assert err.startswith("Making the environment in .venv from requirements/base.lock")
    machine.calls.unlink()
    assert machine.run("leeway", "--help") == (0, "leeway in /, PORT=\n", "")
    assert machine.calls.read_text().splitlines() == [
        f"{machine.project}/.venv/bin/python -P -m leeway --help"
    ]


def test_a_changed_lock_is_installed_at_the_next_start(machine):
    machine.run("leeway")
    (machine.project / "requirements" / "base.lock").write_text(LOCK.replace("1.0", "1.1"))
    machine.run("leeway")
    machine.run("leeway")
    assert machine.installs() == 2


def test_two_at_once_make_it_once(machine):
    both = [machine.start("leeway"), machine.start("leeway")]
    assert [process.communicate()[0] for process in both] == ["leeway in /, PORT=\n"] * 2
    assert machine.installs() == 1


def test_what_failed_to_install_is_tried_again(machine):
    status, out, err = machine.run("leeway", NO_NETWORK="1")
    assert (status, out) == (1, "")
    assert err.splitlines()[1:] == [
        "no route to the registry",
        "The environment could not be made: the lines above say why.",
    ]
    assert machine.run("leeway")[:2] == (0, "leeway in /, PORT=\n")


def test_the_workshop_s_environment_serves_the_product_too(machine):
    machine.run("bench")
    assert machine.run("leeway") == (0, "leeway in /, PORT=\n", "")


def test_what_the_caller_set_reaches_leeway(machine):
    assert machine.run("demo", PORT="8123")[1] == "leeway in /, PORT=8123\n"


def test_an_old_python_is_named_in_one_sentence(machine):
    status, _, err = machine.run("demo", OLD="1")
    assert status == 1
    assert err == (
        "Leeway needs Python 3.11 or newer; found Python 3.9.1."
        " Name another one with LEEWAY_PYTHON=/path/to/python3 ./run ...\n"
    )


def test_a_python_without_venv_is_told_what_to_install(machine):
    status, _, err = machine.run("demo", NO_VENV="1")
    assert status == 1
    assert err == "This Python has no venv. On Debian or Ubuntu: sudo apt-get install python3-venv\n"


def test_no_python_at_all(machine):
    (Path(machine.environment["PATH"]) / "python3").unlink()
    status, _, err = machine.run("demo")
    assert status == 1
    assert err.startswith("Leeway needs Python 3.11 or newer; found none.")


def test_alone_it_prints_the_list_of_commands(machine):
    status, out, err = machine.run()
    assert (status, err) == (0, "")
    assert "./run demo" in out
    assert machine.installs() == 0


def test_an_unknown_command_is_refused_with_the_list(machine):
    status, out, err = machine.run("dmeo")
    assert (status, out) == (1, "")
    assert err.endswith("There is no './run dmeo'.\n")
