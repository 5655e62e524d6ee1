"""Which rejected recordings a command is about, and the settings of each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.cassette.rejected import rejected_path
from pytest_argot.cli.selection import REJECTED, Selected, plain, settings_for, tops
from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def select_refused(paths: Sequence[str], config: str | None = None) -> list[Selected]:
    """Give the rejected recordings at or below the paths, each once, in the order of their names.

    A cassette stands for the recording kept beside it. Without paths: those below the folders
    the settings in force here have for cassettes. ``Misuse`` for a path with neither, and where
    there is no such folder.
    """
    chosen = [plain(path) for path in paths]
    found: dict[Path, Selected] = {}
    for path in chosen or tops(settings_for(Path.cwd(), config)):
        for file in _refused(path, named=bool(paths)):
            found.setdefault(file.resolve(), Selected(file, settings_for(file, config)))
    return sorted(found.values(), key=lambda selected: selected.file)


def cassette_of(refused: Path) -> Path:
    """Give the cassette a rejected recording was meant for."""
    return refused.with_name(refused.name.removesuffix(REJECTED) + ".yaml")


def _refused(path: Path, *, named: bool) -> Iterator[Path]:
    if path.is_dir():
        yield from _below(path)
    elif path.name.endswith(REJECTED) and path.exists():
        yield path
    elif not path.name.endswith(REJECTED) and rejected_path(path).exists():
        yield rejected_path(path)
    elif named and not path.exists():
        fix = "name a rejected recording, its cassette, or a folder"
        raise Misuse("no such file or folder", where=str(path), fix=fix)


def _below(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _foreign(name))
        yield from (Path(here, name) for name in sorted(files) if name.endswith(REJECTED))


def _foreign(name: str) -> bool:
    return name.startswith(".") or name == "node_modules"
