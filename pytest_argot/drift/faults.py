"""What pydantic objects to, at the place of the raw JSON it objects to.

pydantic's locations hold more than the path: names of union branches, discriminator tags, the
names of validators, and which of them depends on pydantic's version. What is not in the raw JSON
is told apart here by looking at the raw JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from pytest_argot.drift.json_types import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import ValidationError

    from pytest_argot.wire.json_path import Path

MISSING = frozenset(
    {"missing", "missing_argument", "missing_keyword_only_argument"}
    | {"missing_positional_only_argument"}
)
"""Error types whose location ends in a key that is not there."""

VALUES = frozenset({"literal_error", "enum"})
"""Error types of a value outside those allowed."""

_READINGS = 64
_TYPE_AT_THE_UNION = 100
_VALUE_AT_THE_UNION = 50
_WORTH: Mapping[str, int] = {
    "missing_sentinel_error": 1000,
    "literal_error": 10,
    "extra_forbidden": 1,
    "unexpected_keyword_argument": 1,
}
_ORDINARY = 3


@dataclass(frozen=True, slots=True)
class Branch:
    """A step of a location that is not in the raw JSON: the name of a union's branch."""

    name: str


Step = str | int | Branch


@dataclass(frozen=True, slots=True)
class Fault:
    """One objection.

    ``type``: pydantic's error type; ``steps``: where; ``value``: the raw value (the object, for a
    missing key); ``context``: the error's details; ``others``: the objections of the other
    branches of a union in which no branch fits better.
    """

    type: str
    steps: tuple[Step, ...]
    value: Any
    context: Mapping[str, Any]
    others: tuple[Fault, ...] = ()

    @property
    def path(self) -> Path:
        """The steps that are keys and indices."""
        return tuple(step for step in self.steps if not isinstance(step, Branch))


def faults(error: ValidationError, document: Any) -> list[Fault]:
    """Give what is wrong with ``document``, for each union what its likeliest branch says."""
    found = [
        Fault(
            each["type"],
            _folded(each["loc"], each["input"], document, missing=each["type"] in MISSING),
            each["input"],
            each.get("ctx", {}),
        )
        for each in error.errors(include_url=False)
    ]
    return _resolved(found)


def _folded(
    location: Sequence[str | int], value: Any, document: Any, *, missing: bool
) -> tuple[Step, ...]:
    """Tell keys and indices from the names of branches."""
    readings = list(islice(_readings(tuple(location), document, missing=missing), _READINGS))
    exact = (steps for steps, node in readings if _same(node, value))
    return next(exact, readings[0][0])


def _readings(
    location: tuple[str | int, ...], node: Any, *, missing: bool
) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Give the readings of a location, those that follow the JSON first, each with its value."""
    if not location:
        yield (), node
        return
    head, rest = location[0], location[1:]
    if missing and not rest and is_object(node):
        yield (head,), node
    elif head in _keys(node):
        for steps, end in _readings(rest, node[head], missing=missing):
            yield (head, *steps), end
    if isinstance(head, str) and (rest or not (missing and is_object(node))):
        for steps, end in _readings(rest, node, missing=missing):
            yield (Branch(head), *steps), end
    elif isinstance(head, int):
        yield location, node


def _keys(node: Any) -> Any:
    if is_object(node):
        return node
    return range(len(node)) if is_array(node) else ()


def _same(node: Any, value: Any) -> bool:
    return type(node) is type(value) and bool(node == value)


def _resolved(found: list[Fault], start: int = 0) -> list[Fault]:
    """Keep, of each union met from step ``start`` on, the branch that fits best."""
    while True:
        at = next((each for each in found if _union(each, start) is not None), None)
        position = None if at is None else _union(at, start)
        if at is None or position is None:
            return found
        prefix = at.steps[:position]
        members = [each for each in found if _in_union(each, prefix)]
        first = found.index(members[0])
        before = [each for each in found[:first] if not _in_union(each, prefix)]
        after = [each for each in found[first:] if not _in_union(each, prefix)]
        found = [*before, *_best(members, position), *after]


def _union(fault: Fault, start: int) -> int | None:
    """Give the position of the first branch from step ``start`` on."""
    for position, step in enumerate(fault.steps[start:], start):
        if isinstance(step, Branch):
            return position
    return None


def _in_union(fault: Fault, prefix: tuple[Step, ...]) -> bool:
    size = len(prefix)
    return (
        fault.steps[:size] == prefix
        and len(fault.steps) > size
        and isinstance(fault.steps[size], Branch)
    )


def _best(members: list[Fault], position: int) -> list[Fault]:
    """Give the objections of the branch at ``position`` that has the least to object to."""
    grouped: dict[Step, list[Fault]] = {}
    for each in members:
        grouped.setdefault(each.steps[position], []).append(each)
    groups = [_resolved(group, position + 1) for group in grouped.values()]
    worths = [sum(_worth(each, position) for each in group) for group in groups]
    tied = [group for group, worth in zip(groups, worths, strict=True) if worth == min(worths)]
    alone = [group[0] for group in tied if len(group) == 1 and len(group[0].steps) == position + 1]
    together = [replace(alone[0], others=tuple(alone[1:]))] if alone else []
    kept = together if len(alone) == len(tied) else tied[0]
    return [_without_step(each, position) for each in kept]


def _without_step(fault: Fault, position: int) -> Fault:
    return replace(fault, steps=(*fault.steps[:position], *fault.steps[position + 1 :]))


def _worth(fault: Fault, position: int) -> int:
    """Say how much an objection tells against its branch."""
    if len(fault.steps) == position + 1:
        if fault.type.endswith("_type"):
            return _TYPE_AT_THE_UNION
        if fault.type in VALUES:
            is_word = isinstance(fault.value, str)
            return _VALUE_AT_THE_UNION if is_word else _TYPE_AT_THE_UNION
    return _WORTH.get(fault.type, _ORDINARY)
