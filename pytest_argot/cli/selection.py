"""Which cassettes a command is about, and the settings of each."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot import settings
from pytest_argot.cli.near_miss import ANY, near_miss
from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_argot.settings import Settings

YAML = (".yaml", ".yml")
JSON = ".json"
REJECTED = ".rejected.yaml"
PROJECT = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", "setup.py", ".git")
"""What marks the top of a project: cassettes above it are somebody else's."""

_MARK = b"interactions"
_ELSEWHERE = f"{ANY}, or set cassettes in [tool.argot]"


@dataclass(frozen=True, slots=True)
class Selected:
    """A cassette and the settings it is judged by."""

    file: Path
    settings: Settings


def select(paths: Sequence[str], config: str | None = None) -> list[Selected]:
    """Give the cassettes at or below the paths, each once, in the order of their names.

    Without paths: those the settings in force here have a place for. ``config`` names the settings
    file, otherwise the nearest one at or above each cassette counts. ``Misuse`` for a path that
    does not exist, and for a folder without cassettes.
    """
    found: dict[Path, Selected] = {}
    for each in _named(paths, config) if paths else _all(config):
        found.setdefault(each.file.resolve(), each)
    return sorted(found.values(), key=lambda selected: selected.file)


def _named(paths: Sequence[str], config: str | None) -> Iterator[Selected]:
    for path in map(plain, paths):
        if not path.exists():
            raise Misuse("no such file or folder", where=str(path), fix=_meant(path, config))
        in_force = settings_for(path, config)
        if path.is_dir():
            yield from _in_folder(path, in_force, config)
        else:  # a cassette, whatever it is called
            yield Selected(path, in_force)


def _in_folder(path: Path, in_force: Settings, config: str | None) -> list[Selected]:
    found = list(_Walk(path, nested=config is None).cassettes(in_force))
    if not found:  # a slip of the pen must not look like a clean tree
        raise Misuse("no cassette is in this folder", where=str(path), fix=_meant(path, config))
    return found


def _all(config: str | None) -> list[Selected]:
    in_force = settings_for(Path.cwd(), config)
    varies = any(layout.varies for layout in in_force.layouts)
    walks = [_Walk(top, nested=config is None, in_place=varies) for top in tops(in_force)]
    found = [each for walk in walks for each in walk.cassettes(in_force)]
    if not found and in_force.layout.varies:  # a wrong pattern must not look like a clean tree
        what = f"no cassette is where cassettes = {in_force.cassettes!r} has a place for it"
        raise Misuse(what, where=str(in_force.root), fix=_ELSEWHERE)
    return found


def tops(in_force: Settings) -> list[Path]:
    """Give the folders that all cassettes of the settings lie below; ``Misuse`` without any."""
    found = [top for top in _tops(in_force) if top.exists()]
    if not found:
        where = str(in_force.layout.top)
        raise Misuse("no such file or folder", where=where, fix=_ELSEWHERE)
    return found


def one(path: str, config: str | None = None) -> Selected:
    """Give the one cassette a path names; ``Misuse`` when it is no file."""
    file = plain(path)
    if not file.is_file():
        what = "a folder, not a cassette" if file.is_dir() else "no such file"
        raise Misuse(what, where=str(file), fix=_meant(file, config, "name one cassette"))
    return Selected(file, settings_for(file, config))


def settings_for(path: Path, config: str | None = None) -> Settings:
    """Give the settings in force for a path; ``Misuse`` when they cannot be read."""
    if config is not None:
        return settings.load(Path(config).absolute(), Path.cwd())
    start = path if path.is_dir() else path.parent
    return settings.load(settings.find(start), _root(start))


def whole_folder(paths: Sequence[str], in_force: Settings) -> bool:
    """Tell whether the paths cover every place the settings have for cassettes."""
    chosen = [Path(path).resolve() for path in paths]
    places = [top.resolve() for top in _tops(in_force) if top.exists()]
    return not chosen or all(
        any(path == place or path in place.parents for path in chosen) for place in places
    )


def _tops(in_force: Settings) -> list[Path]:
    """Give the folders that all cassettes of the settings lie below."""
    return list(dict.fromkeys(layout.top for layout in in_force.layouts))


def _root(start: Path) -> Path:
    """Give the project's folder where no settings name it: the one that holds the cassettes."""
    for folder in (start, *start.parents):
        if (folder / "cassettes").is_dir():
            return folder
        if any((folder / name).exists() for name in PROJECT):
            break
    return Path.cwd()


def _meant(path: Path, config: str | None, otherwise: str = ANY) -> str:
    return near_miss(path, settings_for(Path.cwd(), config), otherwise)


def plain(path: str) -> Path:
    """Give the absolute path without ``..``, unless links make that another place."""
    given = Path(path).absolute()
    short = Path(os.path.normpath(given))
    return short if os.path.realpath(short) == os.path.realpath(given) else given


@dataclass(frozen=True, slots=True)
class _Walk:
    """The way through a folder.

    ``nested``: a settings file on the way rules what is below it. ``in_place``: only where the
    settings have a place for cassettes.
    """

    start: Path
    nested: bool
    in_place: bool = False

    def cassettes(self, in_force: Settings) -> Iterator[Selected]:
        """Give the cassettes below the start, in which other settings may come into force."""
        ruling = {self.start: in_force}
        for folder, folders, files in os.walk(self.start):
            here = Path(folder)
            now = ruling.pop(here)
            folders[:] = sorted(name for name in folders if not _foreign(here / name))
            ruling.update({here / name: self._below(here / name, now) for name in folders})
            for name in sorted(files):
                if _named_like_one(name) and self._is_one(here / name, now):
                    yield Selected(here / name, now)

    def _below(self, folder: Path, now: Settings) -> Settings:
        file = settings.here(folder) if self.nested else None
        return now if file is None else settings.load(file, folder)

    def _is_one(self, file: Path, now: Settings) -> bool:
        """Tell a cassette from other files: by its place, else by what it holds."""
        in_place = any(layout.holds(file.parent) for layout in now.layouts)
        if self.in_place and not in_place:
            return False
        known = any(layout.is_named and layout.holds(file.parent) for layout in now.layouts)
        sure = file.suffix in YAML and (known or not self._is_mixed(now))
        return sure or _mentions_interactions(file)

    def _is_mixed(self, now: Settings) -> bool:
        """Tell whether the start holds other things than cassettes, too."""
        return any(
            self.start in layout.top.parents or (layout.varies and not layout.holds(self.start))
            for layout in now.layouts
        )


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
