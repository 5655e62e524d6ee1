"""Where a JSON path leads in a response model."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_origin, get_type_hints

from pydantic import AliasChoices, BaseModel, RootModel

from pytest_argot.drift.annotations import branches, is_typed_dict, items, map_values
from pytest_argot.wire.json_path import Path, normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

LONGEST_NAME = 64
"""Longest name of a key that is printed whole."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a model says about one step of a path.

    ``field``: the Python name where the step is a field, else ``""``. ``owner``: its class.
    ``optional``: the field has a default. ``any_key``: the step is one key of a map, whose names
    are data and not structure.
    """

    annotation: Any
    field: str = ""
    owner: type | None = None
    optional: bool = False
    any_key: bool = False


def declared(root: Any, path: Path) -> tuple[Declared, ...]:
    """Follow ``path`` from the type ``root``: one entry per step, ending where the model does.

    In a union the branch that leads furthest counts.
    """
    if not path:
        return ()
    best: tuple[Declared, ...] = ()
    for child in _children(root, path[0]):
        found = (child, *declared(child.annotation, path[1:]))
        if len(found) == len(path):
            return found
        best = max(best, found, key=len)
    return best


def keys(root: Any, path: Path) -> list[str]:
    """Give the keys that the object at ``path`` may have by its declaration, aliases too."""
    trail = declared(root, path)
    if len(trail) < len(path):
        return []
    annotation = trail[-1].annotation if trail else root
    return [key for branch in branches(annotation) for key in _keys(get_origin(branch) or branch)]


def _keys(origin: Any) -> list[str]:
    fields: dict[str, FieldInfo] = getattr(origin, "__pydantic_fields__", {})
    if fields:
        return [key for name, field in fields.items() for key in (name, *wire_names(field))]
    return list(getattr(origin, "__annotations__", ())) if _has_fields(origin) else []


def normalised(root: Any, path: Path) -> str:
    """Write ``path`` with indices as ``[*]`` and keys of maps as ``*``.

    The keys of a map may be text of a completion (the tokens of ``top_logprobs``).
    """
    known = declared(root, path)
    parts: list[str] = []
    for position, step in enumerate(path):
        any_key = position < len(known) and known[position].any_key
        part = (
            "*"
            if any_key and isinstance(step, str)
            else normalise((shortened(step) if isinstance(step, str) else step,))
        )
        parts.append(part if part.startswith("[") else f".{part}")
    return "".join(parts).removeprefix(".")


def shortened(name: str) -> str:
    """Give a key as it is printed."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _children(annotation: Any, step: str | int) -> Iterator[Declared]:
    for branch in branches(annotation):
        yield from _in_branch(branch, step)


def _in_branch(branch: Any, step: str | int) -> Iterator[Declared]:
    origin: Any = get_origin(branch) or branch
    if isinstance(origin, type) and issubclass(origin, BaseModel):
        yield from _in_model(branch if isinstance(branch, type) else origin, step)
    elif _has_fields(origin):
        yield from _in_class(origin, step)
    elif isinstance(step, str):
        values = map_values(branch)
        if values is not None:
            yield Declared(values, any_key=True)
    else:
        item = items(branch)
        if item is not None:
            yield Declared(item)


def _has_fields(origin: Any) -> bool:
    """Tell whether a class is a dataclass, a ``TypedDict`` or a named tuple."""
    return dataclasses.is_dataclass(origin) or is_typed_dict(origin) or hasattr(origin, "_fields")


def _in_model(model: type[BaseModel], step: str | int) -> Iterator[Declared]:
    if issubclass(model, RootModel):
        yield from _children(model.model_fields["root"].annotation, step)
        return
    for name, field in model.model_fields.items():
        if step == name or step in wire_names(field):
            yield Declared(field.annotation, name, model, optional=not field.is_required())


def wire_names(field: FieldInfo) -> list[str]:
    """Give the keys a field is read from by alias; paths of keys (``AliasPath``) are left out."""
    alias = field.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias, field.alias]
    return [choice for choice in choices if isinstance(choice, str)]


def _in_class(owner: Any, step: str | int) -> Iterator[Declared]:
    """Look into a dataclass, a ``TypedDict`` or a named tuple."""
    try:
        hints = get_type_hints(owner)
    except (NameError, TypeError):
        return
    if isinstance(step, str) and step in hints:
        optional = step in getattr(owner, "__optional_keys__", ()) or hasattr(owner, step)
        yield Declared(hints[step], step, owner, optional=optional)
