"""The family ``stream``: other ways for an event stream to arrive and to end."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Final

from pytest_argot.drift.json_types import as_array, as_object, is_object
from pytest_argot.fuzz.answer import cut_at, with_body
from pytest_argot.fuzz.chunks import finishes, says
from pytest_argot.fuzz.draft import Draft
from pytest_argot.fuzz.event_stream import DONE_EVENT, EventStream, event_of, with_data
from pytest_argot.fuzz.stream_draft import likely_first, stream_draft
from pytest_argot.fuzz.stream_texts import retold_drafts, torn_drafts
from pytest_argot.fuzz.variant import RECORDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_argot.fuzz.subject import Subject

USAGE: Final = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
"""Counts of tokens, made up."""

_ERROR: Final = {
    "error": {
        "message": "The server had an error (made by argot)",
        "type": "server_error",
        "param": None,
        "code": None,
    }
}
_CLOSED: Final = "peer closed connection without sending complete message body"
_STALLED: Final = "The read operation timed out"
_FREQUENT: Final = (
    "cut",
    "byte-by-byte",
    "error-event",
    "comments",
    "cut-mid-event",
    "usage-chunk",
    "letter-by-letter",
    "crlf",
    "error-event-first",
    "stall",
    "no-done",
    "no-space",
    "empty-data",
    "mid-character",
    "no-finish",
    "multi-line-data",
    "empty-first-chunk",
    "bad-event",
    "last-choice-first",
    "fields",
    "empty",
    "text-at-once",
    "cr",
    "named-error-event",
    "reset",
)
"""What is tried first; the others follow as they come."""

_FEW: Final = 7
"""Bytes of a small piece: no event is as short."""

_MOST_PIECES: Final = 100_000


def stream_drafts(subject: Subject) -> Iterator[Draft]:
    """Give the ways a stream was seen to arrive and to break, the frequent ones first."""
    stream = subject.stream
    if stream is None or not stream.places:
        return
    drafts = [
        *_endings(subject, stream),
        *_errors(subject, stream),
        *_arrivals(subject, stream),
        *_spellings(subject, stream),
    ]
    yield from likely_first(drafts, _FREQUENT)


def _endings(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    pieces, count = stream.pieces, len(stream.places)
    half = max(1, count // 2)
    kept = pieces[: stream.places[half - 1] + 1] if count > 1 else ()
    after = f"after {half if kept else 0} of {count} events"
    give = partial(stream_draft, subject)
    next_piece = pieces[stream.places[half] if kept else stream.places[0]]
    torn = (*kept, next_piece[: len(next_piece) // 2])
    yield give("cut", f"a connection closed {after}", torn, RECORDED, failed="cut", message=_CLOSED)
    yield give("cut-mid-event", f"a clean end inside an event, {after}", torn, RECORDED)
    if stream.done >= 0:
        yield give("no-done", "no [DONE]", without(stream, {stream.done}))
    error = (*kept, event_of(_ERROR))
    yield give("error-event", f"an error event {after}", error, RECORDED)
    yield give(
        "stall", f"nothing more {after}", kept, RECORDED, failed="read_timeout", message=_STALLED
    )
    ends = {event for event, each in stream.documents.items() if finishes(each)}
    if ends:
        words = "no finish reason, no [DONE]"
        yield give("no-finish", words, without(stream, {*ends, stream.done}), RECORDED)
    yield give("empty", "no event at all", (), RECORDED)
    yield give("only-done", "nothing but [DONE]", (DONE_EVENT,), RECORDED)
    yield give(
        "reset", f"a connection reset {after}", kept, RECORDED, failed="reset", message=_CLOSED
    )
    yield Draft(
        name="not-a-stream",
        answers=lambda: (with_body(subject.recorded, b"{}", "application/json"),),
        new="an empty JSON object",
        then=RECORDED,
    )


def _arrivals(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    body = subject.recorded.body
    give = partial(stream_draft, subject)
    if len(body) <= _MOST_PIECES:
        yield give("byte-by-byte", "one byte at a time", cut_at(body, range(len(body))))
    yield from torn_drafts(subject, stream)
    yield give("small-pieces", f"{_FEW} bytes at a time", cut_at(body, range(0, len(body), _FEW)))
    yield give("one-piece", "all in one piece", (body,))
    silent = [
        event
        for event, each in stream.documents.items()
        if is_object(each) and "choices" in each and not says(each)
    ]
    if silent:
        place = stream.places[silent[-1]]
        doubled = (*stream.pieces[: place + 1], *stream.pieces[place:])
        yield give("doubled-event", "the last event without text twice", doubled)
    yield from usage_drafts(subject, stream)
    yield from retold_drafts(subject, stream)


def usage_drafts(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    """Give the chunk that ``stream_options.include_usage`` asks for: no choices, but the usage."""
    last = [*stream.documents.values(), None][-2:][0]
    if not is_object(last) or "choices" not in last:
        return
    usage = USAGE | as_object(last.get("usage"))
    chunk = event_of({**last, "choices": [], "usage": usage})
    end = stream.places[stream.done] if stream.done >= 0 else len(stream.pieces)
    pieces = (*stream.pieces[:end], chunk, *stream.pieces[end:])
    if as_array(last["choices"]):
        yield stream_draft(subject, "usage-chunk", "a last chunk with usage and no choices", pieces)
    first = stream.places[0]
    empty = event_of({**last, "choices": []})
    pieces = (*stream.pieces[:first], empty, *stream.pieces[first:])
    yield stream_draft(subject, "empty-first-chunk", "a first chunk without choices", pieces)


def _spellings(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    pieces = stream.pieces
    give = partial(stream_draft, subject)
    pinged = [part for piece in pieces for part in (b": ping\n\n", piece)]
    yield give("comments", "a comment before each event", pinged)
    crlf = [_lines(piece, b"\r\n") for piece in pieces]
    yield give("crlf", "lines that end with CR LF", crlf)
    old = [_lines(piece, b"\r") for piece in pieces]
    yield give("cr", "lines that end with CR", old)
    yield give("multi-line-data", "JSON over several data lines", _indented(stream))
    tight = [piece.replace(b"data: ", b"data:", 1) for piece in pieces]
    yield give("no-space", "no space after data:", tight)
    fields = [b"event: message\nid: 1\nretry: 1000\n" + piece for piece in pieces]
    yield give("fields", "event, id and retry before the data", fields)
    if stream.done >= 0 and stream.documents:
        more = pieces[stream.places[max(stream.documents)]]
        yield give("after-done", "one more event after [DONE]", (*pieces, more))
    bare = b"".join(pieces).rstrip(b"\r\n")
    if stream.done >= 0:
        yield give("no-last-blank-line", "no blank line at the end", cut_at(bare, _edges(pieces)))


def _errors(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    """Give events that are none of the API's, at the first place and after the first event."""
    give = partial(stream_draft, subject)
    first, pieces = stream.places[0], stream.pieces
    error = (event_of(_ERROR), DONE_EVENT) if stream.done >= 0 else (event_of(_ERROR),)
    yield give("error-event-first", "nothing but an error event", error, RECORDED)
    for name, words, event in (
        ("bad-event", "an event that is not JSON", b"data: ping\n\n"),
        ("empty-data", "an event with empty data", b"data:\n\n"),
        ("named-error-event", "an event called error", b"event: error\n" + event_of(_ERROR)),
    ):
        after = (*pieces[: first + 1], event, *pieces[first + 1 :])
        yield give(name, f"{words} after the first", after, RECORDED)


def _edges(pieces: Sequence[bytes]) -> Iterator[int]:
    at = 0
    for piece in pieces:
        at += len(piece)
        yield at


def _lines(piece: bytes, end: bytes) -> bytes:
    return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", end)


def _indented(stream: EventStream) -> list[bytes]:
    pieces = list(stream.pieces)
    for event, document in stream.documents.items():
        lines = json.dumps(document, indent=0).encode().split(b"\n")
        place = stream.places[event]
        pieces[place] = with_data(pieces[place], b"\ndata: ".join(lines))
    return pieces


def without(stream: EventStream, gone: set[int]) -> tuple[bytes, ...]:
    """Give the pieces without some events; -1 stands for none."""
    places = {stream.places[event] for event in gone if event >= 0}
    return tuple(piece for place, piece in enumerate(stream.pieces) if place not in places)
