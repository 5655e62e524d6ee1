"""Streams: every event by the chunk model, and the stream as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.drift_material import BODY, STREAM, chunk, judged, kinds, sse, streamed

FINISH = "choices[*].finish_reason"


def other_choice(text: str, finish: str | None = None) -> dict[str, Any]:
    """Give a chunk of the choice with index 1."""
    choice = {"text": text, "index": 1, "logprobs": None, "finish_reason": finish}
    return {**chunk(), "choices": [choice]}


CLEAN: dict[str, bytes] = {
    "plain": STREAM,
    "usage at the end": sse(
        chunk("a", usage=None),
        chunk("", "stop", usage=None),
        {**chunk(), "choices": [], "usage": BODY["usage"]},
    ),
    "doubled finish": sse(chunk("a", "length"), chunk("", "length")),
    "two choices": sse(
        chunk("a"), other_choice("b"), chunk("", "stop"), other_choice("", "length")
    ),
    "carriage returns": STREAM.replace(b"\n", b"\r\n"),
    "comments": b": ping\n\n" + STREAM + b": bye\n\n",
    "several data lines": STREAM.replace(b', "index"', b',\ndata: "index"'),
    "no blank line behind [DONE]": STREAM.rstrip(),
    "nameless first chunk": sse(
        {**chunk(), "id": "", "model": "", "created": 0, "choices": []}, chunk("a", "stop")
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_clean_stream(name: str) -> None:
    """What real servers send and clients read right is no drift."""
    assert not kinds(streamed(CLEAN[name]))


DRIFT: dict[str, tuple[bytes, set[tuple[str, str]]]] = {
    "no finish": (sse(chunk("a")), {("stream.no_finish", FINISH)}),
    "one choice without finish": (
        sse(chunk("a", "stop"), other_choice("b")),
        {("stream.no_finish", FINISH)},
    ),
    "no [DONE]": (sse(chunk("a", "stop"), done=False), {("stream.no_done", "")}),
    "cut inside [DONE]": (STREAM[:-6], {("stream.truncated", "")}),
    "cut inside JSON": (STREAM[:300], {("stream.truncated", ""), ("stream.no_finish", FINISH)}),
    "cut JSON in a whole event": (
        sse(chunk("a", "stop"), '{"id": "cm', done=False),
        {("stream.truncated", "")},
    ),
    "cut JSON, then more": (
        sse('{"id": "cm', chunk("a", "stop")),
        {("stream.bad_event", "")},
    ),
    "no JSON": (sse("hello", chunk("a", "stop")), {("stream.bad_event", "")}),
    "array": (sse([], chunk("a", "stop")), {("stream.bad_event", "")}),
    "no data": (sse("", chunk("a", "stop")), {("stream.bad_event", "")}),
    "not UTF-8": (STREAM.replace(b"Four", b"\xff"), {("stream.bad_event", "")}),
    "error event": (
        sse(chunk("a"), {"error": {"message": "m"}}, done=False),
        {("stream.error_event", "")},
    ),
    "named error event": (
        b'event: error\ndata: {"message": "m"}\n\n',
        {("stream.error_event", "")},
    ),
    "other id": (
        sse(chunk("a"), {**chunk("", "stop"), "id": "cmpl-2"}),
        {("stream.id_changed", "id")},
    ),
    "other model": (
        sse(chunk("a"), {**chunk("", "stop"), "model": "m-2"}),
        {("stream.id_changed", "model")},
    ),
    "other time": (
        sse(chunk("a"), {**chunk("", "stop"), "created": 5}),
        {("stream.id_changed", "created")},
    ),
    "two reasons": (
        sse(chunk("a", "stop"), chunk("", "length")),
        {("stream.id_changed", FINISH)},
    ),
    "text after the finish": (
        sse(chunk("a", "stop"), chunk("b")),
        {("stream.text_after_finish", "choices[*].text")},
    ),
    "unknown finish": (sse(chunk("a", "eos")), {("enum.unknown", FINISH)}),
    "finish key absent": (
        sse({**chunk(), "choices": [{"text": "a", "index": 0, "logprobs": None}]}),
        {("field.missing", FINISH), ("stream.no_finish", FINISH)},
    ),
    "only [DONE]": (sse(), {("body.empty", "")}),
    "only comments": (b": ping\n\n", {("body.empty", "")}),
    "page": (b"<html>\n\nbusy\n</html>\n", {("body.not_json", "")}),
}


@pytest.mark.parametrize("name", DRIFT)
def test_drift_of_a_stream(name: str) -> None:
    """Each way in which a stream is not what it should be has its kind and path."""
    body, expected = DRIFT[name]
    assert kinds(streamed(body)) == expected


def test_events_are_grouped() -> None:
    """The same deviation in every event is one finding that counts the events."""
    events = [chunk("a", note="x"), chunk("b", note="x"), chunk("", "stop", note="x")]
    (finding,) = judged(streamed(sse(*events)))
    assert (finding.kind, finding.path, finding.count) == ("field.added", "note", 3)


def test_plain_json_on_a_stream_request_is_judged_as_a_body() -> None:
    """JSON that is called a stream is judged as the body it is, and its content type told."""
    found = kinds(streamed(b'{"error": {"message": "m"}}'))
    assert found == {("body.error_envelope", ""), ("http.content_type", "")}
    assert ("body.wrong_root", "") in kinds(streamed(b"[]"))


def test_error_event_names_the_type_only() -> None:
    """Of an error event the report shows the type, never the message."""
    body = sse({"error": {"type": "server_error", "message": "text of a prompt"}})
    (finding,) = judged(streamed(body))
    assert finding.actual == 'an error "server_error"'


class Ping(BaseModel):
    """An event of another API."""

    type: str


def test_events_of_another_api_follow_their_own_model() -> None:
    """A chunk model of the user judges the events, without the rules of completions."""
    url = "https://llm.example/v1/messages"
    body = sse({"type": "ping"}, {"type": 5}, done=False)
    assert kinds(streamed(body, url=url), chunk_model=Ping) == {("type.changed", "type")}
    loose = sse({"id": "1", "choices": [{"text": "a"}]}, {"id": "2"}, done=False)
    assert not kinds(streamed(loose, url=url), chunk_model=dict[str, Any])


def test_dialect_without_done() -> None:
    """A server whose streams end without [DONE] is not blamed for it."""
    choice = {"text": "a", "index": 0, "finish_reason": "stop"}
    body = sse({**chunk(), "choices": [choice]}, done=False)
    assert not kinds(streamed(body), dialect="transformers")


def test_dialect_whose_time_moves_on() -> None:
    """A server that stamps every chunk anew is not blamed for it; one that should not is."""
    choice = {"text": "a", "index": 0, "finish_reason": "stop"}
    first = {**chunk(), "choices": [{"text": "a", "index": 0}]}
    body = sse(first, {**first, "choices": [choice], "created": 5}, done=False)
    assert not kinds(streamed(body), dialect="transformers")
    assert ("stream.id_changed", "created") in kinds(streamed(body))


@pytest.mark.parametrize("name", ["llama_cpp", "ollama"])
def test_dialect_that_dates_every_chunk(name: str) -> None:
    """A server that gives each chunk its own time is not blamed for it, but for another id."""
    fingerprint = {"system_fingerprint": "fp_ollama"} if name == "ollama" else {}

    def part(text: str, finish: str | None = None, **more: Any) -> dict[str, Any]:
        choice = {"text": text, "index": 0, "finish_reason": finish}
        choice |= {} if name == "ollama" else {"logprobs": None}
        return {**chunk(), "choices": [choice], **fingerprint, **more}

    later, other = part("", "stop", created=1739264001), part("", "stop", id="cmpl-2")
    assert not kinds(streamed(sse(part("a"), later)), dialect=name)
    assert kinds(streamed(sse(part("a"), other)), dialect=name) == {("stream.id_changed", "id")}
