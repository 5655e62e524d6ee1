"""Which cassettes a command is about, and the settings of each."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot import settings
from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_argot.settings import Settings

YAML = (".yaml", ".yml")
JSON = ".json"
REJECTED = ".rejected.yaml"
_MARK = b"interactions"


@dataclass(frozen=True, slots=True)
class Selected:
    """A cassette and the settings it is judged by."""

    file: Path
    settings: Settings


def select(paths: Sequence[str], config: str | None = None) -> list[Selected]:
    """Give the cassettes at or below the paths, each once, in the order of their names.

    Without paths: those of the settings' folder. ``config`` names the settings file, otherwise
    the nearest one at or above each path counts. ``Misuse`` for a path that does not exist.
    """
    chosen = [Path(path).absolute() for path in paths]
    found: dict[Path, Selected] = {}
    for path in chosen or [settings_for(Path.cwd(), config).folder]:
        if not path.exists():
            fix = _hint(path) if paths else "argot check PATH, or set cassettes in [tool.argot]"
            raise Misuse("no such file or folder", where=str(path), fix=fix)
        in_force = settings_for(path, config)
        for file in _cassettes(path, in_force):
            found.setdefault(file.resolve(), Selected(file, in_force))
    return sorted(found.values(), key=lambda selected: selected.file)


def one(path: str, config: str | None = None) -> Selected:
    """Give the one cassette a path names; ``Misuse`` when it is no file."""
    file = Path(path).absolute()
    if not file.is_file():
        what = "a folder, not a cassette" if file.is_dir() else "no such file"
        raise Misuse(what, where=str(file), fix=_hint(file))
    return Selected(file, settings_for(file, config))


def settings_for(path: Path, config: str | None = None) -> Settings:
    """Give the settings in force for a path; ``Misuse`` when they cannot be read."""
    if config is not None:
        return settings.load(Path(config).absolute(), Path.cwd())
    start = path if path.is_dir() else path.parent
    return settings.load(settings.find(start), _root(start))


def whole_folder(paths: Sequence[str], in_force: Settings) -> bool:
    """Tell whether the paths cover the settings' whole folder of cassettes."""
    folder = in_force.folder.resolve()
    chosen = [Path(path).resolve() for path in paths] or [folder]
    return any(path == folder or path in folder.parents for path in chosen)


def _root(start: Path) -> Path:
    """Give the project's folder where no settings name it: the one that holds the cassettes."""
    folders = (start, *start.parents)
    return next((folder for folder in folders if (folder / "cassettes").is_dir()), Path.cwd())


def _hint(path: Path) -> str:
    refused = path.with_name(f"{path.stem}{REJECTED}")
    if refused.is_file():
        return f"name the recording that was refused: {refused}"
    return "name a cassette or a folder of cassettes"


def _cassettes(path: Path, in_force: Settings) -> Iterator[Path]:
    """Walk a folder; a file named by the user is a cassette whatever it is called."""
    if not path.is_dir():
        yield path
        return
    mixed = path in in_force.folder.parents
    for folder, folders, files in os.walk(path):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not _foreign(here / name))
        for name in sorted(files):
            file = here / name
            sure = file.suffix in YAML and not (mixed and in_force.folder not in file.parents)
            if _named_like_one(name) and (sure or _mentions_interactions(file)):
                yield file


def _foreign(folder: Path) -> bool:
    """Tell folders that hold other people's files: hidden ones, environments, packages."""
    hidden = folder.name.startswith(".") or folder.name == "node_modules"
    return hidden or (folder / "pyvenv.cfg").exists()


def _named_like_one(name: str) -> bool:
    return name.endswith((*YAML, JSON)) and not name.endswith(REJECTED)


def _mentions_interactions(file: Path) -> bool:
    try:
        return _MARK in file.read_bytes()
    except OSError:
        return True  # the reader says why
