"""Values as they are shown."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_argot.fuzz.change import ABSENT
from pytest_argot.fuzz.printed import LONGEST, printed

SHOWN: list[tuple[Any, str]] = [
    (ABSENT, "absent"),
    (None, "null"),
    ([], "[]"),
    ({}, "{}"),
    (0, "0"),
    (False, "false"),
    ("", '""'),
    ("stop", '"stop"'),
    ("Zürich 🍲", '"Zürich 🍲"'),
    ("a\u202e\u0000b", '"a\\u202e\\u0000b"'),
    ("\ud83d", '"\\ud83d"'),
    ({"a": [1, "x"]}, '{"a": [1, "x"]}'),
    (float("nan"), "NaN"),
    ("x" * 1000, '"' + "x" * 24 + '…" (1000 characters)'),
]


@pytest.mark.parametrize(("value", "text"), SHOWN)
def test_printed(value: Any, text: str) -> None:
    """A value is shown as JSON on one printable line."""
    assert printed(value) == text


def deep(levels: int) -> Any:
    """Give lists in lists."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [["x" * 50] * 50, {f"k{n}": "y" * 500 for n in range(99)}, deep(900), "\u0000" * 999],
    ids=["list", "object", "deep", "text"],
)
def test_never_long(value: Any) -> None:
    """However large or deep a value is, it is shown in at most 200 characters."""
    assert len(printed(value)) <= LONGEST
    assert printed(value).isprintable()
