"""From pydantic's objections to kinds of findings.

Strict validation gives the verdict; the lax one only tells a value that would be coerced
(``type.coercible``) from one of another type (``type.changed``).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

from pydantic_core.core_schema import ErrorType

from pytest_argot.drift.faults import MISSING, VALUES, Fault
from pytest_argot.drift.json_types import as_object, joined, json_type, shown, shown_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_argot.wire.json_path import Path

ADDED = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
FORBIDDEN_HERE = "no such field"
ABSENT = "nothing"
REQUIRED = "a value (required)"

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("string_type", "string_unicode", "bytes_type"), "string"),
        **dict.fromkeys(
            ("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "integer"
        ),
        **dict.fromkeys(("float_type", "float_parsing", "decimal_type", "complex_type"), "number"),
        **dict.fromkeys(("fraction_type",), "number"),
        **dict.fromkeys(("bool_type", "bool_parsing"), "boolean"),
        **dict.fromkeys(
            (
                "list_type",
                "tuple_type",
                "set_type",
                "frozen_set_type",
                "deque_type",
                "iterable_type",
            ),
            "array",
        ),
        **dict.fromkeys(
            (
                "model_type",
                "model_attributes_type",
                "dict_type",
                "dataclass_type",
                "dataclass_exact_type",
                "frozen_dict_type",
                "ordered_dict_type",
                "counter_type",
                "mapping_type",
            ),
            "object",
        ),
        **dict.fromkeys(("named_tuple_type", "arguments_type"), "array or object"),
        "none_required": "null",
        "missing_sentinel_error": "nothing",
        "date_type": "date",
        "datetime_type": "date-time",
        "time_type": "time",
        "time_delta_type": "duration",
        "url_type": "URL",
        "uuid_type": "UUID",
        "is_instance_of": "another type",
        "json_type": "string of JSON",
    }
)
"""Error types that mean "another JSON type", with the type they expect."""

_LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "gt": "more than",
        "ge": "at least",
        "lt": "less than",
        "le": "at most",
        "multiple_of": "a multiple of",
        "min_length": "a length of at least",
        "max_length": "a length of at most",
        "pattern": "a match of",
        "max_digits": "digits, at most",
        "decimal_places": "decimal places, at most",
        "whole_digits": "whole digits, at most",
    }
)
_BUILT_IN = frozenset(get_args(ErrorType)) - {"value_error", "assertion_error"}
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A fault as a finding tells it; ``path`` is concrete, ``value`` the raw value."""

    kind: str
    path: Path
    expected: str
    actual: str
    key: str
    value: Any


def diagnose(fault: Fault, lax: Mapping[Path, set[str]]) -> Diagnosis:
    """Name a fault. ``lax``: the error types of the lax validation by path."""
    if fault.type in MISSING:
        return Diagnosis("field.missing", fault.path, REQUIRED, ABSENT, "absent", None)
    if fault.type in ADDED:
        kind = json_type(fault.value)
        return Diagnosis("field.added", fault.path, FORBIDDEN_HERE, kind, kind, fault.value)
    if fault.type.startswith("union_tag"):
        return _tag(fault)
    return _rule(fault) if not _is_about_type(fault) else _type(fault, lax)


def _type(fault: Fault, lax: Mapping[Path, set[str]]) -> Diagnosis:
    if fault.value is None:
        return _told(fault, "null.unexpected")
    return _value(fault) if fault.type in VALUES else _told(fault, _type_kind(fault, lax))


def by_path(found: list[Fault]) -> dict[Path, set[str]]:
    """Give the error types at each path."""
    types: dict[Path, set[str]] = {}
    for each in found:
        types.setdefault(each.path, set()).add(each.type)
    return types


def _is_about_type(fault: Fault) -> bool:
    return fault.type in _TYPES or fault.type in VALUES or fault.type == "finite_number"


def _type_kind(fault: Fault, lax: Mapping[Path, set[str]]) -> str:
    if isinstance(fault.value, float) and not math.isfinite(fault.value):
        return "number.nonfinite"
    size = len(fault.path)
    still = [types for path, types in lax.items() if path[:size] == fault.path]
    if not still:
        return "type.coercible"
    fractional = any("int_from_float" in types for types in still)
    return "number.fractional" if fractional else "type.changed"


def _told(fault: Fault, kind: str, actual: str = "") -> Diagnosis:
    came = json_type(fault.value)
    if not actual:
        actual = shown(fault.value) if isinstance(fault.value, bool | int | float) else came
    return Diagnosis(kind, fault.path, expected(fault), actual, came, fault.value)


def _value(fault: Fault) -> Diagnosis:
    """Tell another value of an enum from a value of another type."""
    allowed = [value for each in (fault, *fault.others) for value in _allowed(each)]
    is_word = isinstance(fault.value, str)
    if allowed and is_word != any(value.startswith('"') for value in allowed):
        return _told(fault, "type.changed")
    kind = "const.changed" if len(allowed) == 1 else "enum.unknown"
    actual = shown_word(fault.value)
    key = actual if is_word and actual.startswith('"') else json_type(fault.value)
    return Diagnosis(kind, fault.path, joined(allowed), actual, key, fault.value)


def _tag(fault: Fault) -> Diagnosis:
    """Tell what is wrong with the key that says which branch of a union this is."""
    name = _QUOTED.fullmatch(str(fault.context.get("discriminator", "")))
    path = (*fault.path, name[1]) if name else fault.path
    keys = as_object(fault.value)
    if name and name[1] not in keys:
        return Diagnosis("field.missing", path, REQUIRED, ABSENT, "absent", None)
    tag = keys[name[1]] if name else fault.value
    tags = _QUOTED.findall(str(fault.context.get("expected_tags", "")))
    said = joined([f'"{each}"' for each in tags]) or "a known tag"
    kind = "null.unexpected" if tag is None else "tag.unknown"
    actual = shown_word(tag)
    return Diagnosis(kind, path, said, actual, actual, tag)


def _rule(fault: Fault) -> Diagnosis:
    """Tell a broken constraint of pydantic's own from a validator of the model."""
    name = re.sub(r"[^a-z0-9_]+", "_", fault.type.lower())
    came = json_type(fault.value)
    if fault.type not in _BUILT_IN:
        said = "a value the model's validator accepts"
        return Diagnosis(f"custom.{name}", fault.path, said, came, came, fault.value)
    limits = [
        f"{words} {fault.context[key]}" for key, words in _LIMITS.items() if key in fault.context
    ]
    said = ", ".join(limits) or name.removesuffix("_parsing").replace("_", " ")
    return Diagnosis(f"constraint.{name}", fault.path, said, shown(fault.value), came, fault.value)


def expected(fault: Fault) -> str:
    """Say which JSON types or values would have been right."""
    words: list[str] = []
    for each in (fault, *fault.others):
        words += _allowed(each) if each.type in VALUES else [_TYPES.get(each.type, "finite number")]
    return joined(words)


def _allowed(fault: Fault) -> list[str]:
    """Give the allowed values as JSON; pydantic words them ``'a', 'b' or 1``."""
    words = str(fault.context.get("expected", ""))
    quoted = [f'"{word}"' for word in _QUOTED.findall(words)]
    rest = re.split(r",| or ", _QUOTED.sub("", words))
    return [*quoted, *(word.strip() for word in rest if word.strip())]
