"""The group of commands: each is imported when it is asked for, and fails in our words."""

from __future__ import annotations

import io
import sys
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from pytest_argot.cli.screen import complain, flush
from pytest_argot.errors import ArgotError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "accept": "pytest_argot.cli.accept",
        "check": "pytest_argot.cli.check",
        "demo": "pytest_argot.cli.demo",
        "keep": "pytest_argot.cli.keep",
        "record": "pytest_argot.cli.record",
        "scrub": "pytest_argot.cli.scrub",
        "show": "pytest_argot.cli.show",
    }
)
WRONG_USE = 2
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that imports the module of a command when the command is asked for.

    The module holds the command under the command's own name.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands, in the alphabet's order."""
        return sorted(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Import and give a command, ``None`` for a name nobody knows."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        return command if isinstance(command, click.Command) else None


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(package_name="pytest-argot", prog_name="argot")
@click.pass_context
def argot(ctx: click.Context) -> None:
    """Judge, read and accept recorded completion responses, offline."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(WRONG_USE)


def run(argv: Sequence[str] | None) -> int:
    """Run ``argot`` and give the exit code; an error of ours or of the user is no traceback."""
    _survive_odd_characters()
    try:
        result = argot.main(argv, prog_name="argot", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ArgotError as error:
        complain(error)
        return WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    flush()
    return result if isinstance(result, int) else 0


def _survive_odd_characters() -> None:
    """Print what the terminal's encoding lacks as escapes instead of dying of it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
