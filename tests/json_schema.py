"""As much of JSON schema (draft 7) as the schema of the settings uses."""

from __future__ import annotations

import re
from typing import Any

TYPES: dict[str, Any] = {"string": str, "boolean": bool, "object": dict, "array": list}
ANNOTATIONS = {"$schema", "title", "description", "default"}


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Tell whether a value fits; a keyword this does not know is an error of the test."""
    return all(
        _keyword(word, value, schema) for word in schema if word not in {*ANNOTATIONS, "items"}
    ) and _items(value, schema)


def _keyword(word: str, value: Any, schema: dict[str, Any]) -> bool:
    rule = schema[word]
    rules: dict[str, Any] = {
        "type": lambda: isinstance(value, TYPES[rule]),
        "enum": lambda: value in rule,
        "minLength": lambda: not isinstance(value, str) or len(value) >= rule,
        "pattern": lambda: not isinstance(value, str) or re.search(rule, value) is not None,
        "minItems": lambda: not isinstance(value, list) or len(value) >= rule,
        "anyOf": lambda: any(fits(value, each) for each in rule),
        "required": lambda: not isinstance(value, dict) or set(rule) <= set(value),
        "properties": lambda: all(
            fits(value[key], each) for key, each in rule.items() if key in _table(value)
        ),
        "additionalProperties": lambda: all(
            rule is not False and fits(value[key], rule)
            for key in _table(value)
            if key not in schema.get("properties", {})
        ),
    }
    return bool(rules[word]())


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any, schema: dict[str, Any]) -> bool:
    rule = schema.get("items")
    return rule is None or not isinstance(value, list) or all(fits(each, rule) for each in value)
