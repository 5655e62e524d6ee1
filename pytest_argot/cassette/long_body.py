"""A large body as a YAML scalar, in parts: little of it is text at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_argot.cassette.yaml_text import (
    BINARY,
    binary,
    body,
    folded,
    is_literal,
    literal,
    literal_head,
)
from pytest_argot.wire.blocks import is_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

PART: Final = 57 * 2**16
"""Bytes of a part: whole lines of base64, or a text up to the end of the line it ends in."""


def body_parts(data: bytes, indent: int, part: int = PART) -> Iterator[str]:
    """Give what ``yaml_text.body`` gives, of a large body in parts."""
    if len(data) <= part:
        yield body(data, indent)
    elif is_utf8(data):
        yield from _text(data, indent, part)
    else:
        yield BINARY
        for start in range(0, len(data), part):
            yield binary(data[start : start + part], indent)


def line_ends(data: bytes) -> int:
    """Count the line ends at the end of a text, which is not copied."""
    ends = 0
    while data.endswith(b"\n", 0, len(data) - ends):
        ends += 1
    return ends


def _text(data: bytes, indent: int, part: int) -> Iterator[str]:
    spans = list(_by_lines(data, part))
    if all(data[start:end].decode().isspace() for start, end in spans):
        return iter([body(data, indent)])
    if all(_survives(data[start:end]) for start, end in spans):
        return _literal(data, indent, spans)
    return _folded(data, indent, spans)


def _by_lines(data: bytes, part: int) -> Iterator[tuple[int, int]]:
    """Give starts and ends of parts that end with a line; the last has every line end left."""
    start, last = 0, len(data) - line_ends(data)
    while start < len(data):
        end = data.find(b"\n", start + part, last) + 1
        yield start, end or len(data)
        start = end or len(data)


def _survives(part: bytes) -> bool:
    return is_literal(part, part.decode())


def _literal(data: bytes, indent: int, spans: list[tuple[int, int]]) -> Iterator[str]:
    ends = line_ends(data)
    yield literal_head(chr(data[0]), ends)
    for start, end in spans[:-1]:
        yield literal(data[start : end - 1].decode(), indent)
    yield literal(data[spans[-1][0] :].decode().rstrip("\n"), indent) + "\n" * (ends - 1)


def _folded(data: bytes, indent: int, spans: list[tuple[int, int]]) -> Iterator[str]:
    margin = "\\\n" + " " * indent
    yield '"'
    for start, end in spans:
        text = data[start:end].decode()
        if start:
            yield margin + ("\\" if text[0] == " " else "")
        yield folded(text, indent)
    yield '"'
