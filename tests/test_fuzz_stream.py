"""Streams: events that change, and streams that arrive or end another way."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.cassette.streaming import CLIENT, Streaming
from pytest_argot.drift.judge import judge_response
from pytest_argot.drift.levels import DEFAULT_LEVELS, Levels
from pytest_argot.fuzz.event_stream import EventStream, with_data
from pytest_argot.fuzz.fuzz import FAMILIES, Fuzz
from pytest_argot.fuzz.planning import variants
from pytest_argot.wire.sse import events
from tests.drift_material import BODY, STREAM, chunk, routes, sse, streamed

if TYPE_CHECKING:
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.fuzz.variant import Variant

RECORDED = streamed(STREAM)


def plan(recorded: Interaction = RECORDED, families: Any = FAMILIES) -> dict[str, Variant]:
    """Give all variants by id."""
    found = variants([recorded], routes(), Fuzz(families=families), full=True)
    return {each.id: each for each in found}


def documents(variant: Variant) -> list[Any]:
    """Give the JSON of the variant's events."""
    data = [each.data for each in events(variant.answers[0].body)]
    return [json.loads(each) for each in data if each not in {"[DONE]", "ping"}]


def test_the_finish_changes_where_it_is() -> None:
    """``finish_reason`` changes in the event that has it, and no other event changes."""
    variant = plan()["finish_reason=length"]
    assert documents(variant)[2]["choices"][0]["finish_reason"] == "length"
    assert documents(variant)[:2] == [chunk("Four "), chunk("lanterns")]
    assert variant.event == 2
    assert variant.path == "choices[0].finish_reason"


def test_text_changes_in_the_first_event_with_text() -> None:
    """Text changes where there is some."""
    recorded = streamed(sse(chunk(""), chunk("Four "), chunk("", "stop")))
    variant = plan(recorded)["text=emoji"]
    assert variant.event == 1
    assert documents(variant)[1]["choices"][0]["text"].startswith("Four ")


@pytest.mark.parametrize("name", ["created=0", "id=empty", "system_fingerprint=present"])
def test_constants_change_in_all_events(name: str) -> None:
    """What is the same throughout a stream stays so."""
    key = name.partition("=")[0]
    values = [each[key] for each in documents(plan()[name])]
    assert len(values) == 3
    assert len(set(values)) == 1
    assert values[0] != BODY.get(key)


def test_more_choices_are_finished_too() -> None:
    """A second choice goes through all events, so that it has its end."""
    variant = plan()["choices=one-more"]
    assert variant.valid
    assert all(len(each["choices"]) == 2 for each in documents(variant))


def test_usage_in_a_stream() -> None:
    """Usage is added to the last event, or comes in a chunk of its own without choices."""
    made = documents(plan()["usage=present"])[-1]["usage"]
    assert made["total_tokens"] == made["prompt_tokens"] + made["completion_tokens"]
    last = documents(plan()["usage-chunk"])[-1]
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == 2
    assert plan()["usage-chunk"].valid


def test_bytes_of_other_events_stay() -> None:
    """Only the changed event is written anew; comments and further fields stay."""
    odd = (
        b': hi\n\nevent: message\nid: 7\ndata: {"object" : "text_completion",\ndata: "id":"a"}\n\n'
    )
    recorded = streamed(odd + STREAM)
    body = plan(recorded)["finish_reason=length"].answers[0].body
    assert body.startswith(odd)
    spoilt = with_data(b'event: message\nid: 7\ndata: {"a":\r\ndata: 1}\r\n\r\n', b"{}")
    assert spoilt == b"event: message\nid: 7\ndata: {}\r\n\r\n"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_reading(end: bytes) -> None:
    """Whatever its line ends, a stream is cut after every blank line and nothing is lost."""
    body = (b": hi\n\n" + STREAM + b"data: cut").replace(b"\n", end)
    found = EventStream.read(body)
    assert b"".join(found.pieces) == body
    assert len(found.places) == len(events(body)) == 4
    assert found.done == 3
    assert list(found.documents) == [0, 1, 2]


def test_pieces() -> None:
    """A changed stream comes event by event, whatever was recorded."""
    answer = plan()["finish_reason=length"].answers[0]
    assert answer.stream is not None
    assert list(answer.stream.cut(answer.body)) == list(EventStream.read(answer.body).pieces)


STREAMS: list[tuple[str, bool, str]] = [
    ("cut", False, "cut"),
    ("cut-mid-event", False, ""),
    ("no-done", True, ""),
    ("error-event", False, ""),
    ("stall", False, "read_timeout"),
    ("no-finish", False, ""),
    ("empty", False, ""),
    ("only-done", False, ""),
    ("reset", False, "reset"),
    ("byte-by-byte", True, ""),
    ("mid-character", True, ""),
    ("small-pieces", True, ""),
    ("one-piece", True, ""),
    ("doubled-event", True, ""),
    ("usage-chunk", True, ""),
    ("empty-first-chunk", True, ""),
    ("letter-by-letter", True, ""),
    ("text-at-once", True, ""),
    ("cr", True, ""),
    ("error-event-first", False, ""),
    ("empty-data", False, ""),
    ("comments", True, ""),
    ("crlf", True, ""),
    ("multi-line-data", True, ""),
    ("no-space", True, ""),
    ("fields", True, ""),
    ("after-done", True, ""),
    ("no-last-blank-line", True, ""),
    ("named-error-event", False, ""),
    ("bad-event", False, ""),
]


@pytest.mark.parametrize(("name", "valid", "failed"), STREAMS)
def test_stream(name: str, valid: bool, failed: str) -> None:  # noqa: FBT001 - a row of the table
    """Each way to arrive or end is there; judging it as a recording comes to the same verdict."""
    variant = plan(families="stream")[name]
    answer = variant.answers[0]
    assert answer.stream is not None
    assert (variant.valid, answer.stream.failed) == (valid, failed)
    assert variant.then == ("end" if valid else "recorded")
    changed = replace(RECORDED, response=answer)
    route = routes().find(changed.request)
    assert route is not None
    levels = {DEFAULT_LEVELS.get(each.kind) for each in judge_response(changed, route)}
    assert (max((each for each in levels if each), default=0) < 3) is valid


def test_the_same_events_otherwise_spelled() -> None:
    """Other pieces, line ends, comments and fields leave the events as they were."""
    for name in (
        "byte-by-byte",
        "small-pieces",
        "one-piece",
        "crlf",
        "cr",
        "multi-line-data",
        "no-space",
    ):
        assert documents(plan()[name]) == documents(plan()["comments"])
    assert plan()["crlf"].answers[0].body == STREAM.replace(b"\n", b"\r\n")


def test_what_breaks_streams_comes_within_the_limit() -> None:
    """The default limit reaches each reading of the rules that reports tell of."""
    found = variants([RECORDED], routes(), Fuzz(families="stream"))
    wanted = {"cut", "crlf", "cr", "no-space", "comments", "bad-event", "empty-data"}
    wanted |= {"error-event-first", "letter-by-letter", "mid-character", "multi-line-data"}
    assert wanted <= {each.id for each in found}


def test_an_error_is_the_first_event() -> None:
    """A stream can begin and end with an error."""
    assert [list(each) for each in documents(plan()["error-event-first"])] == [["error"]]


def test_no_text_comes_twice() -> None:
    """What is doubled is an event without text: nobody could tell that from a text."""
    told = ["".join(_texts(each)) for each in documents(plan(families="stream")["doubled-event"])]
    assert told == ["Four ", "lanterns", "", ""]


def test_no_chunk_loses_its_text() -> None:
    """Valid streams without choices in one chunk still say the whole text."""
    found = plan(families="valid")
    assert "choices=empty" not in found
    for name in ("usage-chunk", "empty-first-chunk"):
        texts = [text for each in documents(found[name]) for text in _texts(each)]
        assert "".join(texts) == "Four lanterns"


def test_calls_of_tools_are_varied() -> None:
    """The chunks of a chat that call a tool are looked at as those with text are."""
    call = {"index": 0, "id": "call_1", "function": {"name": "w", "arguments": "{}"}}
    deltas = ({"role": "assistant"}, {"tool_calls": [call]}, {}, {})
    chunks = [{**chunk(""), "choices": [{"index": 0, "delta": each}]} for each in deltas]
    paths = {each.path for each in plan(streamed(sse(*chunks))).values()}
    assert "choices[0].delta.tool_calls[0].index" in paths


def _texts(document: Any) -> list[str]:
    return [each["text"] for each in document["choices"]]


def choice(name: str, event: int) -> dict[str, Any]:
    """Give the only choice of one event of a variant."""
    (found,) = documents(plan(families="observed")[name])[event]["choices"]
    return dict(found)


def test_habits_of_servers() -> None:
    """The finish comes twice, with the last text, or empty until the end; the usage all along."""
    assert choice("finish-twice", 2)["finish_reason"] == "stop"
    assert choice("finish-twice", 3) == {**choice("finish-twice", 2), "text": ""}
    assert choice("finish-with-text", 1) == chunk("lanterns", "stop")["choices"][0]
    assert choice("finish-empty-until-end", 0)["finish_reason"] == ""
    assert choice("finish-empty-until-end", 2)["finish_reason"] == "stop"
    counted = documents(plan(families="observed")["usage-in-every-chunk"])
    assert [each["usage"]["completion_tokens"] for each in counted] == [1, 2, 3]


def test_without_a_model() -> None:
    """Without a model the same events in other pieces are valid, and nothing else is."""
    recorded = streamed(STREAM, url="https://llm.example/v1/other")
    found = plan(recorded)
    assert {each.family for each in found.values()} == {"stream", "http"}
    valid = {name for name, each in found.items() if each.valid}
    assert {"byte-by-byte", "one-piece", "crlf", "comments", "multi-line-data"} <= valid
    assert not {"cut", "no-done", "doubled-event", "error-event", "empty"} & valid


def test_escapes_stay_escapes() -> None:
    """A server that writes ASCII only still does so, and one that writes UTF-8 does that."""
    for escaped in (True, False):
        text = json.dumps(chunk("Zürich "), ensure_ascii=escaped)
        recorded = streamed(sse(text, chunk("", "stop")))
        assert plan(recorded)["created=0"].answers[0].body.isascii() is escaped


def test_whole_answers() -> None:
    """A page, an error with status 200 and plain text come instead of a stream."""
    found = plan(families="drift")
    page = found["body=html"].answers[0]
    assert (page.status, page.headers["content-type"]) == (200, ["text/html; charset=utf-8"])
    assert page.stream is None
    assert json.loads(found["body=error-envelope"].answers[0].body)["error"]


def test_an_abandoned_recording() -> None:
    """A stream the recorded client left stays one that ends there."""
    response = replace(
        RECORDED.response, body=STREAM[:200], stream=Streaming(edges=(200,), ended=CLIENT)
    )
    variant = plan(replace(RECORDED, response=response), "valid")["created=0"]
    assert variant.answers[0].stream is not None
    assert variant.answers[0].stream.ended == CLIENT


def test_a_stream_that_was_cut() -> None:
    """A recorded failure leaves nothing valid, but faults and drift."""
    response = replace(RECORDED.response, stream=Streaming(edges=(200,), failed="cut", message="x"))
    found = plan(replace(RECORDED, response=response))
    assert found
    assert not any(each.valid for each in found.values())
    assert Levels()
