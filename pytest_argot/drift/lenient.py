"""Typed objects from data that does not fit its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, get_origin

from pydantic import BaseModel, RootModel, TypeAdapter

from pytest_argot.drift.annotations import branches, items, map_values
from pytest_argot.drift.declarations import wire_names
from pytest_argot.drift.json_types import is_array, is_object

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


def constructed(annotation: Any, value: Any) -> Any:
    """Make the most of ``value``: what fits its type is validated, the rest keeps its raw value.

    A model of the type ``annotation`` is made without validation, part by part. A required field
    that is absent reads as ``None``.
    """
    fitting = _validated(annotation, value)
    if fitting is not _UNFIT:
        return fitting
    for branch in branches(annotation):
        made = _in_branch(branch, value)
        if made is not _UNFIT:
            return made
    return value


class _Unfit:
    """What a value is that a type cannot take."""


_UNFIT = _Unfit()


def _validated(annotation: Any, value: Any) -> Any:
    try:
        return TypeAdapter(annotation).validate_python(value)
    except Exception:  # noqa: BLE001 - does not fit, or a validator of the user's model crashed
        return _UNFIT


def _in_branch(branch: Any, value: Any) -> Any:
    origin = get_origin(branch) or branch
    if isinstance(origin, type) and issubclass(origin, RootModel):
        return branch.model_construct(constructed(branch.model_fields["root"].annotation, value))
    if is_object(value):
        if isinstance(origin, type) and issubclass(origin, BaseModel):
            return _model(branch, value)
        values = map_values(branch)
        if values is not None:
            return {key: constructed(values, each) for key, each in value.items()}
    item = items(branch)
    if is_array(value) and item is not None:
        return [constructed(item, each) for each in value]
    return _UNFIT


def _model(model: type[BaseModel], data: dict[str, Any]) -> BaseModel:
    values: dict[str, Any] = {}
    keys: set[str] = set()
    for name, field in model.model_fields.items():
        key = next((each for each in _keys(name, field) if each in data), None)
        if key is not None:
            keys.add(key)
            values[name] = constructed(_annotation(field), data[key])
        elif field.is_required():
            values[name] = None
    extra = {key: value for key, value in data.items() if key not in keys}
    made = model.model_construct(keys & set(values), **values)
    if made.__pydantic_extra__ is not None:
        made.__pydantic_extra__.update(extra)
    return made


def _keys(name: str, field: FieldInfo) -> list[str]:
    return [name, *wire_names(field)]


def _annotation(field: FieldInfo) -> Any:
    """Give a field's type with its constraints."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
