"""Variants by any model: users' own, dialects', OpenAI's SDK's, and made-up ones."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai.types import Completion
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import Field, create_model

from pytest_argot.cassette.reader import load
from pytest_argot.drift.finding import Level
from pytest_argot.drift.judge import judge_response
from pytest_argot.drift.levels import Levels
from pytest_argot.drift.response_model import build
from pytest_argot.fuzz.fuzz import FAMILIES, Fuzz
from pytest_argot.fuzz.planning import variants
from pytest_argot.fuzz.schema import schema_of
from pytest_argot.models import CreateCompletionChunk
from pytest_argot.wire.masking import Masker
from tests import fuzz_models
from tests.drift_material import STREAM, body, interaction, routes, sse, streamed

if TYPE_CHECKING:
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.fuzz.variant import Variant

ID = re.compile(r"[A-Za-z0-9_.,=+~-]{1,75}")
CHAT: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1739264000,
    "model": "tiny-1",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Four lanterns"},
            "finish_reason": "stop",
            "logprobs": None,
        }
    ],
    "usage": {"prompt_tokens": 4, "completion_tokens": 8, "total_tokens": 12},
}


def chat_chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """Give one event of a chat stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {**CHAT, "object": "chat.completion.chunk", "choices": [choice], "usage": None}


def plan(recorded: Interaction, families: Any = FAMILIES, **options: Any) -> dict[str, Variant]:
    """Give all variants by id; their ids and validity are checked."""
    found = variants([recorded], routes(**options), Fuzz(families=families), full=True)
    by_id = {each.id: each for each in found}
    assert len(by_id) == len(found)
    for name, variant in by_id.items():
        assert ID.fullmatch(name), name
        assert variant.valid or variant.family != "valid"
        assert not (variant.valid and variant.family in {"drift", "http"})
    return by_id


def own(model: Any, document: Any) -> dict[str, Variant]:
    """Give the variants of a document of a model, without stream and http."""
    recorded = interaction(json.dumps(document).encode(), url="https://api.example/v2")
    return plan(recorded, ("valid", "content", "drift"), model=model)


def test_user_model() -> None:
    """Enums, bounds, patterns, lengths, unions, maps, lists, aliases and tags are all varied."""
    found = own(fuzz_models.Order, fuzz_models.ORDER)
    assert {
        "state=shipped",
        "quantity=1",
        "quantity=99",
        "code=other",
        "note=present",
        "note=null",
        "gift=true",
        "pet=dog",
        "guest=cat",
        "guest.name=other",
        "prices=empty",
        "prices=one-more",
        "price-list=absent",
        "ref=string",
        "items.0=null",
        "matrix.0=reversed",
        "tree.children=empty",
        "placed=other",
    } <= {each.id for each in found.values() if each.family == "valid"}
    assert "quantity=0" not in found
    assert "price_list=present" not in found
    assert found["pet.argot_unknown=added"].valid  # although the model forbids keys of its own
    assert found["argot_unknown=added"].valid
    assert "tags=empty" not in found
    new_code = json.loads(found["code=other"].answers[0].body)["code"]
    assert re.fullmatch(r"[A-Z]{3}-\d+", new_code)
    assert json.loads(found["pet=dog"].answers[0].body)["pet"]["kind"] == "dog"
    drift = {each.id for each in found.values() if each.family == "drift"}
    assert {"state=unknown", "pet.kind=other", "prices=list", "priceList=absent"} & drift
    assert all(each.valid for each in found.values() if each.family == "content")


@pytest.mark.parametrize("kind", fuzz_models.OTHERS, ids=lambda kind: kind[0])
def test_other_types(kind: tuple[str, Any, Any]) -> None:
    """Typed dicts, dataclasses, lists and maps at the root are varied, too."""
    _, model, document = kind
    families = {each.family for each in own(model, document).values()}
    assert {"valid", "drift"} <= families


def test_a_model_that_no_schema_can_tell() -> None:
    """Without a JSON schema the recorded JSON itself is varied."""
    found = own(fuzz_models.Opaque, {"raw": {"a": ["x"]}})
    assert "raw.a.0=empty" in found
    assert "body=truncated" in found


@pytest.mark.parametrize("model", [ChatCompletion, Completion])
def test_sdk_bodies(model: Any) -> None:
    """The SDK's own response types judge bodies."""
    document = CHAT if model is ChatCompletion else json.loads(body())
    found = own(model, document)
    assert {"finish_reason=length", "usage=absent", "choices=empty", "choices=one-more"} <= set(
        found
    )
    if model is ChatCompletion:
        assert {"message.tool_calls=present", "message.content=null"} <= set(found)


def test_sdk_streams() -> None:
    """A chat stream is varied event by event and as a stream."""
    events = [
        chat_chunk({"role": "assistant", "content": ""}),
        chat_chunk({"content": "Four"}),
        chat_chunk({}, "stop"),
    ]
    recorded = streamed(sse(*events), url="https://llm.example/v1/chat/completions")
    found = plan(recorded, chunk_model=ChatCompletionChunk)
    assert found["finish_reason=length"].event == 2
    assert found["delta.content=emoji"].event == 1
    assert found["cut"].then == "recorded"


def test_streams_of_several_types() -> None:
    """Where events have types, each type is varied."""
    events = [
        {"type": "start", "message": {"id": "m1", "usage": {"input_tokens": 3}}},
        {"type": "text", "delta": "Four"},
        {"type": "text", "delta": " lanterns"},
        {"type": "stop", "reason": "end"},
    ]
    recorded = streamed(sse(*events), url="https://api.example/v1/messages")
    found = plan(recorded, chunk_model=fuzz_models.Event)
    assert found["delta=emoji"].event == 1
    assert found["reason=max"].event == 3
    assert found["message.usage.input_tokens=0"].event == 0


def test_long_lists() -> None:
    """Of a list of thousands of numbers a few are looked at."""
    document = {"data": [{"index": index, "embedding": [0.5] * 2000} for index in range(20)]}
    assert len(own(dict[str, Any], document)) < 400


@pytest.mark.parametrize(
    "dialect", ["openai", "vllm", "azure", "llama_cpp", "ollama", "transformers"]
)
def test_dialects(dialect: str) -> None:
    """Every dialect's models can be planned with."""
    document = json.loads(body())
    if dialect == "transformers":
        del document["choices"][0]["logprobs"]
    found = plan(interaction(json.dumps(document).encode()), dialect=dialect)
    assert "finish_reason=length" in found


CASSETTES = Path(__file__).parent.parent / "cassettes"
SERVERS = [
    ("llama_cpp", "logprobs"),
    ("llama_cpp", "non_ascii_streamed"),
    ("llama_cpp", "too_long"),
]
SERVERS += [("transformers", "plain"), ("transformers", "streamed")]


@pytest.mark.parametrize(("dialect", "name"), SERVERS)
def test_agrees_with_judging(dialect: str, name: str) -> None:
    """A variant is valid exactly if judging it as a recording finds no error."""
    levels = Levels()
    (recorded,) = load(CASSETTES / dialect / f"{name}.yaml", Masker()).interactions
    route = routes(dialect=dialect).find(recorded.request)
    assert route is not None
    families = [each for each in FAMILIES if each != "http"]
    for variant in plan(recorded, families, dialect=dialect).values():
        found = judge_response(replace(recorded, response=variant.answers[0]), route)
        errors = [each for each in found if levels.level(each.kind, each.path) >= Level.ERROR]
        assert variant.valid is not bool(errors), variant.id


LEAVES: list[tuple[Any, Any]] = [
    (str, "x"),
    (int, 3),
    (float, 1.5),
    (bool, True),
    (str | None, None),
    (int | str, 3),
    (Literal["a", "b"], "a"),
    (list[int], [1, 2]),
    (list[str] | None, None),
    (dict[str, int], {"k": 1}),
    (dict[str, list[float | None]], {"k": [None]}),
    (Any, {"any": ["thing"]}),
]


@st.composite
def models(draw: st.DrawFn, depth: int = 2) -> tuple[Any, Any]:
    """Draw a model and a document of it."""
    names = draw(
        st.lists(st.sampled_from(["id", "a b", "text", "größe", "x.y", "choices"]), unique=True)
    )
    declared: dict[str, Any] = {}
    document: dict[str, Any] = {}
    for number, name in enumerate(names):
        kind, value = draw(st.sampled_from(LEAVES))
        if depth and draw(st.booleans()):
            kind, value = draw(models(depth=depth - 1))
        if draw(st.booleans()):
            kind, value = list[kind], [value] * draw(st.integers(0, 3))
        required = draw(st.booleans())
        default: Any = ... if required else None
        declared[f"f{number}"] = (kind if required else kind | None, Field(default, alias=name))
        if required or draw(st.booleans()):
            document[name] = value
    return create_model(f"Drawn{depth}", **declared), document


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(models())
def test_any_model(drawn: tuple[Any, Any]) -> None:
    """Whatever the model: ids are unique and fit, valid is valid, drift is not, JSON is JSON."""
    model, document = drawn
    recorded = interaction(json.dumps(document).encode(), url="https://api.example/v2")
    for variant in plan(recorded, model=model).values():
        assert len(variant.answers) == 1
        if variant.changes and variant.family == "valid":
            json.loads(variant.answers[0].body)


def test_the_same_in_every_process() -> None:
    """The plan is the same whatever the hash seed."""
    code = (
        "from tests.drift_material import *; from pytest_argot.fuzz.fuzz import *;"
        "from pytest_argot.fuzz.planning import variants;"
        "two = [interaction(body()), streamed(STREAM)];"
        "plan = variants(two, routes(), Fuzz(families=FAMILIES), full=True);"
        "print([(each.to_dict(), each.answers) for each in plan])"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > 10_000
    assert STREAM


def test_names_of_fields_where_the_recording_does_not_tell() -> None:
    """A model that is read by name is varied by name, also where all its keys are plain words."""
    model = build(CreateCompletionChunk)
    document = {"id": "a", "choices": [], "created": 1, "model": "m", "object": "text_completion"}
    assert "system_fingerprint" in schema_of(model, document).root["properties"]
