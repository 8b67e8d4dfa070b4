"""A group of commands that are imported when they are run, and whose expected refusals are one line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

import click

Lazy = Mapping[str, tuple[str, str]]
"""For each command where it is (``module:name``) and what it does, in one line."""


class LazyGroup(click.Group):
    def __init__(self, *args: Any, lazy: Lazy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        place = self._lazy.get(cmd_name)
        if place is None:
            return None
        module, _, name = place[0].partition(":")
        return cast(click.Command, getattr(import_module(module), name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in self._lazy.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            asked = error.ctx.command_path if error.ctx else ctx.command_path
            sentence = " ".join(error.format_message().split())
            raise Refused(f"{sentence} (More: {asked} --help)") from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, KeyboardInterrupt):
            raise
        except BrokenPipeError:
            sys.stderr.close()  # whoever read our output has seen enough, and nobody reads a complaint
            sys.exit(1)
        except Exception as error:
            from leeway.cli.refusals import in_one_line

            told = in_one_line(error)
            if told is None:
                raise
            raise Refused(told) from error


class Refused(click.ClickException):
    """What was asked cannot be done; the sentence says why and what to do. Exit code 2."""

    exit_code = 2
