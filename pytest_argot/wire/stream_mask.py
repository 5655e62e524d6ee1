"""The data of an event stream, changed event by event; every other byte stays.

A model streams a key in pieces (``sk``, ``-pr``, ``oj-``...), none of which looks like one. The
pieces of one field are therefore read as one text too.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from pytest_argot.wire.json_mask import spell
from pytest_argot.wire.json_text import values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_argot.wire.json_path import Path

_LINES: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_DATA: Final = re.compile(r"(?P<field>data:[ ]?)(?P<value>[^\r\n]*)(?P<end>[\r\n]*)", re.DOTALL)
# An int of any length is a float.
_decode: Final = json.JSONDecoder(parse_int=float).decode
# What tells apart the texts one stream carries side by side.
_SIBLINGS: Final = ("index", "type", "item_id", "output_index", "content_index")


def map_events(
    text: str,
    data: Callable[[str], str],
    other: Callable[[str], str],
) -> str:
    """Apply ``data`` to each event's data and ``other`` to the lines that are no data.

    Data of several lines is changed as one; lines it no longer needs are dropped.
    """
    lines = _LINES.findall(text)
    for event in _data_lines(lines):
        fields = [_DATA.fullmatch(lines[number]) for number in event]
        split = [field for field in fields if field is not None]
        changed = data("\n".join(field["value"] for field in split)).split("\n")
        for place, (number, field) in enumerate(zip(event, split, strict=True)):
            last = place == len(split) - 1
            values_here = changed[place:] if last else changed[place : place + 1]
            end = field["end"] or "\n"
            joined = (end + field["field"]).join(values_here)
            lines[number] = field["field"] + joined + field["end"] if values_here else ""
    return "".join(line if line.startswith("data:") else _other(line, other) for line in lines)


def _data_lines(lines: list[str]) -> list[list[int]]:
    """Give the numbers of the ``data`` lines of every event that has some."""
    events: list[list[int]] = [[]]
    for number, line in enumerate(lines):
        if line.startswith("data:"):
            events[-1].append(number)
        elif not line.strip("\r\n"):
            events.append([])
    return [event for event in events if event]


def _other(line: str, change: Callable[[str], str]) -> str:
    bare = line.rstrip("\r\n")
    return change(bare) + line[len(bare) :] if bare else line


@dataclass(frozen=True, slots=True)
class _Piece:
    """One string value of the JSON in line number ``line``."""

    line: int
    path: Path
    text: str


def mask_split(text: str, spans: Callable[[str], Iterable[tuple[int, int]]], fill: str) -> str:
    """Replace secrets that ``spans`` finds only when the pieces of a field are joined.

    The first piece gets ``fill``, the following ones lose their share.
    """
    lines = _LINES.findall(text)
    changes: dict[int, dict[Path, str]] = defaultdict(dict)
    for pieces in _fields(lines).values():
        for piece, changed in _masked_pieces(pieces, spans, fill):
            changes[piece.line][piece.path] = changed
    for number, edits in changes.items():
        field, colon, value = lines[number].partition(":")
        lines[number] = field + colon + _with_strings(value, edits)
    return "".join(lines)


def _with_strings(text: str, edits: dict[Path, str]) -> str:
    """Replace the strings at the given paths; of repeated keys the last."""
    found = {value.path: value for value in values(text) if value.path in edits}
    for value in sorted(found.values(), key=lambda value: -value.start):
        spelling = spell(edits[value.path], like=text[value.start : value.end])
        text = text[: value.start] + spelling + text[value.end :]
    return text


def _fields(lines: list[str]) -> dict[tuple[object, ...], list[_Piece]]:
    """Collect the string values of all events by field."""
    fields: dict[tuple[object, ...], list[_Piece]] = defaultdict(list)
    for number, line in enumerate(lines):
        if not line.startswith("data:"):
            continue
        # What JSON is deeper than Python reads, or is none, has no pieces.
        with suppress(ValueError, RecursionError):
            data = _decode(line[len("data:") :])
            if isinstance(data, str):
                fields[()].append(_Piece(number, (), data))
            elif isinstance(data, dict | list):
                for field, path, text in _strings(cast("object", data)):
                    fields[field].append(_Piece(number, path, text))
    return fields


def _strings(data: object) -> Iterator[tuple[tuple[object, ...], Path, str]]:
    """Give field, path and text of every string in ``data``.

    A field is named by its path and its siblings: which choice it is, not where it stands.
    """
    rest: list[tuple[tuple[object, ...], Path, object]] = [((), (), data)]
    while rest:
        field, path, value = rest.pop()
        items: Iterable[tuple[str | int, object]]
        if isinstance(value, dict):
            members = cast("dict[str, object]", value)
            marks = [f"{name}={members[name]}" for name in _SIBLINGS if name in members]
            listed = marks and path and isinstance(path[-1], int)
            field = (*(field[:-1] if listed else field), *marks)
            items = members.items()
        else:
            items = enumerate(cast("list[object]", value))
        for name, item in items:
            if isinstance(item, str):
                yield (*field, name), (*path, name), item
            elif isinstance(item, dict | list):
                rest.append(((*field, name), (*path, name), cast("object", item)))


def _masked_pieces(
    pieces: list[_Piece],
    spans: Callable[[str], Iterable[tuple[int, int]]],
    fill: str,
) -> list[tuple[_Piece, str]]:
    """Give the pieces that change, with their new text."""
    if len(pieces) == 1 or len({piece.text for piece in pieces}) == 1:
        return []  # one piece, or a constant such as the id
    cuts = list(spans("".join(piece.text for piece in pieces)))
    changed: list[tuple[_Piece, str]] = []
    place = 0
    for piece in pieces if cuts else ():
        text = _cut(piece.text, place, cuts, fill)
        if text != piece.text:
            changed.append((piece, text))
        place += len(piece.text)
    return changed


def _cut(text: str, offset: int, cuts: list[tuple[int, int]], fill: str) -> str:
    parts: list[str] = []
    place = 0
    for start, end in cuts:
        first, last = start - offset, end - offset
        if last <= 0 or first >= len(text):
            continue
        parts += (text[place : max(first, 0)], fill if first >= 0 else "")
        place = min(last, len(text))
    return "".join((*parts, text[place:]))
