"""The JSON schema of ``[tool.argot]``, made from the table of keys; ``schema.json`` is its text.

``python -m pytest_argot.settings.schema > schema.json`` writes it anew.
"""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pytest_argot.settings import checks
from pytest_argot.settings.keys import KEYS, Schema
from pytest_argot.settings.overrides import GLOB, TESTS
from pytest_argot.settings.table import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

DRAFT = "http://json-schema.org/draft-07/schema#"


def schema() -> Schema:
    """Give the schema (draft 7) of the table; what it refuses, the settings refuse."""
    properties = {name: _property(name) for name in KEYS}
    changeable = {name: each for name, each in properties.items() if name != "overrides"}
    properties["overrides"]["items"] = _override(changeable)
    return {
        "$schema": DRAFT,
        "title": "pytest-argot settings",
        "description": "[tool.argot] in pyproject.toml, or the top of argot.toml",
        **_table(properties),
    }


def text() -> str:
    """Give the schema as the file has it."""
    return json.dumps(schema(), indent=2) + "\n"


def _property(name: str) -> Schema:
    key = KEYS[name]
    defaults = _defaults()
    default = {"default": defaults[name]} if name in defaults else {}
    return {"description": key.about, **key.schema, **default}


def _override(changeable: Mapping[str, Schema]) -> Schema:
    glob = {"type": "string", "pattern": GLOB}
    tests = {
        "description": "globs of test files, relative to the settings file",
        "anyOf": [glob, {"type": "array", "items": glob, "minItems": 1}],
    }
    plain = {
        name: {key: value for key, value in each.items() if key != "default"}
        for name, each in changeable.items()
    }
    return {**_table({TESTS: tests, **plain}), "required": [TESTS]}


def _table(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _defaults() -> dict[str, Any]:
    """Give the defaults of scalars and lists; tables start empty, or with what is no setting."""
    values: dict[str, Any] = {each.name: each.default for each in fields(Settings)}
    return {
        name: list(value) if checks.is_list(value) else value
        for name, value in values.items()
        if checks.is_list(value) or isinstance(value, str | bool)
    }


if __name__ == "__main__":
    sys.stdout.write(text())
