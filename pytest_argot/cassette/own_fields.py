"""What pytest-argot itself writes into a cassette, checked: whatever is read was meant."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from pytest_argot.cassette.corruption import FlawError
from pytest_argot.cassette.streaming import Streaming
from pytest_argot.cassette.yaml_tree import Mapping, Tree, native

_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_BY_HAND: Final = "after an edit by hand correct it; else restore the file from version control"


def own_fields(tree: Tree, line: int) -> Mapping:
    """Give the mapping under an ``argot`` key, an empty one where there is none.

    ``FlawError`` when something else stands there.
    """
    if isinstance(tree, Mapping):
        return tree
    if tree is not None:
        raise FlawError("argot is not a mapping", line, _BY_HAND)
    empty = Mapping()
    empty.line = line
    return empty


def time_of(own: Mapping) -> str:
    """Give ``recorded_at``, ``""`` without one; ``FlawError`` unless it is RFC 3339 in UTC."""
    value = own.get("recorded_at")
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _is_time(value):
        raise FlawError(
            'argot.recorded_at is not a time like "2026-11-22T13:50:00Z"', own.line, _BY_HAND
        )
    return str(value)


def tests_of(own: Mapping) -> tuple[str, ...]:
    """Give the node ids of ``tests``; ``FlawError`` unless it is a list of texts."""
    value = own.get("tests")
    tests: list[Tree] = [] if value is None else value if isinstance(value, list) else [None]
    if not all(isinstance(test, str) for test in tests):
        raise FlawError("argot.tests is not a list of node ids", own.line, _BY_HAND)
    return tuple(str(test) for test in tests if test)


def ordinal_of(own: Mapping) -> int:
    """Give ``ordinal``, 0 without one; ``FlawError`` unless it is a whole number from 0."""
    value = native(own.get("ordinal"))
    if value is None:
        return 0
    if type(value) is not int or value < 0:
        raise FlawError("argot.ordinal is not a whole number", own.line, _BY_HAND)
    return value


def stream_of(tree: Tree, line: int) -> Streaming | None:
    """Give ``stream``, ``None`` without one; ``FlawError`` unless it holds plain values."""
    if tree is None:
        return None
    if not isinstance(tree, Mapping) or _holds_bytes(tree):
        raise FlawError("stream is not a mapping of numbers and texts", line, _BY_HAND)
    found: dict[str, Any] = native(tree)
    try:
        return Streaming.read(found)
    except ValueError as error:
        raise FlawError(str(error), line, _BY_HAND) from error


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _holds_bytes(tree: Tree) -> bool:
    if isinstance(tree, dict):
        return any(map(_holds_bytes, tree.values()))
    if isinstance(tree, list):
        return any(map(_holds_bytes, tree))
    return isinstance(tree, bytes)
