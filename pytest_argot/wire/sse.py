"""Server-sent events (WHATWG HTML Living Standard, section 9.2).

A stream is UTF-8 whatever its header says, its lines end with LF, CR or CRLF and with nothing
else, and only a blank line completes an event.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pytest_argot.wire.blocks import BLANK, blocks, is_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_FIELD_FIRST: Final = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*(?:data|event|id|retry)?:")
_DATA_LINE: Final = re.compile(rb"(?:^|[\r\n])data:")
_JSON: Final = re.compile(
    rb'(?:\xef\xbb\xbf)?[ \t\r\n]*(?:[\[{"]|(?:null|true|false|-?[0-9][0-9.eE+-]*)[ \t\r\n]*\Z)',
)
_TAIL: Final = 2**14


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event as a browser would dispatch it.

    ``id`` is the last event id in force, which an event without an ``id`` line inherits.
    ``line`` is the 0-based line of its first ``data`` line in the body; CRLF, LF and CR each end
    one line.
    """

    data: str
    event: str = "message"
    id: str = ""
    line: int = 0


@dataclass(slots=True)
class _Pending:
    """The event being read."""

    event: str = ""
    id: str = ""
    line: int = 0
    data: list[str] = field(default_factory=list[str])

    def read(self, name: str, value: str, line: int) -> None:
        if name == "data":
            self.line = self.line if self.data else line
            self.data.append(value)
        elif name == "event":
            self.event = value
        elif name == "id" and "\0" not in value:
            self.id = value

    def finish(self) -> ServerSentEvent | None:
        """Hand out the event if it has data, and start afresh with the same id."""
        data, event = self.data, self.event or "message"
        self.data, self.event = [], ""
        return ServerSentEvent("\n".join(data), event, self.id, self.line) if data else None


def is_event_stream(body: bytes, content_type: str) -> bool:
    """Tell whether ``body`` is an event stream, by its header or by how it starts.

    A body that starts like JSON is none although ``content_type`` says so; one whose first line
    is a field (``data:``, ``event:``, ``id:``, ``retry:``) or a comment is one whatever it says.
    """
    if _FIELD_FIRST.match(body):
        return True
    if content_type.partition(";")[0].strip().lower() != "text/event-stream":
        return False
    return not _JSON.match(body) or _DATA_LINE.search(body) is not None


def is_valid_utf8(body: bytes) -> bool:
    """Tell whether ``body`` is UTF-8 to its last byte; a character that is cut off is not."""
    return is_utf8(body)


def events(body: bytes) -> list[ServerSentEvent]:
    """Give ``each_event`` in a list."""
    return list(each_event(body))


def each_event(body: bytes) -> Iterator[ServerSentEvent]:
    """Read the events that a blank line completes; what follows the last is ``unfinished``.

    Bytes that are not UTF-8 become U+FFFD (``is_valid_utf8`` tells); comments, ``retry`` and
    unknown fields are ignored. Of a long stream little is decoded at a time.
    """
    pending = _Pending()
    number = 0
    for block in blocks(body.removeprefix(codecs.BOM_UTF8)):
        for line in _LINE_END.split(block.decode(errors="replace"))[:-1]:
            if line:
                name, _, value = line.partition(":")
                pending.read(name, value.removeprefix(" "), number)
            elif (event := pending.finish()) is not None:
                yield event
            number += 1


def unfinished(body: bytes) -> str:
    """Give the text after the last blank line: an event that was begun and not completed.

    ``""`` when nothing was begun: comments alone are no event. ``data: [DONE]`` without its
    blank line is unfinished too.
    """
    body = body.removeprefix(codecs.BOM_UTF8)
    text = body[_last_blank(body) :].lstrip(b"\r\n").decode(errors="replace")
    begun = any(line.strip() and line[0] != ":" for line in _LINE_END.split(text))
    return text if begun else ""


def _last_blank(body: bytes) -> int:
    """Find the end of the last blank line, 0 without one; looked for from behind."""
    size = _TAIL
    while True:
        start = max(0, len(body) - size)
        found = [each.end() for each in BLANK.finditer(body, start)]
        if found or not start:
            return found[-1] if found else 0
        size *= 8
