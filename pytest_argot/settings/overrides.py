"""``[[tool.argot.overrides]]``: settings for some of the test files."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.settings import checks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TESTS: Final = "tests"
GLOB: Final = r"^(?!/)(?!.*::)[^\\]+$"
"""What a glob may look like, as a regular expression that JSON schema knows too."""

_ANY_FOLDERS: Final = "**"
_WILD: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One entry: which test files, and the settings it changes for them.

    ``tests``: globs of paths relative to the settings file. ``values``: as they stand in the
    file, checked. ``where``: how messages name the entry.
    """

    tests: tuple[str, ...]
    values: Mapping[str, Any]
    where: str

    def fits(self, test: Path, root: Path) -> bool:
        """Tell whether a test file is meant; ``root`` is the folder of the settings file."""
        path = PurePosixPath(_relative(test, root)).parts
        return any(_covers(PurePosixPath(glob).parts, path) for glob in self.tests)


def overrides(
    key: str, value: Any, where: str, allowed: Mapping[str, checks.Check]
) -> tuple[Override, ...]:
    """Accept a list of entries, each with ``tests`` and some of the allowed settings."""
    if not checks.is_list(value) or not all(checks.is_table(item) for item in value):
        raise checks.refuse(key, value, "a list of tables: [[tool.argot.overrides]]", where)
    return tuple(
        _entry(item, f"{where} [[overrides]] {number}", allowed)
        for number, item in enumerate(value, 1)
    )


def _entry(item: Mapping[str, Any], where: str, allowed: Mapping[str, checks.Check]) -> Override:
    if TESTS not in item:
        raise checks.refuse("override", dict(item), 'a key tests = "tests/azure/**"', where)
    values = {key: value for key, value in item.items() if key != TESTS}
    for key, value in values.items():
        check = allowed.get(key)
        if check is None:
            raise checks.unknown(key, (TESTS, *allowed), where, "key of an override")
        check(key, value, where)
    return Override(tests=_globs(item[TESTS], where), values=values, where=where)


def _globs(value: Any, where: str) -> tuple[str, ...]:
    globs = checks.texts(TESTS, value, where)
    if not globs:
        raise checks.refuse(TESTS, value, 'at least one glob, like "tests/azure/**"', where)
    for glob in globs:
        if not re.match(GLOB, glob):
            allowed = "paths from the settings file with forward slashes and without ::"
            raise checks.refuse(TESTS, glob, f'{allowed}, like "tests/azure/**"', where)
    return globs


def _relative(test: Path, root: Path) -> str:
    try:
        return PurePath(os.path.relpath(test, root)).as_posix()
    except ValueError:  # another drive
        return test.as_posix()


def _covers(glob: Sequence[str], path: Sequence[str]) -> bool:
    """Match a glob; one that ends in a plain name also means everything below that folder."""
    if glob and _WILD & set(glob[-1]):
        return _fits(path, glob)
    return any(_fits(path[:end], glob) for end in range(len(path) + 1))


def _fits(parts: Sequence[str], glob: Sequence[str]) -> bool:
    """Match a whole path part by part; ``**`` is any number of them."""
    if not glob:
        return not parts
    if glob[0] == _ANY_FOLDERS:
        return any(_fits(parts[skipped:], glob[1:]) for skipped in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], glob[0]) and _fits(parts[1:], glob[1:])
