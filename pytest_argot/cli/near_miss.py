"""What somebody may have meant who named something that is no cassette."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.cassette.rejected import rejected_path
from pytest_argot.report.wording import nearby

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.settings import Settings

ANY = "name a cassette or a folder of cassettes"


def near_miss(path: Path, in_force: Settings, otherwise: str = ANY) -> str:
    """Give the way on: a cassette of that name, a recording that was refused, or ``otherwise``.

    ``path`` is absolute and no cassette: nothing, or a folder. ``in_force``: the settings of the
    working directory.
    """
    for file in _candidates(path, in_force):
        if file.is_file():
            return f"did you mean {nearby(file)}?"
    refused = [*sorted(path.glob(rejected_path(Path("*")).name)), rejected_path(path)]
    if found := [file for file in refused if file.is_file()]:
        first = nearby(found[0])
        return f"name the recording that was refused, {first}, or: argot keep {shlex.quote(first)}"
    return otherwise


def _candidates(path: Path, in_force: Settings) -> Iterator[Path]:
    """Give the files a test's name for the cassette would mean, and those beside the path."""
    yield path.with_name(f"{path.name}.yaml")
    try:
        name = os.path.relpath(path)
    except ValueError:  # another drive
        return
    for layout in in_force.layouts:
        yield layout.folder / name
        yield layout.folder / f"{name}.yaml"
