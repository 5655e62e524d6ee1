"""One edit of a JSON document, and the document after some of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_argot.wire.json_path import Path


class Absent(enum.Enum):
    """The value of a key that is not there; JSON's null is ``None``."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Change:
    """The value at ``path`` becomes ``new``; either value may be ``ABSENT``.

    ``events``: the indices of the events of a stream it is made in, empty for a JSON body.
    """

    path: Path
    old: Any
    new: Any
    events: tuple[int, ...] = ()

    def meets(self, other: Change) -> bool:
        """Tell whether two changes touch the same value, or one a part of the other's."""
        if self.events and other.events and not set(self.events) & set(other.events):
            return False
        shorter = min(len(self.path), len(other.path))
        return self.path[:shorter] == other.path[:shorter]


def changed(document: Any, changes: Iterable[Change]) -> Any:
    """Give the document after some changes; what did not change is shared with the old one.

    ``LookupError`` or ``TypeError`` for a path whose parent is not there.
    """
    for change in changes:
        document = _put(document, change.path, change.new)
    return document


def _put(document: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if not rest and value is ABSENT:
        return _without(document, step)
    copy: Any = document.copy()
    copy[step] = _put(document[step], rest, value) if rest else value
    return copy


def _without(document: Any, step: str | int) -> Any:
    copy: Any = document.copy()
    copy.pop(step)
    return copy
