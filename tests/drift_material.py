"""Recorded responses for the tests of judging: a body, chunks, and how to put them in a cassette."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_argot.cassette.cassette import Cassette
from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.drift.judge import judge
from pytest_argot.drift.levels import Levels
from pytest_argot.drift.routes import Routes
from pytest_argot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_argot.drift.finding import Finding

URL = "https://llm.example/v1/completions"
NOW = "2026-11-22T13:50:00Z"
TEXT = "Four lanterns lean over the harbour wall"

BODY: dict[str, Any] = {
    "id": "cmpl-7Qa1",
    "object": "text_completion",
    "created": 1739264000,
    "model": "tiny-1",
    "choices": [
        {
            "text": TEXT,
            "index": 0,
            "logprobs": {
                "tokens": ["Four"],
                "token_logprobs": [-0.5],
                "top_logprobs": [{"Four": -0.5, "Five": -1.25}],
                "text_offset": [0],
            },
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 4, "completion_tokens": 8, "total_tokens": 12},
}

Change = "Callable[[dict[str, Any]], Any]"


def body(change: Callable[[dict[str, Any]], Any] | None = None) -> bytes:
    """Give the body as JSON, after ``change`` was done to its data."""
    data = copy.deepcopy(BODY)
    if change is not None:
        change(data)
    return json.dumps(data).encode()


def put(*path: str | int, to: Any) -> Callable[[dict[str, Any]], Any]:
    """Give a change that sets the value at ``path``."""

    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = to

    return change


def drop(*path: str | int) -> Callable[[dict[str, Any]], Any]:
    """Give a change that removes the key at ``path``."""

    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        del data[path[-1]]

    return change


def chunk(text: str = "", finish: str | None = None, **more: Any) -> dict[str, Any]:
    """Give one chunk of a stream with one choice."""
    choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}
    same = {key: BODY[key] for key in ("id", "object", "created", "model")}
    return {**same, "choices": [choice], **more}


def sse(*data: Any, done: bool = True) -> bytes:
    """Give an event stream; strings are sent as they are, all else as JSON."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in data]
    return "".join(f"data: {line}\n\n" for line in [*lines, *["[DONE]"][:done]]).encode()


STREAM = sse(chunk("Four "), chunk("lanterns"), chunk("", "stop"))


def interaction(
    content: bytes,
    *,
    status: int = 200,
    content_type: str = "application/json",
    url: str = URL,
    method: str = "POST",
    reason: str = "",
) -> Interaction:
    """Give an exchange with the given response."""
    headers = {"content-type": [content_type]} if content_type else {}
    return Interaction(
        request=Request(method, url, {}, b'{"prompt": "hi"}'),
        response=Response(status, reason, headers, content),
    )


def streamed(content: bytes, **more: Any) -> Interaction:
    """Give an exchange with the given event stream."""
    return interaction(content, content_type="text/event-stream", **more)


def cassette(*interactions: Interaction, path: str = "cassettes/haiku.yaml") -> Cassette:
    """Give a cassette as it would be read from the file."""
    return Cassette(Path(path), interactions, NOW, ours=True, text=dump(interactions, NOW))


def routes(**options: Any) -> Routes:
    """Give the routes of a test with these options and no settings."""
    return Routes.build(Settings(root=Path()), **options)


def judged(*interactions: Interaction, **options: Any) -> tuple[Finding, ...]:
    """Judge a cassette with default levels."""
    return judge(cassette(*interactions), routes(**options), Levels()).findings


def kinds(*interactions: Interaction, **options: Any) -> set[tuple[str, str]]:
    """Give kind and path of every finding."""
    return {(each.kind, each.path) for each in judged(*interactions, **options)}
