"""Candidate changes of the response model that would make a finding go away."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pytest_argot.drift.annotations import branches, literal, python_type, rewritten, spelled
from pytest_argot.drift.declarations import LONGEST_NAME, Declared, declared, shortened
from pytest_argot.drift.json_types import json_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_argot.drift.pydantic_errors import Diagnosis
    from pytest_argot.wire.json_path import Path

BUILT_IN = "in a model of yours (model=, or a route in the settings), or say whose dialect= it is"
"""Said after a change of a response model of this package."""

_BUILT_IN = ["pytest_argot", "models"]
_WIDER = frozenset({"type.changed", "type.coercible", "number.fractional", "null.unexpected"})


def fixes(root: Any, found: Diagnosis) -> tuple[str, ...]:
    """Give the changes of the type ``root`` that would allow what was found.

    A last one tells how, where nobody can change the type: it is one of this package.
    """
    return _told_how(root, _changes(root, found))


def renamed(root: Any, path: Path, name: str) -> tuple[str, ...]:
    """Give the change that reads the field at ``path`` from the key ``name`` too."""
    old = str(path[-1])
    alias = f" = Field(validation_alias=AliasChoices({json.dumps(old)}, {json.dumps(name)}))"
    return _told_how(root, _field(root, path, spelled, alias))


def _told_how(root: Any, changes: tuple[str, ...]) -> tuple[str, ...]:
    built_in = str(getattr(root, "__module__", "")).split(".")[:2] == _BUILT_IN
    return (*changes, BUILT_IN) if changes and built_in else changes


def _changes(root: Any, found: Diagnosis) -> tuple[str, ...]:
    if found.kind == "field.added":
        return _added(found)
    if found.kind == "field.missing":
        return _field(root, found.path, lambda kind: _or(spelled(kind), "None"), " = None")
    if found.kind in _WIDER:
        wider = python_type(json_type(found.value))
        return _field(root, found.path, lambda kind: _or(spelled(kind), wider))
    if found.kind in {"enum.unknown", "const.changed"} and isinstance(found.value, str):
        return _value(root, found)
    return ()


def _added(found: Diagnosis) -> tuple[str, ...]:
    name = str(found.path[-1])
    kind = "Any" if found.value is None else f"{python_type(json_type(found.value))} | None"
    if name.isidentifier() and len(name) <= LONGEST_NAME:
        return (f"{name}: {kind} = None",)
    return (f"a field of type {kind} with alias {json.dumps(shortened(name))}",)


def _value(root: Any, found: Diagnosis) -> tuple[str, ...]:
    if not found.actual.startswith('"'):
        return ()
    trail = declared(root, found.path)
    if len(trail) < len(found.path):
        return ()
    for branch in branches(trail[-1].annotation):
        if get_origin(branch) is Literal and found.value in get_args(branch):
            return ()  # another branch of a union was meant
        if isinstance(branch, type) and issubclass(branch, enum.Enum):
            return (f"a member of {branch.__name__} with the value {found.actual}",)
    return _field(root, found.path, lambda kind: _with_value(kind, found.value))


def _with_value(annotation: Any, value: str) -> str:
    members = branches(annotation)
    allowed = [each for each in members if get_origin(each) is Literal]
    if not allowed:
        return _or(spelled(annotation), literal([value]))
    last = allowed[-1]
    words = [
        literal([*get_args(each), value]) if each is last else spelled(each) for each in members
    ]
    return " | ".join(words)


def _field(root: Any, path: Path, change: Callable[[Any], str], after: str = "") -> tuple[str, ...]:
    """Write the declaration of the field that ``path`` is in, with the part at ``path`` changed."""
    trail = declared(root, path)
    if len(trail) < len(path):
        return ()
    at = max((n for n, step in enumerate(trail) if step.field), default=None)
    if at is None:
        return ()
    field: Declared = trail[at]
    default = after or (" = None" if field.optional and at == len(path) - 1 else "")
    return (f"{field.field}: {rewritten(field.annotation, path[at + 1 :], change)}{default}",)


def _or(written: str, more: str) -> str:
    words = written.split(" | ")
    if more in words:
        return written
    null = [word for word in words if word == "None"]
    return " | ".join([*(word for word in words if word != "None"), more, *null])
