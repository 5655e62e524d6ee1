"""The response models say what the published schema says, to the key."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

import pytest_argot.models as public
from pytest_argot.models import (
    CompletionUsage,
    CreateCompletionChunk,
    CreateCompletionResponse,
    CreateCompletionResponseFinishReason,
    CreateCompletionResponseObject,
    ErrorResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY: dict[str, Any] = {
    "id": "cmpl-1",
    "choices": [
        {
            "finish_reason": "stop",
            "index": 0,
            "logprobs": {
                "text_offset": [0, 4],
                "token_logprobs": [None, -0.5],
                "tokens": ["warm", " tea"],
                "top_logprobs": [None, {" tea": -0.5}],
            },
            "text": "warm tea",
        }
    ],
    "created": 1739264000,
    "model": "m-1",
    "system_fingerprint": "fp_1",
    "object": "text_completion",
    "usage": {
        "completion_tokens": 1,
        "prompt_tokens": 1,
        "total_tokens": 2,
        "completion_tokens_details": {
            "accepted_prediction_tokens": 0,
            "audio_tokens": 0,
            "reasoning_tokens": 0,
            "rejected_prediction_tokens": 0,
            "text_tokens": 1,
        },
        "prompt_tokens_details": {
            "audio_tokens": 0,
            "cache_write_tokens": 0,
            "cached_tokens": 0,
            "image_tokens": 0,
            "text_tokens": 1,
        },
    },
}

# path, required, nullable: openai/openai-openapi, openapi.yaml
FIELDS = """
id                                                        R -
choices                                                   R -
choices.0.finish_reason                                   R -
choices.0.index                                           R -
choices.0.logprobs                                        R N
choices.0.logprobs.text_offset                            - -
choices.0.logprobs.text_offset.0                          . -
choices.0.logprobs.token_logprobs                         - -
choices.0.logprobs.tokens                                 - -
choices.0.logprobs.tokens.0                               . -
choices.0.logprobs.top_logprobs                           - -
choices.0.logprobs.top_logprobs.1. tea                    . -
choices.0.text                                            R -
created                                                   R -
model                                                     R -
system_fingerprint                                        - -
object                                                    R -
usage                                                     - -
usage.completion_tokens                                   R -
usage.prompt_tokens                                       R -
usage.total_tokens                                        R -
usage.completion_tokens_details                           - -
usage.completion_tokens_details.accepted_prediction_tokens - -
usage.completion_tokens_details.audio_tokens              - -
usage.completion_tokens_details.reasoning_tokens          - -
usage.completion_tokens_details.rejected_prediction_tokens - -
usage.completion_tokens_details.text_tokens               - -
usage.prompt_tokens_details                               - -
usage.prompt_tokens_details.audio_tokens                  - -
usage.prompt_tokens_details.cache_write_tokens            - -
usage.prompt_tokens_details.cached_tokens                 - -
usage.prompt_tokens_details.image_tokens                  - -
usage.prompt_tokens_details.text_tokens                   - -
"""
NULLABLE_IN_CHUNKS = {"choices.0.finish_reason", "usage"}


def errors(model: type[BaseModel], document: object) -> list[tuple[str, str]]:
    """Kind and path of everything a verdict finds in the document."""
    try:
        model.model_validate_json(json.dumps(document), strict=True, extra="forbid")
    except ValidationError as error:
        return [(each["type"], ".".join(map(str, each["loc"]))) for each in error.errors()]
    return []


def changed(document: dict[str, Any], path: str, **change: Any) -> dict[str, Any]:
    """Copy the document with the value at ``path`` dropped, or replaced by ``value``."""
    result = copy.deepcopy(document)
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    node: Any = result
    for key in parents:
        node = node[key]
    if change:
        node[last] = change["value"]
    else:
        del node[last]
    return result


def field_table() -> Iterator[tuple[str, str, bool]]:
    """Rows of the table: path, requiredness, nullable in a body."""
    for line in FIELDS.strip().splitlines():
        path, required, nullable = line.rsplit(maxsplit=2)
        yield path, required, nullable == "N"


TABLE = list(field_table())
MODELS = pytest.mark.parametrize("model", [CreateCompletionResponse, CreateCompletionChunk])


@MODELS
def test_a_full_document_is_clean(model: type[BaseModel]) -> None:
    """A document with every published field has no finding."""
    assert errors(model, BODY) == []


def test_the_table_has_every_field() -> None:
    """No published key of the document is missing from the table, and no declared one either."""
    paths = {path for path, required, _ in TABLE if required in "R-"}

    def keys(node: Any, prefix: str) -> Iterator[str]:
        for key, value in node.items():
            path = f"{prefix}{key}"
            if not key.startswith(" "):
                yield path
            if isinstance(value, dict):
                yield from keys(value, path + ".")
            if isinstance(value, list) and isinstance(value[0], dict):
                yield from keys(value[0], path + ".0.")

    assert set(keys(BODY, "")) == paths
    assert set(CreateCompletionResponse.model_fields) == set(BODY)
    assert set(CreateCompletionChunk.model_fields) == set(BODY)


@MODELS
@pytest.mark.parametrize(("path", "required"), [row[:2] for row in TABLE if row[1] != "."])
def test_a_required_key_must_be_there(model: type[BaseModel], path: str, required: str) -> None:
    """Without the key: a missing field if it is required, nothing if it is optional."""
    expected = [("missing", path)] if required == "R" else []
    assert errors(model, changed(BODY, path)) == expected


@MODELS
@pytest.mark.parametrize(("path", "nullable"), [(row[0], row[2]) for row in TABLE])
def test_null_is_not_absence(model: type[BaseModel], path: str, *, nullable: bool) -> None:
    """A null passes only where the field is nullable, optional or not."""
    allowed = nullable or (model is CreateCompletionChunk and path in NULLABLE_IN_CHUNKS)
    found = errors(model, changed(BODY, path, value=None))
    assert [where for _, where in found] == ([] if allowed else [path])


@MODELS
@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        ("created", "1739264000", "int_type"),
        ("created", 1739264000.0, "int_type"),
        ("created", True, "int_type"),
        ("id", 1, "string_type"),
        ("object", "chat.completion", "literal_error"),
        ("choices.0.finish_reason", "tool_calls", "literal_error"),
        ("choices.0.finish_reason", "STOP", "literal_error"),
        ("choices.0.logprobs.token_logprobs.1", "-0.5", "float_type"),
        ("choices", {}, "list_type"),
        ("usage", [], "model_type"),
        ("service_tier", "default", "extra_forbidden"),
        ("usage.cost", 1, "extra_forbidden"),
        ("choices.0.stop_reason", None, "extra_forbidden"),
    ],
)
def test_a_verdict_is_strict(model: type[BaseModel], path: str, value: object, kind: str) -> None:
    """Coercible values, unknown enum values and undeclared keys are findings at their path."""
    assert errors(model, changed(BODY, path, value=value)) == [(kind, path)]


@MODELS
@pytest.mark.parametrize("path", ["choices", "choices.0.logprobs.tokens"])
def test_lists_may_be_empty(model: type[BaseModel], path: str) -> None:
    """The published schema sets no lower bound; the usage chunk has no choices."""
    assert errors(model, changed(BODY, path, value=[])) == []


def test_an_integer_is_a_number() -> None:
    """JSON has one kind of number: 0 is a fine log probability."""
    path = "choices.0.logprobs.token_logprobs.1"
    assert errors(CreateCompletionResponse, changed(BODY, path, value=0)) == []


def test_absent_reads_as_none() -> None:
    """What is absent is None in Python and stays out of a dump."""
    document = changed(changed(BODY, "usage"), "system_fingerprint")
    completion = CreateCompletionResponse.model_validate(document)
    assert completion.usage is None
    assert completion.system_fingerprint is None
    assert completion.model_dump() == document
    assert json.loads(completion.model_dump_json()) == document


def test_a_full_document_survives_a_round_trip() -> None:
    """Parsing and dumping gives the document back, key by key in the schema's order."""
    completion = CreateCompletionResponse.model_validate(BODY)
    assert completion.model_dump() == BODY
    assert list(completion.model_dump()) == list(BODY)


def test_the_components_example_validates_by_alias() -> None:
    """The TypeScript component's own example, camelCase, goes in and out by alias."""
    example: dict[str, Any] = {
        "id": "<id>",
        "choices": [
            {"finishReason": "content_filter", "index": 604846, "logprobs": {}, "text": "<value>"}
        ],
        "created": 739264,
        "model": "911",
        "object": "text_completion",
    }
    completion = CreateCompletionResponse.model_validate(example, by_alias=True, by_name=False)
    assert completion.choices[0].finish_reason == "content_filter"
    assert completion.choices[0].logprobs is not None
    assert completion.choices[0].logprobs.tokens is None
    assert completion.model_dump(by_alias=True) == example


def test_every_key_has_its_camel_case_name() -> None:
    """The alias set covers all keys: a full document goes through it and back unharmed."""
    camel = CreateCompletionResponse.model_validate(BODY).model_dump(by_alias=True)
    text = json.dumps(camel)
    assert "_" not in text.replace("text_completion", "").replace("fp_1", "")
    back = CreateCompletionResponse.model_validate(camel, by_alias=True, by_name=False)
    assert back.model_dump() == BODY


@MODELS
def test_camel_case_on_the_wire_is_drift(model: type[BaseModel]) -> None:
    """A renamed key is one missing field and one extra field."""
    document = changed(BODY, "choices.0.finishReason", value="stop")
    del document["choices"][0]["finish_reason"]
    assert errors(model, document) == [
        ("missing", "choices.0.finish_reason"),
        ("extra_forbidden", "choices.0.finishReason"),
    ]


def test_equality_is_by_value() -> None:
    """Two parses of one document are equal, a different document is not."""
    one = CreateCompletionResponse.model_validate(BODY)
    other = CreateCompletionResponse.model_validate_json(json.dumps(BODY))
    assert [one] == [other]
    assert one != CreateCompletionResponse.model_validate(changed(BODY, "id", value="cmpl-2"))


def test_enum_values_are_plain_strings() -> None:
    """They compare with, print as and dump to the text of the wire."""
    completion = CreateCompletionResponse.model_validate_json(json.dumps(BODY), strict=True)
    assert completion.object == "text_completion"
    assert f"{completion.object} {completion.choices[0].finish_reason}" == "text_completion stop"
    assert "finish_reason='stop'" in repr(completion)
    assert get_args(CreateCompletionResponseObject) == ("text_completion",)
    assert get_args(CreateCompletionResponseFinishReason) == ("stop", "length", "content_filter")


def test_models_are_built_in_python_too() -> None:
    """Optional fields may be left out of a constructor call."""
    usage = CompletionUsage(completion_tokens=1, prompt_tokens=2, total_tokens=3)
    assert usage.completion_tokens_details is None


def test_the_json_schema_tells_absent_from_null() -> None:
    """An optional field is not required, has no null and no default."""
    schema = CreateCompletionResponse.model_json_schema(by_alias=False)
    assert schema["properties"]["system_fingerprint"] == {
        "title": "System Fingerprint",
        "type": "string",
    }
    assert schema["properties"]["usage"] == {"$ref": "#/$defs/CompletionUsage"}
    assert set(schema["required"]) == {"id", "choices", "created", "model", "object"}


def test_a_real_stream_is_clean() -> None:
    """Text chunks, the finishing one and the usage chunk pass the chunk model."""
    text = {"finish_reason": None, "index": 0, "logprobs": None, "text": "warm"}
    head = {"id": "cmpl-1", "created": 1739264000, "model": "m-1", "object": "text_completion"}
    end = {**text, "finish_reason": "length", "text": ""}
    usage = {"completion_tokens": 1, "prompt_tokens": 1, "total_tokens": 2}
    stream: list[dict[str, Any]] = [
        {**head, "choices": [text]},
        {**head, "choices": [text], "usage": None},
        {**head, "choices": [end], "usage": None},
        {**head, "choices": [], "usage": usage},
    ]
    assert [errors(CreateCompletionChunk, event) for event in stream] == [[]] * 4
    assert errors(CreateCompletionResponse, stream[0]) == [
        ("literal_error", "choices.0.finish_reason")
    ]


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({}, []),
        ({"code": None, "param": "prompt"}, []),
        ({"type": None}, ["string_type"]),
        ({"code": 429}, ["string_type"]),
        ({"status": 401}, ["extra_forbidden"]),
    ],
)
def test_an_error_has_four_keys(change: dict[str, object], kinds: list[str]) -> None:
    """``code`` and ``param`` are nullable, ``type`` and ``message`` are not."""
    detail = {"message": "no", "type": "invalid_request_error", "param": None, "code": "x"}
    found = errors(ErrorResponse, {"error": {**detail, **change}})
    assert [kind for kind, _ in found] == kinds


@pytest.mark.parametrize("key", ["message", "type", "param", "code"])
def test_every_key_of_an_error_is_required(key: str) -> None:
    """Null is written out, never left out."""
    document = {"error": {"message": "no", "type": "t", "param": None, "code": None}}
    assert errors(ErrorResponse, changed(document, f"error.{key}")) == [("missing", f"error.{key}")]


def test_every_public_name_is_there() -> None:
    """What the package promises can be imported from its models."""
    for name in public.__all__:
        assert hasattr(public, name)
