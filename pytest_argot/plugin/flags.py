"""Command line flags, and the settings in force for a test file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.errors import Misuse
from pytest_argot.plugin.fuzzing import add_fuzz_flags
from pytest_argot.settings import (
    RECORD_SYNONYMS,
    Options,
    Settings,
    find,
    is_yes_or_no,
    load,
    scalar_flags,
)

if TYPE_CHECKING:
    import pytest


def add_flags(parser: pytest.Parser) -> None:
    """Declare one flag a scalar setting, and ``--argot-config``."""
    group = parser.getgroup("argot", "argot: recorded completions")
    for word, description in scalar_flags().items():
        group.addoption(
            f"--argot-{word.replace('_', '-')}",
            dest=f"argot_{word}",
            default=None,
            metavar="true|false" if is_yes_or_no(word) else word.upper(),
            help=description,
        )
    group.addoption(
        "--argot-disable",
        dest="argot_disable",
        action="store_true",
        help="let decorated tests go live without a cassette; data fixtures still read theirs",
    )
    add_fuzz_flags(group)
    group.addoption(
        "--argot-config",
        dest="argot_config",
        default=None,
        metavar="FILE",
        help="read the settings from this file (default: the nearest pyproject.toml with "
        "[tool.argot], or argot.toml, at or above the test file)",
    )


def flag(config: pytest.Config, word: str) -> str | None:
    """Give a flag's value, ``None`` where it was not given; a record mode by its first name."""
    value = config.getoption(f"argot_{word}", default=None)
    if value is None:
        return None
    return RECORD_SYNONYMS.get(value, value) if word == "record" else str(value)


class SettingsBook:
    """The settings of each test file, every settings file read once."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        flags = {w: value for w in scalar_flags() if (value := flag(config, w)) is not None}
        Settings(root=config.rootpath).flagged(flags)
        self._flags = {word: value for word, value in flags.items() if word != "record"}
        self._by_test: dict[Path, Settings] = {}
        self._by_folder: dict[Path, Settings] = {}
        self._by_file: dict[Path | None, Settings] = {}

    def of(self, test: Path) -> Settings:
        """Give the settings for a test file; flags already applied, except ``record``."""
        if test not in self._by_test:
            if test.parent not in self._by_folder:
                self._by_folder[test.parent] = self._read(test.parent)
            main = self._by_folder[test.parent]
            changed = main.for_test(test)
            self._by_test[test] = main if changed is main else changed.flagged(self._flags)
        return self._by_test[test]

    def _read(self, folder: Path) -> Settings:
        chosen = flag(self._config, "config")
        file = self._given(chosen) if chosen else find(folder)
        if file not in self._by_file:
            self._by_file[file] = load(file, self._config.rootpath).flagged(self._flags)
        return self._by_file[file]

    def _given(self, chosen: str) -> Path:
        """Find a named file from the working directory, or from the root folder as addopts do."""
        for folder in (self._config.invocation_params.dir, self._config.rootpath):
            # Without a dot-dot left in it: overrides and cassettes are found by comparing paths.
            file = Path(os.path.abspath(folder / chosen))  # noqa: PTH100
            if file.is_file():
                return file
        raise Misuse("there is no such settings file", where=f"--argot-config {chosen}")

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
        return "none" if os.environ.get("CI") else _wished(options, settings)[0]

    def unheard(self, options: Options, settings: Settings) -> str:
        """Name what asks for a writing mode and is not heard, because ``CI`` is set."""
        if not os.environ.get("CI") or flag(self._config, "record") is not None:
            return ""
        mode, source = _wished(options, settings)
        return "" if mode == "none" else source


def _wished(options: Options, settings: Settings) -> tuple[str, str]:
    """Give the mode that decorator, environment or settings ask for, and who asks."""
    if options.record:
        return options.record, f'record="{options.record}" in the decorator'
    if ambient := os.environ.get("ARGOT_RECORD"):
        mode = settings.updated({"record": ambient}, "environment ARGOT_RECORD").record
        return mode, f"ARGOT_RECORD={ambient}"
    return settings.record, f'record = "{settings.record}" in the settings'
