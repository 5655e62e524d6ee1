"""One way to change one field: ``Edit``, and how likely each is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_argot.wire.json_path import Path

SECOND: Final = 6
"""What a second change of one field is put back by, that all fields have their turn."""

LATER: Final = 10
"""What a change in any but the first item of a list is put back by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The value at ``path`` becomes ``new``.

    ``label`` is what an id says after the path. ``weight``: the lower, the likelier and the
    earlier. ``also``: further values that change with it. ``everywhere``: in a stream the change
    of each event that has the path, instead of the one event. ``words`` say what is new where the
    values are too long to show it.
    """

    path: Path
    label: str
    new: Any
    weight: int
    also: tuple[tuple[Path, Any], ...] = ()
    everywhere: Callable[[Any], Any] | None = None
    words: str = ""


def ranked(
    placed: Iterable[tuple[Edit, tuple[int, ...]]], second: int = SECOND
) -> list[tuple[Edit, tuple[int, ...]]]:
    """Order edits, each with its events: the likely ones first.

    A second change of a field comes after the first of others that are about as likely, and what
    lies in a second item after what lies in the first. ``second``: how far the former.
    """
    turns: dict[Path, int] = {}
    weighed: list[tuple[int, int, tuple[Edit, tuple[int, ...]]]] = []
    for number, pair in enumerate(placed):
        path = pair[0].path
        turn = turns.get(path, 0)
        turns[path] = turn + 1
        later = sum(isinstance(step, int) and step > 0 for step in path)
        weighed.append((pair[0].weight + second * turn + LATER * later, number, pair))
    return [pair for _, _, pair in sorted(weighed, key=lambda each: each[:2])]
