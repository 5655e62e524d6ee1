"""Values that fit a schema, made up: the smallest one, and one with everything in it."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.drift.json_types import is_object
from pytest_argot.fuzz.pattern import fitting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_argot.fuzz.schema import Schema, Shape

WORD: Final = "argot"
_DEEPEST: Final = 6
_FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "date": "2026-01-31",
        "date-time": "2026-01-31T12:00:00Z",
        "duration": "PT1S",
        "email": "argot@example.com",
        "ipv4": "192.0.2.1",
        "ipv6": "2001:db8::1",
        "time": "12:00:00Z",
        "uri": "https://example.com/argot",
        "uuid": "00000000-0000-4000-8000-000000000000",
    }
)


def sample(schema: Schema, node: Any, *, full: bool, depth: int = 0) -> Any:
    """Make a value of a (sub)schema: ``full`` with all optional keys and one item a list.

    The first shape that is not null; a schema without shapes gives null.
    """
    shapes = schema.shapes(node)
    shape = next((each for each in shapes if each.kind != "null"), None)
    return None if shape is None else of_shape(schema, shape, full=full, depth=depth)


def of_shape(schema: Schema, shape: Shape, *, full: bool, depth: int = 0) -> Any:
    """Make a value of one shape."""
    if shape.words:
        return shape.words[0]
    if shape.kind == "object":
        return _object(schema, shape, full=full, depth=depth)
    if shape.kind == "array":
        return _array(schema, shape, full=full, depth=depth)
    if shape.kind in {"integer", "number"}:
        return number(shape)
    if shape.kind == "boolean":
        return False
    return None if shape.kind == "null" else text(shape)


def _object(schema: Schema, shape: Shape, *, full: bool, depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, node in shape.properties.items():
        if key in shape.required or (full and depth < _DEEPEST):
            made[key] = sample(schema, node, full=full, depth=depth + 1)
    if full and not shape.properties and is_object(shape.others) and depth < _DEEPEST:
        made[WORD] = sample(schema, shape.others, full=full, depth=depth + 1)
    return made


def _array(schema: Schema, shape: Shape, *, full: bool, depth: int) -> list[Any]:
    made = [sample(schema, each, full=full, depth=depth + 1) for each in shape.first]
    least = shape.rules.get("minItems", 0)
    wanted = max(least, 1 if full and depth < _DEEPEST and shape.item is not None else 0)
    while len(made) < wanted:
        made.append(sample(schema, shape.item, full=full, depth=depth + 1))
    return made


def number(shape: Shape) -> int | float:
    """Make a number within bounds, 1 where that is one."""
    lowest, highest = bounds(shape)
    step = shape.rules.get("multipleOf") or 0
    made: int | float = 1
    if lowest is not None and made < lowest:
        made = lowest
    if highest is not None and made > highest:
        made = highest
    return -(-made // step) * step if step else made


def bounds(shape: Shape) -> tuple[int | float | None, int | float | None]:
    """Give the lowest and the highest number allowed, ``None`` for an open end."""
    rules = shape.rules
    step = 1 if shape.kind == "integer" else 0.5
    lowest, highest = rules.get("minimum"), rules.get("maximum")
    if "exclusiveMinimum" in rules:
        lowest = rules["exclusiveMinimum"] + step
    if "exclusiveMaximum" in rules:
        highest = rules["exclusiveMaximum"] - step
    return lowest, highest


def text(shape: Shape) -> str:
    """Make a text: by format, by pattern, as long as it has to be."""
    rules = shape.rules
    made = _FORMATS.get(rules.get("format", ""), WORD)
    if pattern := rules.get("pattern"):
        made = made if _fits(pattern, made) else fitting(pattern) or made
    elif "format" not in rules:
        made = (made + "a" * max(0, rules.get("minLength", 0) - len(made)))[
            : rules.get("maxLength")
        ]
    return made


def _fits(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False
