"""The family ``drift``: fields that no longer are what the model says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.drift.json_types import is_array, is_object, json_type
from pytest_argot.fuzz.change import ABSENT
from pytest_argot.fuzz.edit import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.fuzz.field import Field

STRANGE: Final = "argot_unknown"
"""A word that no list of words has."""

_KNOWN_FIRST: Final = ("choices", "finish_reason", "text", "usage", "content", "message", "id")


_HALF: Final = "lone-surrogate"
_SOONER: Final = 5
"""By how much half a character comes before other drift: programs crash where they write it."""


def drift_edits(field: Field) -> Iterator[Edit]:
    """Give changes that a model forbids; whether it really does is judged later."""
    if not field.path or field.absent or not field.shapes:
        return
    weight = _weight(field)
    if field.is_key:
        yield Edit(path=field.path, label="absent", new=ABSENT, weight=weight)
    for label, new in _values(field):
        sooner = _SOONER if label == _HALF else 0
        yield Edit(path=field.path, label=label, new=new, weight=weight + 1 - sooner)
    name = field.path[-1]
    if isinstance(name, str) and (camel := _camel(name)) != name:
        also = (((*field.path[:-1], camel), field.value),)
        yield Edit(path=field.path, label=camel, new=ABSENT, weight=weight + 2, also=also)


def _weight(field: Field) -> int:
    if field.name in _KNOWN_FIRST:
        return _KNOWN_FIRST.index(field.name)
    return 8 + 2 * field.depth + len(field.path)


def _values(field: Field) -> Iterator[tuple[str, Any]]:
    value = field.value
    if isinstance(value, str) and _listed(field):
        yield from _words(value, constant=_is_constant(field))
    if value is not None:
        yield "null", None
    if isinstance(value, bool):
        yield "string", str(value).lower()
    elif isinstance(value, int | float):
        yield from _numbers(value)
    elif isinstance(value, str):
        if not _listed(field):
            yield _HALF, f"{value}\ud83d"
        yield "integer", 604846
        yield "object", {"value": value}
        yield "list", [value]
    elif is_array(value):
        yield "object", {str(number): each for number, each in enumerate(value)}
        yield "string", "argot"
    elif is_object(value):
        yield "list", [value]
        yield "string", "argot"
    elif value is None:
        yield "string", "argot"


def _listed(field: Field) -> bool:
    return field.shape is not None and bool(field.shape.words)


def _is_constant(field: Field) -> bool:
    return field.shape is not None and len(field.shape.words) == 1


def _words(value: str, *, constant: bool) -> Iterator[tuple[str, Any]]:
    yield ("other" if constant else "unknown"), STRANGE
    if value.upper() != value:
        yield value.upper(), value.upper()
    yield "empty", ""


def _numbers(value: float) -> Iterator[tuple[str, Any]]:
    yield "string", str(value)
    if json_type(value) == "integer":
        yield "fraction", value + 0.5
    yield "word", "many"
    yield "NaN", math.nan


def _camel(name: str) -> str:
    """Give the camelCase of a snake_case name, and the other way round."""
    head, *rest = name.split("_")
    if rest:
        return head + "".join(part.title() for part in rest)
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)
