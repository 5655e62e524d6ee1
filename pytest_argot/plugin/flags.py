"""Command line flags, and the settings in force for a test file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_argot.errors import Misuse
from pytest_argot.settings import Options, Settings, find, load, scalar_flags

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest


def add_flags(parser: pytest.Parser) -> None:
    """Declare one flag a scalar setting, and ``--argot-config``."""
    group = parser.getgroup("argot", "argot: recorded completions")
    for word, description in scalar_flags().items():
        group.addoption(
            f"--argot-{word.replace('_', '-')}",
            dest=f"argot_{word}",
            default=None,
            metavar=word.upper(),
            help=description,
        )
    group.addoption(
        "--argot-config",
        dest="argot_config",
        default=None,
        metavar="FILE",
        help="read the settings from this file (default: the nearest pyproject.toml with "
        "[tool.argot], or argot.toml, at or above the test file)",
    )


def flag(config: pytest.Config, word: str) -> str | None:
    """Give a flag's value, ``None`` where it was not given."""
    value = config.getoption(f"argot_{word}", default=None)
    return None if value is None else str(value)


class SettingsBook:
    """The settings of each folder, read once."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._flags: Mapping[str, str] = {
            word: value for word in scalar_flags() if (value := flag(config, word)) is not None
        }
        self._by_folder: dict[Path, Settings] = {}
        self._by_file: dict[Path | None, Settings] = {}
        Settings(root=config.rootpath).updated(self._flags, "the command line")

    def of(self, folder: Path) -> Settings:
        """Give the settings for tests in a folder; flags already applied, except ``record``."""
        if folder not in self._by_folder:
            self._by_folder[folder] = self._read(folder)
        return self._by_folder[folder]

    def _read(self, folder: Path) -> Settings:
        chosen = flag(self._config, "config")
        file = self._given(chosen) if chosen else find(folder)
        if file not in self._by_file:
            flags = {word: value for word, value in self._flags.items() if word != "record"}
            settings = load(file, self._config.rootpath)
            self._by_file[file] = settings.updated(flags, "the command line")
        return self._by_file[file]

    def _given(self, chosen: str) -> Path:
        file = self._config.invocation_params.dir / chosen
        if not file.is_file():
            raise Misuse("there is no such settings file", where=f"--argot-config {chosen}")
        return file

    def record_mode(self, options: Options, settings: Settings) -> str:
        """Give the record mode in force.

        The decorator's ``record="none"`` is a lock; then the flag, the decorator, ``ARGOT_RECORD``
        and the settings. With ``CI`` set only the flag makes a run write.
        """
        asked = flag(self._config, "record")
        if options.record == "none":
            return "none"
        if asked is not None:
            return asked
        if os.environ.get("CI"):
            return "none"
        ambient = os.environ.get("ARGOT_RECORD")
        if ambient:
            settings = settings.updated({"record": ambient}, "environment ARGOT_RECORD")
        return options.record or settings.record
