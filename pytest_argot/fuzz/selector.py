"""Which fields of a response are varied: ``choices[*].finish_reason``, ``!usage``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_argot.wire.json_path import Path

EVERYTHING: Final = "**"
_FORMS: Final = "use choices[*].finish_reason, choices[0], usage.*, ** or one of these after !"
_STEP: Final = re.compile(
    r'\.?(?P<name>[^.\[\]"!\s]+)|\[(?P<index>\*|[0-9]+)\]|\[(?P<key>"(?:[^"\\]|\\.)*")\]'
)


@dataclass(frozen=True, slots=True)
class Selector:
    """One selector, read.

    ``steps``: a name (with ``*`` for any run of characters in it), ``**`` for any number of steps,
    ``[*]`` or ``[0]`` for items, ``["a key"]`` for a key that is no plain name. ``text`` is as it
    was written. It stands for the value it names and for all below.
    """

    text: str
    steps: tuple[str, ...]
    excludes: bool = False

    @classmethod
    def parse(cls, text: object) -> Selector:
        """Read a selector; ``Misuse`` for anything that is none."""
        if not isinstance(text, str):
            raise Misuse(f"a fuzz selector is a text, not {text!r}", fix=_FORMS)
        excludes = text.startswith("!")
        rest = text.removeprefix("!").removeprefix("$.")
        steps: list[str] = []
        position = 0
        while position < len(rest):
            found = _STEP.match(rest, position)
            if found is None or (position == 0 and rest[0] == "."):
                raise Misuse(f"cannot read the fuzz selector {text!r}", fix=_FORMS)
            name, position = found["name"], found.end()
            steps.append(name or found[0])
        if not steps:
            raise Misuse(f"cannot read the fuzz selector {text!r}", fix=_FORMS)
        return cls(text, tuple(steps), excludes)

    @property
    def everything(self) -> bool:
        """Whether it stands for the whole response."""
        return self.steps == (EVERYTHING,) and not self.excludes

    def names(self, path: Path) -> bool:
        """Tell whether it names the value at ``path`` or something that value lies in."""
        return _fits(self.steps, path)

    def is_at(self, path: Path) -> bool:
        """Tell whether it names the value at ``path`` itself, not only something around it."""
        if not _fits(self.steps, path):
            return False
        return EVERYTHING in self.steps or len(self.steps) == len(path)

    def counts(self, path: Path) -> bool:
        """Tell whether it names the indices of ``path`` one by one."""
        indices = sum(isinstance(step, int) for step in path)
        return indices == sum(_is_index(step) for step in self.steps) and self.names(path)


def selects(selectors: Iterable[Selector], path: Path) -> bool:
    """Tell whether the value at ``path`` is among the selected ones.

    Without a selector that includes, everything is that no ``!`` takes out.
    """
    included, asked = False, False
    for each in selectors:
        if each.excludes and each.names(path):
            return False
        asked |= not each.excludes
        included |= not each.excludes and each.names(path)
    return included or not asked


def _fits(steps: tuple[str, ...], path: Path) -> bool:
    if not steps:
        return True
    head, rest = steps[0], steps[1:]
    if head == EVERYTHING:
        return any(_fits(rest, path[skip:]) for skip in range(len(path) + 1))
    return bool(path) and _step_fits(head, path[0]) and _fits(rest, path[1:])


def _step_fits(pattern: str, step: str | int) -> bool:
    if isinstance(step, int):
        return pattern in {"[*]", "*", f"[{step}]", str(step)}
    if pattern.startswith('["'):
        return bool(json.loads(pattern[1:-1]) == step)
    return pattern == step or (not pattern.startswith("[") and fnmatchcase(step, pattern))


def _is_index(step: str) -> bool:
    return step.strip("[]").isdecimal()
