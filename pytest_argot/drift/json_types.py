"""JSON values as a report may name them: by type, never by their text."""

from __future__ import annotations

import json
import math
import re
from typing import Any, TypeGuard

_LONGEST_NUMBER = 40
_WORD = re.compile(r"[\w.:/+-]{0,64}\Z", re.ASCII)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Tell whether a JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Tell whether a JSON value is an array."""
    return isinstance(value, list)


def as_object(value: object) -> dict[str, Any]:
    """Give a JSON object as it is, an empty one for any other value."""
    return value if is_object(value) else {}


def as_array(value: object) -> list[Any]:
    """Give a JSON array as it is, an empty one for any other value."""
    return value if is_array(value) else []


def json_type(value: Any) -> str:
    """Give ``null boolean integer number string array object``; 1.0 is a ``number``."""
    if value is None:
        return "null"
    for kind, name in (
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
        (str, "string"),
        (list, "array"),
    ):
        if isinstance(value, kind):
            return name
    return "object"


def shown(value: Any) -> str:
    """Give a number or literal as it reads, everything else as its type and size."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, bool | int | float) and len(text := json.dumps(value)) <= _LONGEST_NUMBER:
        return text
    if isinstance(value, str):
        return f"string of {len(value)} characters"
    return f"array of {len(value)} items" if is_array(value) else json_type(value)


def shown_word(value: Any) -> str:
    """Give the value of an enum field: quoted if it is one short word, else its type and size.

    A sentence in a field that should hold one word may be text of a completion.
    """
    if isinstance(value, str) and _WORD.match(value):
        return json.dumps(value)
    return shown(value)


def joined(words: list[str]) -> str:
    """Give ``"a"``, ``"a or b"``, ``"a, b or c"``, each word once."""
    distinct = list(dict.fromkeys(words))
    head, last = distinct[:-1], distinct[-1:]
    return " or ".join([part for part in (", ".join(head), *last) if part])
