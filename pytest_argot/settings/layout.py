"""Where the cassettes of a test file lie: the setting ``cassettes`` and its placeholders."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pytest_argot.settings import checks

TEST_DIR: Final = "{test_dir}"
MODULE: Final = "{module}"
PLACEHOLDERS: Final = (TEST_DIR, MODULE)

_PART: Final = "|".join(("[^{}/]*", *map(re.escape, PLACEHOLDERS)))
PATTERN: Final = f"^({_PART})(/({_PART}))*$"
"""What ``cassettes`` may look like, as a regular expression that JSON schema knows too."""


def cassettes(key: str, value: Any, where: str) -> str:
    """Accept a folder, with placeholders as whole parts of its path."""
    pattern = checks.text(key, value, where)
    for part in pattern.split("/"):
        if part not in PLACEHOLDERS and set(part) & set("{}"):
            allowed = f"a folder, with {TEST_DIR} and {MODULE} as whole parts of its path, like "
            example = f'"{TEST_DIR}/cassettes/{MODULE}"'
            raise checks.refuse(key, value, allowed + example, where)
    return pattern


@dataclass(frozen=True, slots=True)
class Layout:
    """The setting ``cassettes`` of one settings file.

    ``root``: the folder of the settings file. ``pattern``: the checked value.
    """

    root: Path
    pattern: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the pattern, ``"/"`` first in an absolute one."""
        return Path(self.pattern).parts

    @property
    def varies(self) -> bool:
        """Whether the folder depends on the test file."""
        return any(part in PLACEHOLDERS for part in self.parts)

    @property
    def folder(self) -> Path:
        """The folder with the placeholders left out: a script's, which has no test file."""
        return self.root.joinpath(*(part for part in self.parts if part not in PLACEHOLDERS))

    @property
    def top(self) -> Path:
        """The folder that every cassette lies below."""
        return self.root.joinpath(*self.parts[: self._fixed()])

    @property
    def is_named(self) -> bool:
        """Whether a folder of cassettes can be told from any other folder by its path."""
        return any(part not in PLACEHOLDERS for part in self.parts)

    def place(self, test: Path, module: str) -> tuple[Path, str]:
        """Give the folder of a test file's cassettes, and what is left of its module path.

        ``module`` is the test file's path from ``root``, with ``/`` and without its ending. What
        the placeholders do not say of it has to go into the names of the test's cassettes.
        """
        test_dir, _, stem = module.rpartition("/")
        values = {TEST_DIR: [_inner(part) for part in test_dir.split("/") if part], MODULE: [stem]}
        parts, start = self.parts, self.root
        if parts[:1] == (TEST_DIR,):  # holds for a test that is not below the root, too
            parts, start = parts[1:], test.parent
        folder = start.joinpath(*(each for part in parts for each in values.get(part, [part])))
        told = set(self.parts)
        left = [text for name, text in ((TEST_DIR, test_dir), (MODULE, stem)) if name not in told]
        return folder, "/".join(text for text in left if text)

    def holds(self, path: Path) -> bool:
        """Tell whether a file or folder is where cassettes are, at or below such a folder."""
        whole = os.path.abspath(path)  # noqa: PTH100 - resolves no links, like the root
        top = os.path.abspath(self.top)  # noqa: PTH100 - the same
        inner = "" if whole == top else whole.removeprefix(os.path.join(top, ""))  # noqa: PTH118
        if inner == whole:
            return False
        return self._below_top().match(Path(inner).as_posix() + "/" if inner else "/") is not None

    def _fixed(self) -> int:
        """Count the parts before the first placeholder."""
        fixed = [part in PLACEHOLDERS for part in self.parts]
        return fixed.index(True) if True in fixed else len(fixed)

    def _below_top(self) -> re.Pattern[str]:
        """Give the expression of paths below the top; a script's cassettes lack the module."""
        meanings = {TEST_DIR: "(?:[^/]+/)*", MODULE: "(?:[^/]+/)?"}
        rest = self.parts[self._fixed() :]
        return re.compile("/?" + "".join(meanings.get(p, f"{re.escape(p)}/") for p in rest))


def _inner(part: str) -> str:
    """Keep a test file outside the root from leading its cassettes there."""
    return "_" if part == ".." else part
