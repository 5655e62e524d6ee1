"""Cassettes and findings made by hand, for the tests of reports and of the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.drift.finding import Finding, Level

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-11-22T13:50:00Z"
URL = "https://api.openai.com/v1/completions"
POEM = "a frog nobody may read about in a report"

BODY: dict[str, Any] = {
    "id": "cmpl-1",
    "object": "text_completion",
    "created": 1763800000,
    "model": "gpt-3.5-turbo-instruct",
    "choices": [{"text": POEM, "index": 0, "logprobs": None, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
}
"""A response that fits."""


def body(**changes: Any) -> dict[str, Any]:
    """Give the fitting response with other values; a value ``...`` removes its key."""
    changed = {**BODY, **changes}
    return {key: value for key, value in changed.items() if value is not ...}


def finished(reason: str) -> dict[str, Any]:
    """Give the fitting response with another finish_reason."""
    return body(choices=[{**BODY["choices"][0], "finish_reason": reason}])


def interaction(
    answer: Any, *, prompt: str = "a haiku", url: str = URL, **asked: Any
) -> Interaction:
    """Give an interaction; the answer is JSON data, or the text of an event stream."""
    stream = isinstance(answer, str)
    content_type = "text/event-stream" if stream else "application/json"
    text = answer if stream else json.dumps(answer, indent=2, ensure_ascii=False)
    request = {"model": "gpt-3.5-turbo-instruct", "prompt": prompt, **asked}
    json_type = {"content-type": ["application/json"]}
    return Interaction(
        Request("POST", url, json_type, json.dumps(request, indent=2).encode()),
        Response(200, "OK", {"content-type": [content_type]}, text.encode()),
        tests=("tests/test_haiku.py::test_haiku",),
        ordinal=1,
        recorded_at=AT,
    )


def write(file: Path, *answers: Any) -> Path:
    """Write a cassette with these answers (or whole interactions)."""
    whole = [each if isinstance(each, Interaction) else interaction(each) for each in answers]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dump(whole, AT), encoding="utf-8")
    return file


FINDING = Finding(
    kind="enum.unknown",
    level=Level.ERROR,
    path="choices[*].finish_reason",
    expected='"stop", "length" or "content_filter"',
    actual='"end_of_text"',
    count=1,
    cassette="cassettes/haiku.yaml",
    line=31,
    interactions=(0,),
    fingerprint="0123456789ab",
    fixes=('finish_reason: Literal["stop", "length", "content_filter", "end_of_text"]',),
    model="pytest_argot.models.completion:CreateCompletionResponse",
)
"""An error."""

WARNING = replace(
    FINDING,
    kind="key.duplicate",
    level=Level.WARN,
    path="usage",
    expected="each key once",
    actual="a second one",
    fingerprint="0123456789ac",
    fixes=(),
)
"""A warning."""

NOTE = replace(
    FINDING,
    kind="field.added",
    level=Level.INFO,
    path="service_tier",
    expected="no such field",
    actual="string",
    fingerprint="0123456789ad",
    fixes=("service_tier: str | None = None",),
)
"""A finding at level info."""
