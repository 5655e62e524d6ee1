"""Masking of event streams: every other byte stays."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from pytest_argot.wire.masking import Masker
from tests.mask_material import KEY, RULES, masker, text_of


def test_events_are_masked_and_every_other_byte_stays() -> None:
    """Comments, line ends, other fields and the last line without an end are kept."""
    stream = (
        ': ping\r\nevent: x\rdata:{"user":"me","text":"hi"}\r\n\r\n'
        f'id: 1\ndata: {{"text": "{KEY}"}}\nretry: 1\n\ndata: [DONE]\n\ndata: {{"user"'
    )
    assert text_of(stream, "text/event-stream", "body:$.user=x") == (
        stream.replace(KEY, "argot-masked").replace('"me"', '"x"')
    )


def test_a_stream_is_masked_whatever_it_is_called() -> None:
    """An event stream labelled JSON is masked event by event."""
    assert text_of('data: {"user": "me"}\n\n', "application/json", "body:$.user=x") == (
        'data: {"user": "x"}\n\n'
    )


def test_data_of_several_lines_is_one_document() -> None:
    """JSON spread over data lines is masked as a whole, and its lines stay lines."""
    stream = 'data: {"user":\ndata:   "me",\ndata:  "o": {\ndata:   "p": 1}}\n\ndata: x\n\n'
    assert text_of(stream, "text/event-stream", "body:$.user=x") == stream.replace("me", "x")
    assert text_of(stream, "text/event-stream", "body:$.o=x") == (
        'data: {"user":\ndata:   "me",\ndata:  "o": "x"}\n\ndata: x\n\n'
    )


def test_a_key_streamed_in_pieces_is_masked() -> None:
    """A model that repeats a key token by token does not get it past the mask."""
    pieces = ["Your key: ", "sk", "-pro", "j-AbCdEf", "Gh0123456789", " is fine"]
    events = [
        {"id": "x", "choices": [{"index": index, "text": text}]}
        for text in pieces
        for index in (1, 0)
    ]
    stream = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    masked = text_of(stream, "text/event-stream")
    for index in (0, 1):
        texts = [
            event["choices"][0]["text"]
            for event in (json.loads(line[6:]) for line in masked.split("\n\n") if line)
            if event["choices"][0]["index"] == index
        ]
        assert texts == ["Your key: ", "argot-masked", "", "", "", " is fine"]


def test_numbers_of_events_are_no_pieces() -> None:
    """Numbers that would spell a credential together stay numbers, of any length."""
    long = "1" * 5000
    stream = f'data: {{"n": 1234, "m": {long}}}\n\ndata: {{"n": 5678, "m": 2}}\n\n'.encode()
    assert Masker(learned=["12345678"]).body(stream, "text/event-stream") == stream


def test_a_stream_cut_inside_a_character_is_masked() -> None:
    """Bytes that are not UTF-8 stay as they came."""
    body = f'data: {{"a":"é {KEY}"}}\n\ndata: {{"a":"'.encode() + b"\xc3"
    masked = Masker().body(body, "text/event-stream")
    assert masked == body.replace(KEY.encode(), b"argot-masked")


@given(
    st.lists(
        st.sampled_from(["data: ", "\n", "\r\n", "\r", ":", "id: 1", KEY, '{"user":"me"}', "é"])
    )
)
def test_no_stream_makes_masking_stumble(parts: list[str]) -> None:
    """Any sequence of stream pieces is masked without an error, and once is enough."""
    body = ("data: x\n" + "".join(parts)).encode()
    rules = masker(*RULES)
    once = rules.body(body, "text/event-stream")
    assert rules.body(once, "text/event-stream") == once
    assert KEY.encode() not in once
