"""The family ``stream``: other ways for an event stream to arrive and to end."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.drift.json_types import as_array, as_object, is_object
from pytest_argot.fuzz.answer import cut_at, with_body, with_pieces
from pytest_argot.fuzz.chunks import another, choices, finishes, revised, says, text_of, with_text
from pytest_argot.fuzz.draft import Draft
from pytest_argot.fuzz.event_stream import DONE_EVENT, EventStream, as_json, event_of, with_data
from pytest_argot.fuzz.variant import END, RECORDED

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
_DISH: Final = " \U0001f372"
_FEW: Final = 7
"""Bytes of a small piece: no event is as short."""

_MOST_PIECES: Final = 100_000


def stream_drafts(subject: Subject) -> Iterator[Draft]:
    """Give the ways a stream was seen to arrive and to break, the frequent ones first."""
    stream = subject.stream
    if stream is None or not stream.places:
        return
    yield from _endings(subject, stream)
    yield from _arrivals(subject, stream)
    yield from _spellings(subject, stream)


def stream_draft(
    subject: Subject,
    name: str,
    words: str,
    pieces: Sequence[bytes],
    then: str = END,
    **arrival: Any,
) -> Draft:
    """Give the draft of a stream in other pieces; ``arrival`` as in ``answer.with_pieces``."""
    make = partial(with_pieces, subject.recorded, pieces, **arrival)
    return Draft(name=name, answers=lambda: (make(),), new=words, then=then)


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
    error = event_of(_ERROR)
    yield give("error-event", f"an error event {after}", (*kept, error), RECORDED)
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
    whole = b"".join(_unescaped(stream))
    inside = [at for at in range(1, len(whole)) if whole[at] & 0xC0 == 0x80]  # noqa: PLR2004 - UTF-8
    words = "a dish in the text, pieces that end inside characters"
    yield give("mid-character", words, cut_at(whole, inside))
    yield give("small-pieces", f"{_FEW} bytes at a time", cut_at(body, range(0, len(body), _FEW)))
    yield give("one-piece", "all in one piece", (body,))
    text = next((event for event, each in stream.documents.items() if says(each)), None)
    if text is not None:
        place = stream.places[text]
        doubled = (*stream.pieces[: place + 1], *stream.pieces[place:])
        yield give("doubled-event", "the first event with text twice", doubled)
    yield from usage_drafts(subject, stream)
    yield from _interleaved(subject, stream)


def _unescaped(stream: EventStream) -> tuple[bytes, ...]:
    """Write the JSON without escapes, with a character of four bytes in the first text."""
    documents = dict(stream.documents)
    first = next((event for event, each in documents.items() if says(each)), None)
    if first is not None:
        documents[first] = revised(
            documents[first], lambda each: with_text(each, text_of(each) + _DISH)
        )
    return stream.changed({event: as_json(each) for event, each in documents.items()})


def _interleaved(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    """Give a stream of two choices that come in turn, each event with one of them."""
    pieces: list[bytes] = []
    events = {place: event for event, place in enumerate(stream.places)}
    for place, piece in enumerate(stream.pieces):
        pieces.append(piece)
        document = stream.documents.get(events.get(place, -1))
        found = choices(document)
        if len(found) == 1 and found[0].get("index") == 0:
            pieces.append(event_of(revised(document, another)))
    if len(pieces) > len(stream.pieces):
        yield stream_draft(
            subject, "two-choices", "a second choice, in turn with the first", pieces
        )


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
    first = stream.places[0]
    spoilt = (*pieces[: first + 1], b"data: ping\n\n", *pieces[first + 1 :])
    named = (*pieces[: first + 1], b"event: error\n" + event_of(_ERROR))
    yield give("named-error-event", "an event called error after the first", named, RECORDED)
    yield give("bad-event", "an event that is not JSON", spoilt, RECORDED)


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
