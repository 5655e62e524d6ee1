"""Changing single values of a JSON text and leaving every other character alone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.wire.json_text import values
from pytest_argot.wire.json_tokens import (
    ARRAY_START,
    COMMA,
    KEY,
    NUMBER,
    STRING,
    Token,
    tokens,
)
from pytest_argot.wire.text_mask import hashed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_argot.wire.json_text import JsonValue
    from pytest_argot.wire.mask_rule import JsonPath

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LITERALS: Final = frozenset({"true", "false", "null"})

Change = tuple[int, int, str]


def parsed(text: str) -> list[Token] | None:
    """Give the tokens of ``text``, ``None`` when it is not JSON."""
    try:
        return tokens(text)
    except ValueError:
        return None


def map_scalars(
    text: str,
    found: list[Token],
    change: Callable[[str, str], str],
    *,
    numbers: bool,
) -> str:
    """Apply ``change`` to every key and string, and to numbers if asked.

    ``change`` gets the decoded text and the name of the member it is the value of (also in a
    list), else ``""``. A changed number that is none any more becomes a string.
    """
    changes: list[Change] = []
    name, listed = "", False
    for kind, start, end in found:
        spelling = text[start:end]
        if kind in {STRING, KEY}:
            decoded = spelled(spelling)
            masked = change(decoded, "" if kind == KEY else name)
            if masked != decoded:
                changes.append((start, end, spell(masked, like=spelling)))
            name = decoded if kind == KEY else name
        elif kind == NUMBER and numbers:
            masked = change(spelling, "")
            if masked != spelling:
                changes.append((start, end, masked if is_number(masked) else json.dumps(masked)))
        listed = kind == ARRAY_START or (listed and kind in {STRING, COMMA})
        if kind != KEY and not listed:
            name = ""
    return _changed(text, changes)


def replace_paths(text: str, path: JsonPath, replacement: str | None) -> str:
    """Replace every value ``path`` selects; ``null`` stays, it tells nothing.

    A text that is no JSON stays as it is. ``replacement`` ``None`` is the hash of the value. A
    number or literal becomes a bare one if ``replacement`` is one too, else a string.
    """
    try:
        selected = [value for value in values(text) if path.matches(value.path)]
    except ValueError:
        return text
    changes: list[Change] = []
    place = 0
    for value in sorted(selected, key=lambda value: (value.start, -value.end)):
        spelling = text[value.start : value.end]
        if value.start >= place and spelling != "null":
            changes.append((value.start, value.end, _hidden(value, spelling, replacement)))
            place = value.end
    return _changed(text, changes)


def spelled(spelling: str) -> str:
    """Decode the spelling of a JSON string."""
    return str(json.loads(spelling)) if "\\" in spelling else spelling[1:-1]


def spell(text: str, *, like: str) -> str:
    """Spell a JSON string; non-ASCII characters are escaped if they were in ``like``."""
    spelling = json.dumps(text, ensure_ascii=like.isascii())
    # A lone surrogate cannot be encoded; one that stands for an undecodable byte is in `like`.
    return re.sub(
        "[\ud800-\udfff]",
        lambda match: match[0] if match[0] in like else f"\\u{ord(match[0]):04x}",
        spelling,
    )


def is_number(text: str) -> bool:
    """Tell whether ``text`` is a JSON number."""
    return _NUMBER.fullmatch(text) is not None


def _hidden(value: JsonValue, spelling: str, replacement: str | None) -> str:
    if replacement is None:
        private = spelled(spelling) if value.kind == "string" else _canonical(spelling)
        return spell(hashed(private), like=spelling)
    bare = value.kind in {"number", "literal"} and (
        is_number(replacement) or replacement in _LITERALS
    )
    return replacement if bare else spell(replacement, like=spelling)


def _canonical(spelling: str) -> str:
    """Write a value so that key order, white space and ``1`` against ``1.0`` do not count."""
    try:
        value = json.loads(spelling, parse_int=_number, parse_float=_number)
        return json.dumps(value, sort_keys=True)
    except (RecursionError, ValueError):
        return spelling


def _number(spelling: str) -> Any:
    number = float(spelling)
    return int(number) if number.is_integer() else spelling


def _changed(text: str, changes: list[Change]) -> str:
    parts: list[str] = []
    place = 0
    for start, end, replacement in changes:
        parts += (text[place:start], replacement)
        place = end
    return "".join((*parts, text[place:]))
