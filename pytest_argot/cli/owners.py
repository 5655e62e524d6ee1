"""The tests that ask for a cassette, and the settings in force for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_argot.errors import CassetteMissing
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_argot.cli.selection import Selected
    from pytest_argot.settings import Settings


def settings_of(selected: Selected) -> Settings:
    """Give the settings of one cassette: with the overrides its tests agree on.

    A cassette without tests, or without a file yet, has the settings outside the overrides.
    ``CassetteCorrupt`` as the reader says.
    """
    settings = selected.settings
    if not settings.overrides:  # reading the file twice has a price
        return settings
    return settings.for_tests(settings.root / file for file in _test_files(selected.file))


def _test_files(cassette: Path) -> list[str]:
    """Give the files of the tests that ask for the cassette; node ids start at the settings."""
    from pytest_argot.cassette.reader import load

    try:
        found = load(cassette, Masker()).interactions
    except CassetteMissing:
        return []
    return sorted({test.partition("::")[0] for each in found for test in each.tests})
