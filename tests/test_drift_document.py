"""One JSON document against one response model: every mutation gets its kind and path."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import RootModel

from tests.drift_material import BODY, TEXT, body, drop, interaction, judged, kinds, put
from tests.drift_models import Keys, Loose, Pair, Tight, Tool, Word

CHOICE = ("choices", 0)
LOGPROBS = (*CHOICE, "logprobs")

MUTATIONS: dict[str, tuple[Any, set[tuple[str, str]]]] = {
    "nothing": (None, set()),
    "id absent": (drop("id"), {("field.missing", "id")}),
    "text absent": (drop(*CHOICE, "text"), {("field.missing", "choices[*].text")}),
    "logprobs absent": (drop(*LOGPROBS), {("field.missing", "choices[*].logprobs")}),
    "logprobs null": (put(*LOGPROBS, to=None), set()),
    "usage null": (put("usage", to=None), {("null.unexpected", "usage")}),
    "usage absent": (drop("usage"), set()),
    "fingerprint null": (
        put("system_fingerprint", to=None),
        {("null.unexpected", "system_fingerprint")},
    ),
    "id null": (put("id", to=None), {("null.unexpected", "id")}),
    "id number": (put("id", to=1), {("type.changed", "id")}),
    "id true": (put("id", to=True), {("type.changed", "id")}),
    "id array": (put("id", to=[]), {("type.changed", "id")}),
    "id object": (put("id", to={}), {("type.changed", "id")}),
    "created digits": (put("created", to="1739264000"), {("type.coercible", "created")}),
    "created date": (put("created", to="2024-01-01"), {("type.changed", "created")}),
    "created float": (put("created", to=1739264000.0), {("type.coercible", "created")}),
    "created fraction": (put("created", to=1.5), {("number.fractional", "created")}),
    "created true": (put("created", to=True), {("type.coercible", "created")}),
    "created huge": (put("created", to=10**29), set()),
    "created negative": (put("created", to=-1), set()),
    "finish unknown": (
        put(*CHOICE, "finish_reason", to="tool_calls"),
        {("enum.unknown", "choices[*].finish_reason")},
    ),
    "finish upper case": (
        put(*CHOICE, "finish_reason", to="STOP"),
        {("enum.unknown", "choices[*].finish_reason")},
    ),
    "finish empty": (
        put(*CHOICE, "finish_reason", to=""),
        {("enum.unknown", "choices[*].finish_reason")},
    ),
    "finish number": (
        put(*CHOICE, "finish_reason", to=1),
        {("type.changed", "choices[*].finish_reason")},
    ),
    "finish null": (
        put(*CHOICE, "finish_reason", to=None),
        {("null.unexpected", "choices[*].finish_reason")},
    ),
    "object changed": (put("object", to="chat.completion"), {("const.changed", "object")}),
    "choices object": (put("choices", to={}), {("type.changed", "choices")}),
    "choices string": (put("choices", to="x"), {("type.changed", "choices")}),
    "choices null": (put("choices", to=None), {("null.unexpected", "choices")}),
    "choices empty": (put("choices", to=[]), set()),
    "choice string": (put(*CHOICE, to="x"), {("type.changed", "choices[*]")}),
    "choice null": (put(*CHOICE, to=None), {("null.unexpected", "choices[*]")}),
    "usage array": (put("usage", to=[]), {("type.changed", "usage")}),
    "extra key": (put("service_tier", to="x"), {("field.added", "service_tier")}),
    "extra nested key": (put("usage", "cost", to=0.1), {("field.added", "usage.cost")}),
    "logprob NaN": (
        put(*LOGPROBS, "token_logprobs", to=[float("nan")]),
        {("number.nonfinite", "choices[*].logprobs.token_logprobs[*]")},
    ),
    "logprob -Infinity": (
        put(*LOGPROBS, "token_logprobs", to=[float("-inf")]),
        {("number.nonfinite", "choices[*].logprobs.token_logprobs[*]")},
    ),
    "logprob string": (
        put(*LOGPROBS, "token_logprobs", to=["-0.5"]),
        {("type.coercible", "choices[*].logprobs.token_logprobs[*]")},
    ),
    "logprob true": (
        put(*LOGPROBS, "token_logprobs", to=[True]),
        {("type.coercible", "choices[*].logprobs.token_logprobs[*]")},
    ),
    "logprob whole": (put(*LOGPROBS, "token_logprobs", to=[0]), set()),
    "logprob null": (put(*LOGPROBS, "token_logprobs", to=[None]), set()),
    "top logprob null": (
        put(*LOGPROBS, "top_logprobs", to=[{"secret words": None}]),
        {("null.unexpected", "choices[*].logprobs.top_logprobs[*].*")},
    ),
    "created NaN": (put("created", to=float("nan")), {("number.nonfinite", "created")}),
    "camel case": (
        lambda data: data["choices"][0].update(
            finishReason=data["choices"][0].pop("finish_reason")
        ),
        {("field.renamed", "choices[*].finish_reason")},
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_mutation(name: str) -> None:
    """A change of one value is told by exactly the kind and path it has."""
    change, expected = MUTATIONS[name]
    assert kinds(interaction(body(change))) == expected


RAW: dict[str, tuple[bytes, str]] = {
    "truncated": (body()[:-20], "body.not_json"),
    "junk behind": (body() + b"x", "body.not_json"),
    "page": (b"<!DOCTYPE html><html></html>", "body.not_json"),
    "byte order mark": (b"\xef\xbb\xbf" + body(), "body.not_json"),
    "lone surrogate": (body().replace(b"cmpl-", b"\\ud800"), "body.not_json"),
    "not UTF-8": (body().replace(b"cmpl-", b"\xff"), "body.not_json"),
    "5000 digits": (body().replace(b"1739264000", b"1" * 5000), "body.not_json"),
    "empty": (b"", "body.empty"),
    "blank": (b" \n", "body.empty"),
    "array": (b"[]", "body.wrong_root"),
    "null": (b"null", "body.wrong_root"),
    "string": (b'"x"', "body.wrong_root"),
    "envelope": (b'{"error": {"message": "m", "type": "t"}}', "body.error_envelope"),
    "envelope with text": (b'{"error": "no"}', "body.error_envelope"),
}


@pytest.mark.parametrize("name", RAW)
def test_body_as_a_whole(name: str) -> None:
    """A body that is no response at all is one finding with the empty path."""
    raw, kind = RAW[name]
    assert kinds(interaction(raw)) == {(kind, "")}


def test_exponent_notation_is_no_integer() -> None:
    """1e9 is a float for an integer field, however whole."""
    raw = body().replace(b"1739264000", b"1e9")
    assert kinds(interaction(raw)) == {("type.coercible", "created")}


def test_overflow_is_seen_by_the_raw_pass() -> None:
    """1e999 passes every parser as infinity and is still told."""
    raw = body().replace(b"[-0.5]", b"[1e999]")
    path = "choices[*].logprobs.token_logprobs[*]"
    assert kinds(interaction(raw)) == {("number.nonfinite", path)}


def test_integer_beyond_all_bounds() -> None:
    """An integer no double can hold is told, a huge one that fits is not."""
    raw = body().replace(b"1739264000", b"1" * 400)
    assert kinds(interaction(raw)) == {("number.nonfinite", "created")}


def test_not_a_number_is_told_once() -> None:
    """What both the model and the raw pass object to is one finding, counted once."""
    (finding,) = judged(interaction(body(put("created", to=float("nan")))))
    assert (finding.actual, finding.count) == ("NaN", 1)


def test_duplicate_key_is_seen_by_the_raw_pass() -> None:
    """A key that is there twice is told although the last one is valid."""
    raw = body().replace(b'"id":', b'"id": "cmpl-0", "id":')
    assert kinds(interaction(raw)) == {("key.duplicate", "id")}


def test_words_in_the_text_are_no_numbers() -> None:
    """A completion that mentions NaN or 1e999 is not a number that is not finite."""
    assert not kinds(interaction(body(put("choices", 0, "text", to="NaN, Infinity, 1e999"))))


def test_error_key_beside_a_whole_response_is_an_added_field() -> None:
    """An error envelope is a response that lacks its own fields, not any body with the key."""
    assert kinds(interaction(body(put("error", to={"message": "m"})))) == {("field.added", "error")}


def test_nothing_printed_holds_completion_text() -> None:
    """Expected, actual, path and fixes never quote what the LLM model said."""
    changes = (
        put("created", to=TEXT),
        put("choices", 0, "finish_reason", to=TEXT),
        put("choices", 0, "logprobs", "top_logprobs", to=[{TEXT: TEXT}]),
        put("object", to=[TEXT]),
    )
    for change in changes:
        (finding,) = judged(interaction(body(change)))
        assert "lanterns" not in json.dumps(finding.to_dict())


def test_numbers_are_shown() -> None:
    """A number that does not fit is shown as it was written."""
    (finding,) = judged(interaction(body(put("created", to=1.5))))
    assert (finding.expected, finding.actual) == ("integer", "1.5")


USER: list[tuple[Any, Any, set[tuple[str, str]]]] = [
    (Tight, {"count": -1}, {("constraint.greater_than_equal", "count")}),
    (Tight, {"count": 7}, {("custom.value_error", "count")}),
    (Tight, {"code": "a"}, {("constraint.string_too_short", "code")}),
    (Tight, {"code": "bbb"}, {("constraint.string_pattern_mismatch", "code")}),
    (Tight, {"tags": [1, 2]}, {("constraint.too_long", "tags")}),
    (Tight, {"tags": [13]}, {("custom.exception", "")}),
    (Tight, {"day": "soon"}, {("constraint.date_parsing", "day")}),
    (Tight, {"day": 5}, {("type.changed", "day")}),
    (Tight, {"finish": "eos"}, {("enum.unknown", "finish")}),
    (Tight, {"finish": None}, {("null.unexpected", "finish")}),
    (Loose, {"more": 1}, {("field.added", "more")}),
    (Loose, {"part": {"kind": "zebra"}}, {("tag.unknown", "part.kind")}),
    (Loose, {"part": {"name": "x"}}, {("field.missing", "part.kind")}),
    (Loose, {"part": {"kind": None}}, {("null.unexpected", "part.kind")}),
    (Loose, {"part": {"kind": "tool", "name": 1}}, {("type.changed", "part.name")}),
    (Loose, {"part": {"kind": "word"}}, {("field.missing", "part.word")}),
    (Loose, {"part": {"kind": "word", "word": "w", "x": 1}}, {("field.added", "part.x")}),
    (Loose, {"either": {"kind": "word", "word": 1}}, {("type.changed", "either.word")}),
    (
        Loose,
        {"either": {"kind": "word", "word": "w", "size": "1"}},
        {("type.coercible", "either.size")},
    ),
    (Loose, {"either": 5}, {("type.changed", "either")}),
    (Loose, {"either": None}, {("null.unexpected", "either")}),
    (Loose, {"number": 1.5}, {("number.fractional", "number")}),
    (Loose, {"number": []}, {("type.changed", "number")}),
    (Loose, {"limit": "7"}, {("type.coercible", "limit")}),
    (Loose, {"limit": ["x"]}, {("type.changed", "limit[*]")}),
    (Loose, {"number": None}, {("null.optional", "number")}),
    (RootModel[list[int]], [1, "x"], {("type.changed", "[*]")}),
    (RootModel[list[int]], {}, {("body.wrong_root", "")}),
    (dict[str, int], {"some words": "x"}, {("type.changed", "*")}),
    (dict[int, int], {"x": 1}, {("type.changed", "*")}),
    (Tool | Word, {"kind": "tool"}, {("field.missing", "name")}),
    (
        Keys,
        {"b": None, "q": 1},
        {("field.missing", "a"), ("null.unexpected", "b"), ("field.added", "q")},
    ),
    (
        Pair,
        {"left": "1", "right": {"a": 1.5}, "mid": 1},
        {("type.coercible", "left"), ("number.fractional", "right.a"), ("field.added", "mid")},
    ),
]


@pytest.mark.parametrize(("model", "data", "expected"), USER)
def test_model_of_the_user(model: Any, data: Any, expected: set[tuple[str, str]]) -> None:
    """Any type pydantic validates is judged at paths that exist in the JSON."""
    raw = json.dumps(data).encode()
    assert kinds(interaction(raw), model=model) == expected


def test_union_says_what_each_branch_wants() -> None:
    """A value no branch fits is told once, with the types of all branches."""
    (finding,) = judged(interaction(b'{"number": []}'), model=Loose)
    assert (finding.expected, finding.actual) == ("integer or string", "array")


def test_null_where_the_package_models_allow_it_is_silent() -> None:
    """The dialects' own nullable fields are nullable on purpose."""
    raw = json.dumps({**BODY, "usage": None, "service_tier": None}).encode()
    assert not kinds(interaction(raw), dialect="vllm") & {("null.optional", "service_tier")}


def test_fifty_choices_are_one_finding_each() -> None:
    """The same two faults in fifty choices are two findings that count fifty."""

    def change(data: dict[str, Any]) -> None:
        choice = data["choices"][0] | {"finish_reason": "eos", "index": "0"}
        data["choices"] = [choice] * 50

    found = judged(interaction(body(change)))
    assert [(each.path, each.count) for each in found] == [
        ("choices[*].finish_reason", 50),
        ("choices[*].index", 50),
    ]


def test_a_required_field_and_a_crash_are_told_in_plain_words() -> None:
    """What a field should have held is its type; a validator that crashed is no value that came."""
    (missing,) = judged(interaction(body(drop("id"))))
    assert (missing.expected, missing.actual) == ("string (required)", "nothing")
    (crash,) = judged(interaction(b'{"tags": [13]}'), model=Tight)
    said = (crash.expected, crash.actual)
    assert said == ("a verdict of the model's validator", "KeyError raised in it")
