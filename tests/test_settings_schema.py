"""The JSON schema of the settings: shipped, generated, and of one mind with the checks."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pytest_argot.errors import Misuse
from pytest_argot.settings import Settings
from pytest_argot.settings.keys import KEYS
from pytest_argot.settings.schema import schema, text
from tests.json_schema import fits

DOCS = Path(__file__).resolve().parent.parent / "docs"
BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def accepted(values: dict[str, Any]) -> bool:
    """Tell whether the settings take the values."""
    try:
        Settings(root=Path()).updated(values, "here")
    except Misuse:
        return False
    return True


def test_the_shipped_file_is_the_generated_one() -> None:
    """schema.json is what the table of keys gives: python -m pytest_argot.settings.schema."""
    shipped = files("pytest_argot.settings").joinpath("schema.json").read_text(encoding="utf-8")
    assert shipped == text()
    assert json.loads(shipped) == schema()


def test_every_key_has_its_description_and_default() -> None:
    """The schema has each key of the table with a description, and defaults of scalars."""
    properties = schema()["properties"]
    assert list(properties) == list(KEYS)
    assert all(each["description"] for each in properties.values())
    defaults = Settings(root=Path())
    for name, key in KEYS.items():
        if key.is_scalar:
            assert properties[name].get("default") == getattr(defaults, name)
    override = properties["overrides"]["items"]["properties"]
    assert set(override) == {"tests", *KEYS} - {"overrides"}


@pytest.mark.parametrize("page", ["settings.md", "drift.md", "masking.md", "models.md"])
def test_the_examples_of_the_docs_fit(page: str) -> None:
    """Every [tool.argot] the docs show fits the schema and is taken by the settings."""
    tables = [
        table
        for block in BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
        if (table := tomllib.loads(block).get("tool", {}).get("argot")) is not None
    ]
    assert tables or page != "settings.md"
    for table in tables:
        assert fits(table, schema())
        assert accepted(table)


@pytest.mark.parametrize(
    ("values", "right"),
    [
        ({}, True),
        ({"cassettes": "{test_dir}/cassettes/{module}"}, True),
        ({"cassettes": "/absolute"}, True),
        ({"cassettes": "{dir}"}, False),
        ({"cassettes": "a{module}"}, False),
        ({"cassettes": ""}, False),
        ({"casettes": "x"}, False),
        ({"record": "rewrite"}, True),
        ({"record": "all"}, True),
        ({"record": "always"}, False),
        ({"record_errors": True}, True),
        ({"record_errors": "true"}, False),
        ({"fail_on": "never"}, True),
        ({"fail_on": "fatal"}, False),
        ({"profile": "strict"}, True),
        ({"profile": "loose"}, False),
        ({"max_age": "90d"}, True),
        ({"max_age": "never"}, True),
        ({"max_age": "90"}, False),
        ({"max_age": 90}, False),
        ({"max_age": "90 days"}, False),
        ({"stale": "fail"}, True),
        ({"stale": "error"}, False),
        ({"unplayed": "fail"}, True),
        ({"unplayed": True}, False),
        ({"match_on": "body"}, True),
        ({"match_on": ["method", "body"]}, True),
        ({"match_on": "boddy"}, False),
        ({"match_on": ["boddy"]}, False),
        ({"mask": []}, True),
        ({"mask": [""]}, False),
        ({"mask": 3}, False),
        ({"keep_headers": "x-tenant"}, True),
        ({"passthrough": ["localhost:9200", "*.sentry.io", "[::1]:80"]}, True),
        ({"passthrough": "http://localhost"}, False),
        ({"passthrough": ["a b"]}, False),
        ({"replay_env": {"KEY": ""}}, True),
        ({"replay_env": {"KEY": 3}}, False),
        ({"levels": {"field.added:usage.**": "warn"}}, True),
        ({"levels": {"field.added": "never"}}, False),
        ({"routes": [{"match": "POST *", "model": "a.b:C", "chunk_model": "a:D"}]}, True),
        ({"routes": [{"model": "a:B"}]}, False),
        ({"routes": [{"match": "POST *", "model": "a.b"}]}, False),
        ({"routes": [{"match": "POST *", "modle": "a:b"}]}, False),
        ({"routes": {}}, False),
        ({"overrides": [{"tests": "tests/**", "record": "none", "mask": "body:$.a"}]}, True),
        ({"overrides": [{"tests": ["a", "../b"]}]}, True),
        ({"overrides": [{"tests": []}]}, False),
        ({"overrides": [{"tests": "/a"}]}, False),
        ({"overrides": [{"tests": "a.py::test"}]}, False),
        ({"overrides": [{"tests": "a\\b"}]}, False),
        ({"overrides": [{"record": "none"}]}, False),
        ({"overrides": [{"tests": "a", "record": "always"}]}, False),
        ({"overrides": [{"tests": "a", "overrides": []}]}, False),
        ({"overrides": {"tests": "a"}}, False),
    ],
)
def test_schema_and_settings_agree(values: dict[str, Any], *, right: bool) -> None:
    """What the schema takes the settings take, and what it refuses they refuse."""
    assert (fits(values, schema()), accepted(values)) == (right, right)
