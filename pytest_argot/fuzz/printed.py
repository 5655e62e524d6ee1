"""JSON values as a variant shows them: printable, and never longer than a line or two."""

from __future__ import annotations

import json
from typing import Any, Final

from pytest_argot.drift.json_types import is_array, is_object
from pytest_argot.fuzz.change import ABSENT

LONGEST: Final = 200
"""Characters of a printed value."""

_WORD: Final = 40
_START: Final = 24
_DEEPEST: Final = 8


def printed(value: Any) -> str:
    """Write a value as JSON of at most ``LONGEST`` characters, ``absent`` where there is none."""
    if value is ABSENT:
        return "absent"
    if value in (None, [], {}):
        return "null" if value is None else str(value)
    if isinstance(value, str) and len(value) > LONGEST:
        start = _safe(json.dumps(value[:_START], ensure_ascii=False))
        return f'{start[:-1]}…" ({len(value)} characters)'
    text = _safe(json.dumps(_shortened(value), ensure_ascii=False))
    if len(text) > LONGEST and is_array(value):
        return f"a list of {len(value)}, {text[: LONGEST - 40]}…"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _shortened(value: Any, depth: int = 0) -> Any:
    """Cut what is long or deep inside a value, so that no megabyte is written out to be cut."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:_WORD]}…"
    if is_array(value):
        return [_shortened(each, depth + 1) for each in value[:_WORD]]
    if is_object(value):
        first = list(value.items())[:_WORD]
        return {key[:LONGEST]: _shortened(each, depth + 1) for key, each in first}
    return value


def _safe(text: str) -> str:
    """Escape what a terminal would not print as it is."""
    if text.isprintable():
        return text
    return "".join(_escaped(each) for each in text)


def _escaped(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]
