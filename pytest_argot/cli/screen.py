"""Writing to the screen: colours and width for a terminal, plain whole lines for a pipe."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.console import Console

UNLIMITED = 100_000
"""Width for a pipe or a file, in characters: nothing is folded there."""


def draw(render: Callable[[Console], None]) -> None:
    """Let ``render`` print on a console that fits standard output.

    A terminal gets its width and colours. Anything else gets plain text without folds, or of the
    width ``COLUMNS`` says.
    """
    from rich.console import Console

    if not sys.stdout.isatty():
        write(drawn(render))
        return
    with _quiet_pipe():
        render(Console(highlight=False))


def drawn(render: Callable[[Console], None]) -> str:
    """Give what ``render`` prints as plain text, without blanks at the ends of lines."""
    from rich.console import Console

    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() and int(columns) > 0 else UNLIMITED
    paper = io.StringIO()
    render(Console(file=paper, width=width, force_terminal=False, color_system=None))
    return "".join(f"{line.rstrip()}\n" for line in paper.getvalue().splitlines())


def write(text: str) -> None:
    """Write text to standard output; a reader that has gone away is no error."""
    with _quiet_pipe():
        sys.stdout.write(text)
        sys.stdout.flush()


def complain(text: object) -> None:
    """Say on standard error what is wrong, after the program's name."""
    click.echo(f"argot: {text}", err=True)


def flush() -> None:
    """Send what is still buffered; a reader that has gone away is no error."""
    with _quiet_pipe():
        sys.stdout.flush()


@contextlib.contextmanager
def _quiet_pipe() -> Generator[None]:
    try:
        yield
    except BrokenPipeError:
        # Python flushes once more at exit: give it a place where that succeeds.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
