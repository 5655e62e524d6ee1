"""A long event stream in blocks of whole events, so that no more than a few are held decoded.

One character outside of ASCII doubles or quadruples what a text takes in memory, and everything
that is found in one takes more still.
"""

from __future__ import annotations

import codecs
import io
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK: Final = 4 * 2**20
"""Bytes of a block; it goes on to the end of the event it ends in."""

OVERLAP: Final = 2**19
"""Bytes looked at before and behind a block: no secret spread over fewer is missed."""

BLANK: Final = re.compile(rb"(?:(?>\r\n|\n|\r)){2,}+")
"""The end of a line and the empty lines behind it."""


def blocks(body: bytes) -> Iterator[bytes]:
    """Cut a body behind blank lines; a short one comes whole."""
    start = 0
    while start < len(body):
        end = _event_end(body, start + BLOCK)
        yield body[start:end]
        start = end


def mapped(body: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Apply ``change``, block by block, each with what is before and behind it.

    ``change`` must keep the blank lines.
    """
    if len(body) <= BLOCK:
        return change(body)
    done: io.BytesIO | None = None
    start = 0
    for block in blocks(body):
        end = start + len(block)
        first = _event_start(body, start - OVERLAP)
        window = body[first : _event_end(body, end + OVERLAP)]
        after = change(window)
        if done is None and after != window:
            done = io.BytesIO()
            done.write(memoryview(body)[:start])
        if done is not None:
            before = _count(body[first:start])
            last = before + _count(block) if end < len(body) else None
            done.write(block if after == window else _part(after, before, last))
        start = end
    return body if done is None else done.getvalue()


def _count(body: bytes) -> int:
    return sum(1 for _ in BLANK.finditer(body))


def _part(body: bytes, first: int, last: int | None) -> bytes:
    """Give what is between two of the blank lines, the first of them 0, the last of them None."""
    ends = [0, *(each.end() for each in BLANK.finditer(body))]
    return body[ends[first] : None if last is None else ends[last]]


def is_utf8(body: bytes) -> bool:
    """Tell whether all of a body is UTF-8; little of it is decoded at a time."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(body), BLOCK):
            decoder.decode(body[start : start + BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _event_end(body: bytes, start: int) -> int:
    """Find the end of the event that the byte before ``start`` is in."""
    found = BLANK.search(body, max(0, start - 2)) if start < len(body) else None
    return found.end() if found else len(body)


def _event_start(body: bytes, place: int) -> int:
    """Find where an event starts, at ``place`` or, not too far away, before it."""
    least = max(0, place - BLOCK)
    starts = [least + each.end() for each in BLANK.finditer(body[least : max(0, place)])]
    return starts[-1] if starts else least and _event_end(body, least)
