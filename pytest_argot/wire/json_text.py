"""JSON as it is spelled: where each value stands, laid out for reading, no character changed.

Parsing and writing again would lose what a recording is for: ``1.0`` against ``1``, ``1e999``, a
second key of the same name, a lone surrogate. Everything here works on the text instead.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from pytest_argot.wire.json_path import Path, format_path, normalise
from pytest_argot.wire.json_pretty import pretty
from pytest_argot.wire.json_tokens import (
    ARRAY_END,
    ARRAY_START,
    COMMA,
    KEY,
    LITERAL,
    NUMBER,
    OBJECT_END,
    OBJECT_START,
    STRING,
    Token,
    tokens,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "JsonValue",
    "Oddity",
    "Path",
    "format_path",
    "line_of",
    "normalise",
    "oddities",
    "pretty",
    "values",
]

# A path is as long as its value is deep, so that a body of brackets alone would take memory by the
# square of its size. With default settings `json.loads` goes to 9,998 levels on Python 3.13, less
# deep before.
MAX_DEPTH: Final = 10_000

_KINDS: Final = {
    STRING: "string",
    NUMBER: "number",
    LITERAL: "literal",
    OBJECT_START: "object",
    ARRAY_START: "array",
}


@dataclass(frozen=True, slots=True)
class JsonValue:
    """One value of a JSON text: ``text[start:end]`` is all of it, quotes and brackets included.

    ``kind`` is ``"object"``, ``"array"``, ``"string"``, ``"number"`` or ``"literal"`` (``true
    false null NaN Infinity -Infinity``). ``duplicate``: an earlier key of the same object has the
    same name.
    """

    path: Path
    kind: str
    start: int
    end: int
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something parsers swallow: a repeated key, or a number that is not finite as a double."""

    kind: Literal["key.duplicate", "number.nonfinite"]
    path: Path


def values(text: str) -> Iterator[JsonValue]:
    """Give every value of ``text``, a container before what it contains.

    Raises ``ValueError``, before the first value, when ``text`` is not JSON as ``json.loads``
    understands it (integers of any length are accepted) or is deeper than ``MAX_DEPTH``.
    """
    found = tokens(text)
    ends = _ends(found)
    return (
        JsonValue(tuple(trail), _KINDS[token[0]], token[1], ends.get(token[1], token[2]), duplicate)
        for trail, token, _, duplicate in _walk(text, found)
    )


def line_of(text: str, path: Path) -> int | None:
    """Find the 0-based line on which the value at ``path`` begins, its key if it has one.

    Of values with the same path the last counts, as it does for ``json.loads``. ``None`` when
    there is no such value or ``text`` is not JSON.
    """
    try:
        found = tokens(text)
    except ValueError:
        return None
    wanted, begin = list(path), None
    for trail, _, start, duplicate in _walk(text, found):
        if trail == wanted:
            begin = start
        elif duplicate and trail == wanted[: len(trail)]:
            begin = None
    return None if begin is None else text.count("\n", 0, begin)


def oddities(text: str) -> list[Oddity]:
    """List repeated keys, ``NaN``, infinities and numbers too large for a double (``1e999``).

    Raises ``ValueError`` like ``values``.
    """
    found = tokens(text)
    _ends(found)
    odd: list[Oddity] = []
    for trail, (kind, start, end), _, duplicate in _walk(text, found):
        if duplicate:
            odd.append(Oddity("key.duplicate", tuple(trail)))
        if not _finite(kind, text[start:end]):
            odd.append(Oddity("number.nonfinite", tuple(trail)))
    return odd


def _finite(kind: int, spelling: str) -> bool:
    if kind == NUMBER:
        return math.isfinite(float(spelling))
    return kind != LITERAL or spelling in {"true", "false", "null"}


def _walk(text: str, found: list[Token]) -> Iterator[tuple[list[str | int], Token, int, bool]]:
    """Give for every value its path, its token, where its line begins and whether it repeats.

    The path is one list that changes from value to value: copy what is kept.
    """
    trail: list[str | int] = []
    names: list[set[str]] = []
    begin, duplicate = -1, False
    for token in found:
        kind, start, end = token
        if kind == KEY:
            begin, name = start, _name(text[start:end])
            duplicate = name in names[-1]
            names[-1].add(name)
            trail[-1] = name
        elif kind == COMMA:
            step = trail[-1]
            trail[-1] = step + 1 if isinstance(step, int) else step
        elif kind in {OBJECT_END, ARRAY_END}:
            trail.pop()
            names.pop()
        else:
            yield trail, token, start if begin < 0 else begin, duplicate
            begin, duplicate = -1, False
            if kind in {OBJECT_START, ARRAY_START}:
                trail.append(0 if kind == ARRAY_START else "")
                names.append(set())


def _name(spelling: str) -> str:
    return str(json.loads(spelling)) if "\\" in spelling else spelling[1:-1]


def _ends(found: list[Token]) -> dict[int, int]:
    """Map the start of every container to its end; refuse what is too deep for paths."""
    ends: dict[int, int] = {}
    starts: list[int] = []
    for kind, start, end in found:
        if kind in {OBJECT_START, ARRAY_START}:
            starts.append(start)
            if len(starts) > MAX_DEPTH:
                raise ValueError(f"JSON nested deeper than {MAX_DEPTH:,} levels")
        elif kind in {OBJECT_END, ARRAY_END}:
            ends[starts.pop()] = end
    return ends
