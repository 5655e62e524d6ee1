"""Reading and writing type annotations: what they allow in JSON, and how they are spelled."""

from __future__ import annotations

import enum
import json
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

from pytest_argot.drift.json_types import joined

_UNIONS = (Union, types.UnionType)
_SEQUENCES = (list, tuple, set, frozenset)
_SCALARS: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
)
_PYTHON = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def plain(annotation: Any) -> Any:
    """Take off what JSON does not see: ``Annotated``, ``NewType``, named aliases."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        else:
            return annotation


def branches(annotation: Any) -> list[Any]:
    """Give the members of a union, nested ones too; anything else is the only branch."""
    annotation = plain(annotation)
    if get_origin(annotation) not in _UNIONS:
        return [annotation]
    return [branch for member in get_args(annotation) for branch in branches(member)]


def items(annotation: Any) -> Any | None:
    """Give the type of an array's items, ``None`` for what is no array."""
    origin: Any = get_origin(annotation) or annotation
    if not isinstance(origin, type) or issubclass(origin, (str, bytes, Mapping)):
        return None
    arguments = get_args(annotation)
    return arguments[0] if arguments and issubclass(origin, Iterable) else None


def map_values(annotation: Any) -> Any | None:
    """Give the type of a mapping's values, ``None`` for what is no mapping."""
    origin = get_origin(annotation) or annotation
    if not isinstance(origin, type) or not issubclass(origin, Mapping) or is_typed_dict(origin):
        return None
    arguments = get_args(annotation)
    return arguments[1] if len(arguments) > 1 else Any


def is_typed_dict(annotation: Any) -> bool:
    """Tell whether a class is a ``TypedDict`` (of ``typing`` or ``typing_extensions``)."""
    return isinstance(annotation, type) and hasattr(annotation, "__total__")


def spelled(annotation: Any) -> str:
    """Write an annotation as a model's source would."""
    members = branches(annotation)
    if len(members) > 1:
        return " | ".join(dict.fromkeys(spelled(member) for member in members))
    only = members[0]
    if only is None or only is type(None):
        return "None"
    origin, arguments = get_origin(only), get_args(only)
    if origin is Literal:
        return literal(list(arguments))
    name = getattr(origin or only, "__name__", None) or str(only)
    if not arguments:
        return str(name)
    return f"{name}[{', '.join('...' if a is ... else spelled(a) for a in arguments)}]"


def literal(values: list[Any]) -> str:
    """Write ``Literal["a", "b"]``."""
    words = (value.value if isinstance(value, enum.Enum) else value for value in values)
    return f"Literal[{', '.join(json.dumps(word, default=str) for word in words)}]"


def python_type(json_name: str) -> str:
    """Write the annotation for values of a JSON type."""
    return _PYTHON.get(json_name) or ("list[Any]" if json_name == "array" else "dict[str, Any]")


def described(annotation: Any) -> str:
    """Say which JSON values an annotation allows: ``integer``, ``"stop" or "length"``."""
    return joined([_described(branch) for branch in branches(annotation)])


def _described(branch: Any) -> str:
    if branch is None or branch is type(None):
        return "null"
    if get_origin(branch) is Literal:
        return joined([json.dumps(value, default=str) for value in get_args(branch)])
    if isinstance(branch, type) and issubclass(branch, enum.Enum):
        return joined([json.dumps(member.value, default=str) for member in branch])
    return _named(branch)


def _named(branch: Any) -> str:
    if branch is Any or branch is object:
        return "value"
    for scalar, name in _SCALARS:
        if isinstance(branch, type) and issubclass(branch, scalar):
            return name
    if map_values(branch) is None and items(branch) is not None:
        return "array"
    return "object" if isinstance(get_origin(branch) or branch, type) else "value"


def rewritten(annotation: Any, steps: tuple[str | int, ...], change: Callable[[Any], str]) -> str:
    """Write an annotation with the part that ``steps`` lead to (indices, map keys) changed.

    ``list[float]`` changed at ``(0,)`` to ``float | None`` gives ``list[float | None]``.
    """
    if not steps:
        return change(annotation)
    members = branches(annotation)
    written = [_rewritten_branch(member, steps, change) for member in members]
    return " | ".join(dict.fromkeys(written))


def _rewritten_branch(
    branch: Any, steps: tuple[str | int, ...], change: Callable[[Any], str]
) -> str:
    values = map_values(branch)
    if isinstance(steps[0], str) and values is not None:
        key = spelled(get_args(branch)[0]) if get_args(branch) else "str"
        return f"dict[{key}, {rewritten(values, steps[1:], change)}]"
    item = items(branch)
    if isinstance(steps[0], int) and item is not None:
        name = getattr(get_origin(branch), "__name__", "list")
        return f"{name}[{rewritten(item, steps[1:], change)}]"
    return spelled(branch)
