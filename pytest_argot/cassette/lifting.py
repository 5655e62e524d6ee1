"""Large bodies taken out of a cassette's text, so that no YAML parser has to read them.

A parser holds a text of 200 MB five times over. What our emitter wrote is recognised line by line,
and only that: whatever looks unusual stays where it is, for the parser.
"""

from __future__ import annotations

import base64
import io
import re
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.long_body import body_parts, line_ends
from pytest_argot.cassette.yaml_text import is_plain
from pytest_argot.wire.blocks import is_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_argot.cassette.interaction import Interaction

FROM: Final = 8 * 2**20
"""Size of the smallest cassette from which bodies are lifted, in bytes."""

LEAST: Final = 2**20
"""Size of the smallest body that is lifted, in bytes as it stands in the file."""

_PART: Final = 2**22
_LINE: Final = 57
"""Bytes in a line of base64."""

_HEAD: Final = re.compile(
    rb"^(?P<key>    body| {6}string): (?:(?P<binary>!!binary )\||\|(?P<digit>2?)(?P<keep>[-+]?))\n",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Lifted:
    """A body that is not in the text: in its place stands ``stub``.

    ``lines``: how many lines of the file are missing in the text.
    """

    stub: str
    body: bytes
    lines: int
    binary: bool = False


@dataclass(frozen=True, slots=True)
class _Block:
    """A block scalar in the bytes of a file: its first line, and where it ends."""

    head: re.Match[bytes]
    end: int

    @property
    def margin(self) -> bytes:
        return b" " * (6 if self.head["key"] == b"    body" else 8)


def lift(data: bytes) -> tuple[bytes, tuple[Lifted, ...]]:
    """Give the text of a cassette without its large bodies, and these."""
    name = secrets.token_hex(8)  # nothing in the file can be taken for it
    kept = io.BytesIO()
    lifted: list[Lifted] = []
    place = 0
    for block in _blocks(data):
        body = _body(data, block) if block.end - block.head.end() >= LEAST else None
        if body is None:
            continue
        stub = f"{name}-{len(lifted)}"
        lines = data.count(b"\n", block.head.end(), block.end)
        lifted.append(Lifted(stub, body, lines, binary=bool(block.head["binary"])))
        kept.write(data[place : block.head.end("key")] + f': "{stub}"\n'.encode())
        place = block.end
    kept.write(data[place:])
    return kept.getvalue(), tuple(lifted)


def liftable(body: bytes, indent: int) -> bool:
    """Tell whether a body, written with this indentation, can be lifted out again."""
    return len(body) >= LEAST and next(body_parts(body, indent))[0] in "|!"


def outline(
    interactions: Sequence[Interaction], recorded_at: str
) -> tuple[str, tuple[Lifted, ...]]:
    """Give the text that a cassette will have without its large bodies, and these."""
    name = secrets.token_hex(8)
    lifted: list[Lifted] = []
    shown: list[Interaction] = []
    for each in interactions:
        body, stub = each.response.body, f"{name}-{len(lifted)}"
        if not liftable(body, 8):
            shown.append(each)
            continue
        binary = not is_utf8(body)
        lines = -(-len(body) // _LINE) if binary else body.count(b"\n") + (body[-1:] != b"\n")
        lifted.append(Lifted(stub, body, lines - 1, binary))  # the stub takes one
        shown.append(replace(each, response=replace(each.response, body=stub.encode())))
    return dump(shown, recorded_at), tuple(lifted)


def _blocks(data: bytes) -> Iterator[_Block]:
    """Give the block scalars of bodies, one after the other: none is looked for inside another."""
    place = 0
    while head := _HEAD.search(data, place):
        block = _Block(head, 0)
        last = re.compile(rb"\n(?!\n|%b)" % block.margin).search(data, head.end() - 1)
        place = last.end() if last else len(data)
        yield _Block(head, place)


def _body(data: bytes, block: _Block) -> bytes | None:
    """Give what a block says, ``None`` when it is not as we write one."""
    start, margin = block.head.end(), block.margin
    explicit = block.head["digit"] or (
        data.startswith(margin, start) and data[start + len(margin)] not in b" \t\n"
    )
    if not explicit:
        return None
    said = io.BytesIO()
    for part in _parts(data, start, block.end):
        text = part.removeprefix(margin).replace(b"\n" + margin, b"\n")
        try:
            said.write(
                base64.b64decode(b"".join(text.split()), validate=True)
                if block.head["binary"]
                else text
            )
        except ValueError:
            return None
        if not is_plain(text):
            return None
    if block.head["binary"]:
        return said.getvalue()
    return _chomped(said, block.head["keep"])


def _chomped(said: io.BytesIO, keep: bytes) -> bytes:
    """Take off the line ends at the end that the head of a block does not keep."""
    if keep != b"+":
        ends = line_ends(said.getvalue())
        said.truncate(said.tell() - ends + (keep == b"" and ends > 0))
    return said.getvalue()


def _parts(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """Give a span in parts of whole lines."""
    while start < end:
        cut = data.find(b"\n", start + _PART, end) + 1 or end
        yield data[start:cut]
        start = cut
