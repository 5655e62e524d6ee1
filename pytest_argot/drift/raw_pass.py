"""What every JSON parser swallows: repeated keys, and numbers that are not finite."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from pytest_argot.drift.json_types import shown
from pytest_argot.drift.pydantic_errors import Diagnosis
from pytest_argot.wire.json_text import oddities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.wire.json_path import Path

_MANY_DIGITS = 300


def swallowed(raw: bytes, found: list[Diagnosis]) -> Iterator[Diagnosis]:
    """Give the repeated keys and infinite numbers of a JSON text that ``found`` does not tell."""
    text = raw.decode(errors="replace")
    if _is_plain(text):
        return
    document = from_json(raw)
    told = {each.path for each in found if each.kind == "number.nonfinite"}
    for odd in oddities(text):
        if odd.kind == "key.duplicate":
            yield Diagnosis(odd.kind, odd.path, "one key of this name", "several", "", None)
        elif odd.path not in told:
            value = _value_at(document, odd.path)
            came = shown(value) if isinstance(value, float) else "a number beyond all bounds"
            yield Diagnosis(odd.kind, odd.path, "a finite number", came, "number", value)


def _is_plain(text: str) -> bool:
    """Tell that there is nothing to look for, in a fifth of the time that looking takes."""
    try:
        _PLAIN.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise ValueError


def _finite(digits: str) -> None:
    if math.isinf(float(digits)):
        raise ValueError


def _not_endless(digits: str) -> None:
    if len(digits) > _MANY_DIGITS:
        raise ValueError


def _no_constant(_name: str) -> None:
    raise ValueError


_PLAIN = json.JSONDecoder(
    object_pairs_hook=_once_each,
    parse_float=_finite,
    parse_int=_not_endless,
    parse_constant=_no_constant,
)


def _value_at(document: Any, path: Path) -> Any:
    for step in path:
        try:
            document = document[step]
        except (LookupError, TypeError):
            return None
    return document
