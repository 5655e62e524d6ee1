"""Event streams are read as the WHATWG standard says, from whatever bytes a server sent."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_argot.wire.sse import (
    ServerSentEvent,
    events,
    is_event_stream,
    is_valid_utf8,
    unfinished,
)

FRAGMENTS = (
    "data", "data:", "data: ", "data:  x", "event:", "event: ping", "id", "id: 7", "id: a\0b",
    "retry: 10", "retry: x", ":", ": ping", "\ufeff", "ü", "\u2028", "\x85", "\x0b", "\0", "a:b",
    "[DONE]", '{"a": 1}', " ", "\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "Data: y",
)  # fmt: skip
STREAMS = st.lists(st.sampled_from(FRAGMENTS), max_size=24).map("".join)
BYTES = st.lists(
    st.sampled_from([f.encode() for f in FRAGMENTS]) | st.binary(max_size=3), max_size=24
).map(b"".join)


def reference(text: str) -> tuple[list[ServerSentEvent], str]:
    """Read a stream one character at a time, as slowly and plainly as the standard puts it.

    Gives the events and the text behind the last blank line.
    """
    found: list[ServerSentEvent] = []
    data = event = last_id = line = ""
    first = number = tail = 0
    for at, character in enumerate(text):
        if character not in "\r\n":
            line += character
            continue
        if character == "\n" and at and text[at - 1] == "\r":
            tail = at + 1 if tail == at else tail
            continue
        name, value = line, ""
        if ":" in line:
            name, value = line[: line.index(":")], line[line.index(":") + 1 :]
            value = value[1:] if value[:1] == " " else value
        if not line:
            tail = at + 1
            if data:
                found.append(ServerSentEvent(data[:-1], event or "message", last_id, first))
            data = event = ""
        elif name == "data":
            first = first if data else number
            data += value + "\n"
        elif name == "event":
            event = value
        elif name == "id" and "\0" not in value:
            last_id = value
        line = ""
        number += 1
    return found, text[tail:]


@settings(deadline=None)
@given(STREAMS)
@example("data: a\r\n\r\ndata: b\r\rdata: c\n\n")
def test_events_are_those_of_the_standard(text: str) -> None:
    """Any mixture of fields and line ends gives the events that the standard's own steps give."""
    body = "\ufeff" + text if text.startswith("\ufeff") else text
    assert events(body.encode()) == reference(text)[0]


@settings(deadline=None)
@given(BYTES)
def test_no_bytes_are_too_broken_to_read(body: bytes) -> None:
    """Bytes that are not UTF-8 become U+FFFD, and nothing else about the events changes."""
    text = body.decode(errors="replace").removeprefix("\ufeff")
    assert events(body) == reference(text)[0]


@settings(deadline=None)
@given(STREAMS)
def test_unfinished_is_what_follows_the_last_blank_line(text: str) -> None:
    """The tail is the text behind the last blank line, or nothing if no event was begun in it."""
    tail = reference(text.lstrip("\ufeff"))[1]
    lines = [line for line in tail.replace("\r", "\n").split("\n") if line.strip()]
    begun = any(not line.startswith(":") for line in lines)
    assert unfinished(text.lstrip("\ufeff").encode()) == (tail if begun else "")


@pytest.mark.parametrize("cut", range(45))
def test_a_cut_stream_loses_nothing(cut: int) -> None:
    """Wherever a stream is cut, its events and its tail together are all that was there."""
    text = 'data: {"a":"ü"}\n\ndata: [DONE]\r\n\r\nevent: e\ndata:\n\n'
    begun = text[:cut].encode()
    rest = (unfinished(begun) + text[cut:]).encode()
    together = [(event.event, event.data) for event in events(begun) + events(rest)]
    assert together == [("message", '{"a":"ü"}'), ("message", "[DONE]"), ("e", "")]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_line_ends_are_equal(end: str) -> None:
    """LF, CR and CRLF make the same events on the same lines."""
    text = ": hi\n\nevent: a\nid: 1\ndata: x\ndata: y\n\ndata: z\n\n"
    assert events(text.replace("\n", end).encode()) == [
        ServerSentEvent("x\ny", "a", "1", 4),
        ServerSentEvent("z", "message", "1", 7),
    ]


@pytest.mark.parametrize("separator", ["\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c"])
def test_only_cr_and_lf_end_lines(separator: str) -> None:
    """Other characters that Python splits lines at are data."""
    assert events(f"data: a{separator}b\n\n".encode()) == [ServerSentEvent(f"a{separator}b")]


@pytest.mark.parametrize(
    ("line", "data"),
    [
        ("data", ""),
        ("data:", ""),
        ("data: ", ""),
        ("data:x", "x"),
        ("data:  x ", " x "),
        ("data::", ":"),
    ],
)
def test_a_data_line_loses_one_space_at_most(line: str, data: str) -> None:
    """``data`` may lack its colon, and only the first space behind the colon is dropped."""
    assert events(f"{line}\n\n".encode()) == [ServerSentEvent(data)]


def test_an_event_without_data_is_none() -> None:
    """A block of comments, types, ids and retries dispatches nothing and leaves no type behind."""
    body = b": a\n\nevent: ping\n\nretry: 5\n\nid: 9\n\ndata: x\n\n"
    assert events(body) == [ServerSentEvent("x", "message", "9", 8)]


def test_an_id_with_nul_is_ignored() -> None:
    """An id that holds NUL is as if it were not there; NUL in data stays."""
    body = b"id: 1\ndata: a\0\n\nid: 2\0\ndata: b\n\nid\ndata: c\n\n"
    assert [(event.id, event.data) for event in events(body)] == [
        ("1", "a\0"),
        ("1", "b"),
        ("", "c"),
    ]


def test_one_byte_order_mark_is_dropped() -> None:
    """A byte order mark at the start is no part of the first field; a second one is."""
    assert events("\ufeffdata: x\n\n".encode()) == [ServerSentEvent("x")]
    assert events("\ufeff\ufeffdata: x\n\n".encode()) == []


@pytest.mark.parametrize("tail", ["", ": ping", ": ping\n", "\n", " ", ":\n:\n"])
def test_comments_are_not_unfinished(tail: str) -> None:
    """A keep-alive after the last event is not an event that was cut off."""
    assert unfinished(f"data: x\n\n{tail}".encode()) == ""


@pytest.mark.parametrize("tail", ["d", "data: [DONE]", "data: x\n", "event: end\n", ": a\ndata"])
def test_an_event_without_its_blank_line_is_unfinished(tail: str) -> None:
    """The tail comes back as it stands, and a body that is nothing else is all tail."""
    assert unfinished(f"data: x\n\n{tail}".encode()) == tail
    assert unfinished(tail.encode()) == tail


@pytest.mark.parametrize(
    ("body", "content_type", "stream"),
    [
        (b"data: {}\n\n", "text/event-stream", True),
        (b"data: {}\n\n", "Text/Event-Stream; charset=utf-8", True),
        (b"data: {}\n\n", "application/json", True),
        (b"data: {}\n\n", "", True),
        (b"\xef\xbb\xbfdata: {}\n\n", "", True),
        (b"\n\r\ndata: {}\n\n", "", True),
        (b": OPENROUTER PROCESSING\n\ndata: {}\n\n", "", True),
        (b"event: message_start\ndata: {}\n\n", "", True),
        (b"id: 1\ndata: {}\n\n", "", True),
        (b"", "text/event-stream", True),
        (b"junk\ndata: {}\n\n", "text/event-stream", True),
        (b"[1]\ndata: {}\n\n", "text/event-stream", True),
        (b'{"data": 1}', "text/event-stream", False),
        (b'\n [{"a": 1}', "text/event-stream", False),
        (b"null\n", "text/event-stream", False),
        (b'"data: x"', "text/event-stream", False),
        (b'{"error": {}}', "application/json", False),
        (b"", "", False),
        (b"database: x", "", False),
        (b"data", "text/plain", False),
        (b"<html>\ndata: x", "text/html", False),
    ],
)
def test_a_stream_is_known_by_its_bytes_first(body: bytes, content_type: str, stream: bool) -> None:  # noqa: FBT001
    """A wrong label does not make JSON a stream, nor a stream JSON."""
    assert is_event_stream(body, content_type) is stream


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        (b"", True),
        ("ü€😀".encode(), True),
        (b"\xff", False),
        ("€".encode()[:2], False),
        (b"\xed\xa0\x80", False),
    ],
)
def test_bytes_that_are_not_utf8_are_told(body: bytes, valid: bool) -> None:  # noqa: FBT001
    """Overlong, cut and surrogate bytes are not UTF-8."""
    assert is_valid_utf8(body) is valid
