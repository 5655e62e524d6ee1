"""The fields of a recorded document, each with what its response model allows there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.drift.json_types import as_object, is_array, is_object
from pytest_argot.fuzz.change import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_argot.fuzz.schema import Schema, Shape
    from pytest_argot.wire.json_path import Path

_DEEPEST: Final = 40
_FIRST_ITEMS: Final = 4
"""Items of an outer list of objects that are varied without being named; of others one is."""


_MOST_ITEMS: Final = 64
"""Items of a list that are looked at: an embedding has thousands, all alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value of a document, or the place of one that is absent.

    ``shapes``: what the model allows there, ``()`` for a key it does not know; ``shape`` the one
    that the value has, ``None`` if none. ``required``: the key must be there. ``beside``: the
    object or list it lies in. ``minor``: one of many alike, varied only when it is named.
    """

    path: Path
    value: Any
    shapes: tuple[Shape, ...]
    shape: Shape | None
    node: Any
    required: bool = False
    beside: Any = None
    minor: bool = False

    @property
    def name(self) -> str:
        """The last key of the path."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), "")

    @property
    def is_key(self) -> bool:
        """Whether it is a key of an object, which may be left out."""
        return bool(self.path) and isinstance(self.path[-1], str)

    @property
    def absent(self) -> bool:
        """Whether there is no such key in the recording."""
        return self.value is ABSENT

    @property
    def nullable(self) -> bool:
        """Whether the model allows null."""
        return any(each.kind == "null" or None in each.words for each in self.shapes)

    @property
    def depth(self) -> int:
        """How many keys lead to it."""
        return sum(isinstance(step, str) for step in self.path)


def fields(schema: Schema, document: Any) -> list[Field]:
    """List the fields of a document, a container before its content; the document is the first."""
    root = Field(
        path=(),
        value=document,
        shapes=schema.shapes(schema.root),
        shape=schema.shape(schema.root, document),
        node=schema.root,
    )
    return [root, *_inside(schema, root)]


def _inside(schema: Schema, owner: Field) -> Iterator[Field]:
    if len(owner.path) >= _DEEPEST:
        return
    children = _keys(schema, owner) if is_object(owner.value) else _items(schema, owner)
    for child in children:
        yield child
        yield from _inside(schema, child)


def _keys(schema: Schema, owner: Field) -> Iterator[Field]:
    shape = owner.shape
    declared: Mapping[str, Any] = shape.properties if shape else {}
    for key, node in declared.items():
        value = owner.value.get(key, ABSENT)
        required = shape is not None and key in shape.required
        yield _child(schema, owner, key, value, node, required=required)
    known = bool(declared)
    for number, (key, value) in enumerate(owner.value.items()):
        if key not in declared:
            node = shape.others if shape and is_object(shape.others) else None
            minor = not known and bool(node) and (number > 0 or _is_token(owner))
            yield _child(schema, owner, key, value, node, minor=minor)


def _is_token(owner: Field) -> bool:
    """Tell whether a map is one of many, deep in lists: its keys are data, and all alike."""
    return sum(isinstance(step, int) for step in owner.path) > 1


def _items(schema: Schema, owner: Field) -> Iterator[Field]:
    if not is_array(owner.value):
        return
    shape = owner.shape
    nested = any(isinstance(step, int) for step in owner.path)
    for number, value in enumerate(owner.value[:_MOST_ITEMS]):
        first = shape.first if shape else ()
        node = first[number] if number < len(first) else shape.item if shape else None
        many = 1 if nested or not is_object(value) else _FIRST_ITEMS
        yield _child(schema, owner, number, value, node, minor=number >= many)


def _child(  # noqa: PLR0913 - a field has as many sides
    schema: Schema,
    owner: Field,
    step: str | int,
    value: Any,
    node: Any,
    *,
    required: bool = False,
    minor: bool = False,
) -> Field:
    known = node is not None
    return Field(
        path=(*owner.path, step),
        value=value,
        shapes=schema.shapes(node) if known else (),
        shape=schema.shape(node, value) if known and value is not ABSENT else None,
        node=node,
        required=required,
        beside=owner.value,
        minor=minor or owner.minor,
    )


def beside(field: Field, name: str) -> Any:
    """Give the value of a key beside a field, ``ABSENT`` without one."""
    return as_object(field.beside).get(name, ABSENT)
