"""JSON laid out for reading and for diffs, token by token as it was spelled."""

from __future__ import annotations

from typing import Final

from pytest_argot.wire.json_tokens import (
    ARRAY_END,
    ARRAY_START,
    COMMA,
    KEY,
    OBJECT_END,
    OBJECT_START,
    Token,
    tokens,
)

COLUMNS: Final = 88

_STARTS: Final = frozenset({OBJECT_START, ARRAY_START})
_ENDS: Final = frozenset({OBJECT_END, ARRAY_END})

# Indentation by depth alone would make 1 MB of brackets into gigabytes.
_DEEPEST_INDENT: Final = 64


def pretty(text: str) -> str | None:
    """Lay out ``text`` with two spaces a level; ``None`` unless it is a JSON object or array.

    Every token keeps its exact text, only the white space between tokens is new. An array of
    scalars takes one line where that has at most 88 columns, its comma included; an empty
    container is ``{}`` or ``[]``. No line end at the end. Pretty text comes back unchanged.
    Below 64 levels the indentation stays the same.
    """
    try:
        found = tokens(text)
    except ValueError:
        return None
    if found[0][0] not in {OBJECT_START, ARRAY_START}:
        return None
    return "".join(_laid_out(text, found))


def _laid_out(text: str, found: list[Token]) -> list[str]:
    parts: list[str] = []
    depth = index = 0
    while index < len(found):
        kind, start, end = found[index]
        spelling = text[start:end]
        if kind in _STARTS:
            last = _last_on_line(found, index, depth)
            if last > index:
                parts += (_spelled(text, token) for token in found[index : last + 1])
                index = last
            else:
                depth += 1
                parts += (spelling, _line(depth))
        elif kind in _ENDS:
            depth -= 1
            parts += (_line(depth), spelling)
        elif kind == COMMA:
            parts += (spelling, _line(depth))
        else:
            parts.append(f"{spelling}: " if kind == KEY else spelling)
        index += 1
    return parts


def _last_on_line(found: list[Token], index: int, depth: int) -> int:
    """Find the end of the container at ``index`` if it takes one line, else give ``index``."""
    if found[index + 1][0] in _ENDS:
        return index + 1
    if found[index][0] == OBJECT_START:
        return index
    width = _indent(depth) + _key_width(found, index) + 1
    for last in range(index + 1, len(found)):
        kind, start, end = found[last]
        width += end - start + (kind == COMMA)
        if width > COLUMNS or kind in _STARTS:
            break
        if kind == ARRAY_END:
            followed = last + 1 < len(found) and found[last + 1][0] == COMMA
            return last if width + followed <= COLUMNS else index
    return index


def _key_width(found: list[Token], index: int) -> int:
    kind, start, end = found[index - 1] if index else found[0]
    return end - start + 2 if kind == KEY else 0


def _spelled(text: str, token: Token) -> str:
    kind, start, end = token
    return ", " if kind == COMMA else text[start:end]


def _line(depth: int) -> str:
    return "\n" + " " * _indent(depth)


def _indent(depth: int) -> int:
    return 2 * min(depth, _DEEPEST_INDENT)
