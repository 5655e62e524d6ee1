"""An event stream in pieces, so that one event can change and the others keep every byte."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.fuzz.answer import cut_at
from pytest_argot.wire.sse import events

if TYPE_CHECKING:
    from collections.abc import Mapping

DONE: Final = "[DONE]"
DONE_EVENT: Final = b"data: [DONE]\n\n"

_BLANK: Final = re.compile(rb"(?:\r\n|\n|\r(?!\n)){2}")
_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)")
_ONE_LINE: Final = re.compile(rb"[^\r\n]*\n\n")
_DATA: Final = re.compile(rb"data(?::|\r|\n|\Z)")


@dataclass(frozen=True, slots=True)
class EventStream:
    """A stream, cut after every blank line.

    ``pieces`` joined are the body. ``places``: which of them is each event that a client sees;
    comments are none, and what no blank line completes is none either. ``documents``: the JSON of
    the events that hold some, by the event's index. ``done``: the event that says ``[DONE]``,
    -1 without one.
    """

    pieces: tuple[bytes, ...]
    places: tuple[int, ...]
    documents: Mapping[int, Any]
    done: int

    @classmethod
    def read(cls, body: bytes) -> EventStream:
        """Cut a body."""
        pieces = tuple(cut_at(body, (blank.end() for blank in _BLANK.finditer(body))))
        places: list[int] = []
        documents: dict[int, Any] = {}
        done = -1
        for place, piece in enumerate(pieces):
            for event in events(piece):
                if event.data.strip() == DONE:
                    done = len(places)
                elif (document := _json(event.data)) is not None:
                    documents[len(places)] = document
                places.append(place)
        return cls(pieces, tuple(places), documents, done)

    def changed(self, data: Mapping[int, bytes]) -> tuple[bytes, ...]:
        """Give the pieces with some events' data replaced; their other lines stay."""
        pieces = list(self.pieces)
        for event, new in data.items():
            place = self.places[event]
            pieces[place] = with_data(pieces[place], new)
        return tuple(pieces)


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)


def as_json(document: Any, *, escaped: bool = False) -> bytes:
    """Write JSON as UTF-8; a lone surrogate, which UTF-8 has not, as an escape.

    ``escaped``: every character that is not ASCII is an escape, as some servers write it.
    """
    if escaped:
        return json.dumps(document).encode()
    try:
        return _ENCODER.encode(document).encode()
    except UnicodeEncodeError:
        return json.dumps(document).encode()


def with_data(piece: bytes, data: bytes) -> bytes:
    """Put other data into the text of one event."""
    if piece.startswith(b"data: ") and piece.endswith(b"\n\n") and _ONE_LINE.fullmatch(piece):
        return b"data: " + data + b"\n\n"
    lines: list[bytes] = []
    said = False
    for line in _LINE.findall(piece):
        if not _DATA.match(line.removeprefix(b"\xef\xbb\xbf")):
            lines.append(line)
        elif not said:
            said = True
            lines.append(b"data: " + data + line[len(line.rstrip(b"\r\n")) :])
    return b"".join(lines)


def event_of(document: Any) -> bytes:
    """Write one event."""
    return b"data: " + as_json(document) + b"\n\n"


def _json(data: str) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None
