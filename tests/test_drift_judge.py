"""A whole cassette: grouping, places, fingerprints, statuses and content types."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from pytest_argot.drift.fixes import BUILT_IN
from pytest_argot.drift.judge import judge, judge_response
from pytest_argot.drift.levels import Levels
from tests.drift_material import (
    BODY,
    STREAM,
    body,
    cassette,
    chunk,
    drop,
    interaction,
    judged,
    kinds,
    put,
    routes,
    sse,
    streamed,
)

ERROR = {"error": {"message": "m", "type": "t", "param": None, "code": None}}
FINISH = ("choices", 0, "finish_reason")


def test_one_finding_per_kind_and_path() -> None:
    """The same deviation in two interactions is one finding that lists both."""
    found = judged(
        interaction(body(drop("id"))), interaction(body()), interaction(body(drop("id")))
    )
    assert [(each.kind, each.interactions, each.count) for each in found] == [
        ("field.missing", (0, 2), 2)
    ]


def test_finding_tells_expected_actual_fix_and_place() -> None:
    """A finding holds what the report needs: words, file, line and the change of the model."""
    subject = cassette(interaction(body(put(*FINISH, to="tool_calls"))))
    (finding,) = judge(subject, routes(), Levels()).findings
    assert finding.expected == '"stop", "length" or "content_filter"'
    assert finding.actual == '"tool_calls"'
    assert finding.fixes == (
        'finish_reason: Literal["stop", "length", "content_filter", "tool_calls"]',
        BUILT_IN,
    )
    assert finding.cassette.endswith("haiku.yaml")
    assert "tool_calls" in subject.text.splitlines()[finding.line - 1]
    assert finding.model.endswith("OpenAIResponse")


def test_line_of_an_event() -> None:
    """A deviation inside a stream points at the line of its event."""
    subject = cassette(streamed(sse(chunk("a"), chunk("b", "eos"))))
    (finding,) = judge(subject, routes(), Levels()).findings
    assert '"eos"' in subject.text.splitlines()[finding.line - 1]


def test_fingerprint_survives_a_recording() -> None:
    """Text, count, place and file do not change a fingerprint; the actual value does."""

    def prints(*values: str, path: str = "a.yaml") -> list[str]:
        changes = [interaction(body(put(*FINISH, to=value))) for value in values]
        found = judge(cassette(*changes, path=path), routes(), Levels()).findings
        return [each.fingerprint for each in found]

    def second(data: dict[str, Any]) -> None:
        data["choices"].append({**data["choices"][0], "index": 1, "finish_reason": "eos"})

    assert prints("eos") == prints("eos", "eos", path="b.yaml")
    assert prints("eos") == [each.fingerprint for each in judged(interaction(body(second)))]
    assert prints("eos") != prints("abort")
    assert all(len(each) == 12 and int(each, 16) >= 0 for each in prints("eos"))


def test_several_values_at_one_path_keep_their_own_fingerprints() -> None:
    """Two unknown values are one finding whose parts are the findings each would be alone."""
    (both,) = judged(*(interaction(body(put(*FINISH, to=value))) for value in ("eos", "abort")))
    alone = [judged(interaction(body(put(*FINISH, to=value))))[0] for value in ("eos", "abort")]
    assert both.actual == '"eos", "abort"'
    assert set(both.parts) == {each.fingerprint for each in alone}
    assert both.fingerprint not in both.parts
    assert alone[0].parts == ()


def test_error_response_is_judged_by_the_error_model() -> None:
    """A 404 with a proper error is clean; one without is told at the path in the error."""
    assert not kinds(interaction(json.dumps(ERROR).encode(), status=404))
    bare = {"error": {**ERROR["error"], "code": 7}}
    assert kinds(interaction(json.dumps(bare).encode(), status=500)) == {
        ("type.changed", "error.code")
    }
    assert kinds(interaction(body(), status=400)) >= {("field.missing", "error")}


@pytest.mark.parametrize(("content", "kind"), [(b"", "body.empty"), (b"<html>", "body.not_json")])
def test_error_response_that_is_no_json(content: bytes, kind: str) -> None:
    """An error page of a proxy is no error response."""
    assert kinds(interaction(content, status=502, content_type="text/html")) == {(kind, "")}


def test_error_in_a_stream_that_failed() -> None:
    """A non-2xx answer sent as an event is judged by the error model too."""
    assert not kinds(streamed(sse(ERROR, done=False), status=429))


def test_unknown_error_key_of_another_dialect_is_no_envelope() -> None:
    """An error response that is not the dialect's is told field by field."""
    found = kinds(interaction(json.dumps(ERROR).encode(), status=400), dialect="transformers")
    assert found == {("field.missing", "detail"), ("field.added", "error")}


@pytest.mark.parametrize("status", [100, 101, 301, 304, 307, 99, 999])
def test_status_that_is_no_answer(status: int) -> None:
    """A redirect or an interim answer left in the recording is not the route's answer."""
    (finding,) = judged(interaction(b"", status=status))
    assert (finding.kind, finding.actual) == ("http.status", str(status))


CONTENT_TYPES: list[tuple[bytes, str, bool]] = [
    (body(), "application/json", False),
    (body(), "application/json; charset=utf-8", False),
    (body(), "application/problem+json", False),
    (body(), "", False),
    (body(), "text/html", True),
    (body(), "text/event-stream", True),
    (STREAM, "text/event-stream; charset=utf-8", False),
    (STREAM, "", False),
    (STREAM, "application/json", True),
]


@pytest.mark.parametrize(("content", "said", "drifts"), CONTENT_TYPES)
def test_content_type(content: bytes, said: str, drifts: bool) -> None:  # noqa: FBT001 - a row
    """A content type that is not what the body is is drift; none at all is not."""
    found = kinds(interaction(content, content_type=said))
    assert found == ({("http.content_type", "")} if drifts else set())


def test_page_is_told_once() -> None:
    """A page instead of JSON is no JSON; its content type is right and not told."""
    assert kinds(interaction(b"<html>", content_type="text/html")) == {("body.not_json", "")}


def test_counts() -> None:
    """What no route or no model knows is counted as unmodelled, never as judged."""
    chat = interaction(body(), url="https://llm.example/v1/chat/completions")
    verdict = judge(cassette(interaction(body()), chat), routes(), Levels())
    assert (verdict.judged, verdict.unmodelled) == (1, 1)
    url = "https://llm.example/v1/other"
    only_bodies = routes(model=dict[str, Any])
    stream = streamed(STREAM, url=url)
    assert judge(cassette(stream), only_bodies, Levels()).unmodelled == 1
    route = only_bodies.find(stream.request)
    assert route is not None
    assert judge_response(stream, route) == []


def test_worst_comes_first() -> None:
    """Findings are ordered by level, then path."""
    found = judged(interaction(json.dumps({**BODY, "a": 1, "created": "x", "id": 5}).encode()))
    assert [each.path for each in found] == ["created", "id", "a"]


def test_body_that_cannot_be_decoded_here_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body coded as br is not called wrong where no module can read it."""
    for module in ("brotli", "brotlicffi"):
        monkeypatch.setitem(sys.modules, module, None)
    coded = interaction(b"\x21\xff\xfe\x00")
    coded.response.headers["content-encoding"] = ["br"]
    (finding,) = judged(coded)
    assert finding.kind == "body.not_json"
    assert finding.fixes == ("pip install brotli",)
