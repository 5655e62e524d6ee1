"""Recorded responses as typed objects."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_argot.drift.parse import chunks, parse, parses
from pytest_argot.errors import SchemaDrift
from pytest_argot.models import CreateCompletionChunk, CreateCompletionResponse, ErrorResponse
from tests.drift_material import (
    BODY,
    STREAM,
    TEXT,
    body,
    chunk,
    drop,
    interaction,
    put,
    routes,
    sse,
    streamed,
)
from tests.drift_models import Loose, Tight, Tool


def read(subject: Any, **options: Any) -> Any:
    """Parse with the routes of a test."""
    return parse(subject, routes(**options).find(subject.request))


def test_body() -> None:
    """A body is an object of the response model."""
    found = read(interaction(body()))
    assert isinstance(found, CreateCompletionResponse)
    assert found.choices[0].text == TEXT
    assert found.usage is not None
    assert found.usage.total_tokens == 12


def test_stream_is_merged() -> None:
    """A stream reads as the body the API would have sent whole."""
    found = read(streamed(STREAM))
    assert isinstance(found, CreateCompletionResponse)
    assert found.choices[0].text == "Four lanterns"
    assert found.choices[0].finish_reason == "stop"
    assert found.usage is None


def test_error_response() -> None:
    """A non-2xx response is an object of the error model."""
    error = {"error": {"message": "m", "type": "t", "param": None, "code": None}}
    found = read(interaction(json.dumps(error).encode(), status=404))
    assert isinstance(found, ErrorResponse)
    assert found.error.type == "t"


def test_lax_reading() -> None:
    """What can be coerced is."""
    assert read(interaction(body(put("created", to="5")))).created == 5


def test_drift_still_gives_an_object() -> None:
    """What does not fit keeps its raw value, what is missing reads as None, all else is typed."""

    def change(data: dict[str, Any]) -> None:
        del data["id"]
        data["choices"][0]["finish_reason"] = "eos"
        data["usage"]["total_tokens"] = "many"
        data["extra"] = 1

    found = read(interaction(body(change)))
    assert isinstance(found, CreateCompletionResponse)
    assert found.id is None
    assert (found.model, found.created) == ("tiny-1", 1739264000)
    assert found.choices[0].finish_reason == "eos"
    assert found.choices[0].logprobs is not None
    assert found.usage is not None
    assert (found.usage.prompt_tokens, found.usage.total_tokens) == (4, "many")
    assert repr(found)


def test_drift_in_models_of_the_user() -> None:
    """Unions, aliases of types and allowed extras survive values that do not fit."""
    found = read(interaction(b'{"part": {"kind": "tool"}, "plain": 5, "more": [1]}'), model=Loose)
    assert isinstance(found.part, Tool)
    assert found.part.name is None
    assert (found.plain, found.more) == (5, [1])
    assert found.model_dump(warnings=False)["more"] == [1]
    assert read(interaction(b'{"tags": [13]}'), model=Tight).tags == [13]
    assert read(interaction(b'[{"kind": "tool"}, 5]'), model=list[Tool])[1] == 5


@pytest.mark.parametrize("content", [b"<html>", b"", b'{"id": "cm'])
def test_body_that_is_no_json(content: bytes) -> None:
    """A body that is not JSON is SchemaDrift, as a body and as a stream without events."""
    for subject in (interaction(content), streamed(b"data: x\n\n")):
        with pytest.raises(SchemaDrift):
            read(subject)


def test_without_a_model() -> None:
    """What no model knows is plain JSON, or text."""
    assert parse(interaction(body()), None) == BODY
    assert parse(interaction(b"hello"), None) == "hello"
    assert parse(streamed(sse({"a": 1})), None) == [{"a": 1}]


def test_stream_of_another_api() -> None:
    """A stream that cannot be merged is the list of its events."""
    subject = streamed(sse({"kind": "tool", "name": "n"}, done=False), url="https://x.example/m")
    (event,) = read(subject, chunk_model=Tool)
    assert event == Tool(kind="tool", name="n")


def test_chunks() -> None:
    """The chunks of a stream are objects of the chunk model, whatever does not fit."""
    subject = streamed(sse(chunk("a"), "junk", chunk("b", "eos")))
    found = chunks(subject, routes().find(subject.request))
    assert [each.choices[0].text for each in found] == ["a", "b"]
    assert all(isinstance(each, CreateCompletionChunk) for each in found)
    assert chunks(subject, None)[0] == chunk("a")


def test_chat_chunks_of_openai() -> None:
    """A chunk model of the user's choice, the chat chunk of openai as the test, reads the events."""
    from openai.types.chat import ChatCompletionChunk

    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas = [{"role": "assistant", "content": ""}, {"content": "Hi"}, {}]
    events = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in deltas
    ]
    subject = streamed(sse(*events), url="https://llm.example/v1/chat/completions")
    route = routes(chunk_model=ChatCompletionChunk).find(subject.request)
    found = chunks(subject, route)
    assert all(isinstance(each, ChatCompletionChunk) for each in found)
    assert [each.choices[0].delta.content for each in found] == ["", "Hi", None]


def test_no_chunks() -> None:
    """A body and an error have no chunks."""
    route = routes().find(interaction(body()).request)
    assert chunks(interaction(body()), route) == []
    assert chunks(streamed(STREAM, status=500), route) == []


def test_missing_choices() -> None:
    """A response without choices still parses."""
    assert read(interaction(body(drop("choices")))).choices is None


def test_parses() -> None:
    """A response that only parses with raw values in it is told from one that fits."""
    route = routes().find(interaction(body()).request)
    assert parses(interaction(body()), route)
    assert parses(streamed(STREAM), route)
    assert not parses(interaction(body(put("created", to="x"))), route)
    assert not parses(streamed(sse(chunk("a", "eos"))), route)
    assert not parses(streamed(sse()), route)
    assert parses(interaction(b"text"), None)
    assert not parses(
        interaction(b'{"tags": [13]}'), routes(model=Tight).find(interaction(b"").request)
    )
