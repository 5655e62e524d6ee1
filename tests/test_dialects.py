"""Each dialect takes what its own server sends, and nothing another server adds."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from pytest_argot.errors import Misuse
from pytest_argot.models import CreateCompletionResponse
from pytest_argot.models.dialects import DIALECTS, Dialect, dialect

if TYPE_CHECKING:
    from pydantic import BaseModel

HEAD = {"id": "cmpl-1", "created": 1739264000, "model": "m-1", "object": "text_completion"}
CHOICE = {"finish_reason": "stop", "index": 0, "logprobs": None, "text": "warm tea"}
OPEN = {**CHOICE, "finish_reason": None}
USAGE = {"completion_tokens": 2, "prompt_tokens": 1, "total_tokens": 3}
DETAIL = {"message": "no", "type": "invalid_request_error", "param": None, "code": None}
ECHOED = {
    "text_offset": [0],
    "token_logprobs": [None],
    "tokens": ["warm"],
    "top_logprobs": [None],
}
SAFE = {"filtered": False, "severity": "safe"}
UNSEEN = {"filtered": False, "detected": False}
FILTERED = {"hate": SAFE, "self_harm": SAFE, "sexual": SAFE, "violence": SAFE}
PROMPT_FILTER = [{"prompt_index": 0, "content_filter_results": {**FILTERED, "jailbreak": UNSEEN}}]
LLAMA_TOKEN = {"id": 7, "token": " tea", "bytes": [32, 116, 101, 97], "logprob": -0.5}


def without(document: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Copy the document without these keys."""
    return {key: value for key, value in document.items() if key not in keys}


# What only this server sends, so that no other dialect may take it for its own.
OWN_BODY: dict[str, dict[str, Any]] = {
    "openai": {
        **HEAD,
        "choices": [CHOICE],
        "usage": without(USAGE, "completion_tokens"),
        "warning": "This model version is deprecated.",
    },
    "azure": {
        **HEAD,
        "choices": [{**CHOICE, "content_filter_results": FILTERED}],
        "prompt_filter_results": PROMPT_FILTER,
        "usage": USAGE,
    },
    "vllm": {
        **HEAD,
        "choices": [
            {
                **CHOICE,
                "stop_reason": 2,
                "token_ids": None,
                "prompt_logprobs": [None, {"7": {"logprob": -0.5, "rank": 1}}],
                "prompt_token_ids": None,
                "routed_experts": None,
            }
        ],
        "service_tier": None,
        "system_fingerprint": None,
        "usage": {**USAGE, "prompt_tokens_details": None, "completion_tokens_details": None},
        "kv_transfer_params": None,
        "ec_transfer_params": None,
        "metrics": None,
    },
    "sglang": {
        **HEAD,
        "choices": [{**CHOICE, "finish_reason": "abort", "matched_stop": None}],
        "usage": {**USAGE, "prompt_tokens_details": None, "reasoning_tokens": 0},
        "metadata": {"weight_version": "default"},
    },
    "together": {
        **HEAD,
        "object": "text.completion",
        "choices": [{**CHOICE, "finish_reason": "eos", "seed": 2**63 + 1}],
        "prompt": [],
        "usage": USAGE,
    },
    "llama_cpp": {
        **HEAD,
        "choices": [
            {**CHOICE, "logprobs": {"content": [{**LLAMA_TOKEN, "top_logprobs": [LLAMA_TOKEN]}]}}
        ],
        "system_fingerprint": "b1-0000000",
        "usage": {**USAGE, "prompt_tokens_details": {"cached_tokens": 0}},
        "timings": {"prompt_n": 1, "prompt_ms": 2.5, "prompt_per_second": None},
    },
    "ollama": {
        **HEAD,
        "choices": [without(CHOICE, "logprobs")],
        "system_fingerprint": "fp_ollama",
        "usage": USAGE,
    },
    "litellm": {
        **HEAD,
        "id": "chatcmpl-1",
        "choices": [CHOICE],
        "usage": {
            **USAGE,
            "completion_tokens_details": None,
            "prompt_tokens_details": None,
            "cost": 0.5,
        },
    },
    "transformers": {**HEAD, "choices": [without(CHOICE, "logprobs")], "usage": USAGE},
}

OWN_CHUNK: dict[str, dict[str, Any]] = {
    "azure": {
        **HEAD,
        "choices": [{**OPEN, "content_filter_results": {}}],
        "system_fingerprint": None,
    },
    "vllm": {**HEAD, "choices": [{**OPEN, "stop_reason": None, "token_ids": [7]}], "usage": None},
    "sglang": {**HEAD, "choices": [{**OPEN, "matched_stop": None}], "usage": None},
    "together": {
        **HEAD,
        "object": "completion.chunk",
        "choices": [
            {
                **OPEN,
                "delta": {"role": "assistant", "content": "warm", "token_id": 7},
                "seed": None,
            }
        ],
        "usage": None,
    },
    "llama_cpp": {
        **HEAD,
        "choices": [OPEN],
        "system_fingerprint": "b1-0000000",
        "timings": {"prompt_n": 1},
    },
    "ollama": {
        **HEAD,
        "choices": [without(OPEN, "logprobs")],
        "system_fingerprint": "fp_ollama",
    },
    "litellm": {
        **HEAD,
        "object": "text_completion.chunk",
        "choices": [{"index": 0}],
        "usage": {**USAGE, "cost": 0.5},
    },
    "transformers": {**HEAD, "choices": [without(OPEN, "logprobs", "finish_reason")]},
}

# LiteLLM leaves out whatever it does not know: the sparse chunks of others pass as its own.
LOOK_ALIKES = {("litellm", "ollama"), ("litellm", "transformers")}

ERRORS: list[tuple[str, dict[str, Any]]] = [
    ("openai", {"error": {**DETAIL, "code": "invalid_api_key"}}),
    ("openai_spec", {"error": DETAIL}),
    ("azure", {"error": {"code": "DeploymentNotFound", "message": "no"}}),
    (
        "azure",
        {
            "error": {
                **DETAIL,
                "type": None,
                "code": "content_filter",
                "status": 400,
                "innererror": {"code": "ResponsibleAIPolicyViolation"},
            }
        },
    ),
    ("vllm", {"error": {**DETAIL, "code": 404}}),
    ("sglang", {**DETAIL, "object": "error", "code": 400}),
    ("together", {"error": without(DETAIL, "param", "code")}),
    ("llama_cpp", {"error": DETAIL}),
    ("llama_cpp", {"error": {**without(DETAIL, "param"), "code": 400, "n_ctx": 256}}),
    ("ollama", {"error": {**DETAIL, "type": "not_found_error"}}),
    ("litellm", {"error": {**DETAIL, "type": "None", "param": "None", "code": "400"}}),
    ("transformers", {"detail": "prompt must be a string."}),
    ("transformers", {"detail": [{"type": "json_invalid", "loc": ["body", 1]}]}),
]


def refusals(model: type[BaseModel], document: object) -> list[str]:
    """Kinds of what a verdict finds in the document."""
    try:
        model.model_validate_json(json.dumps(document), strict=True, extra="forbid")
    except ValidationError as error:
        return [each["type"] for each in error.errors()]
    return []


@pytest.mark.parametrize("name", OWN_BODY)
def test_a_servers_own_body_is_clean(name: str) -> None:
    """Everything the server was seen to add is declared."""
    assert refusals(dialect(name).body, OWN_BODY[name]) == []


@pytest.mark.parametrize("name", OWN_CHUNK)
def test_a_servers_own_chunk_is_clean(name: str) -> None:
    """Everything the server was seen to add to a chunk is declared."""
    assert refusals(dialect(name).chunk, OWN_CHUNK[name]) == []


@pytest.mark.parametrize("judge", DIALECTS)
@pytest.mark.parametrize("server", OWN_BODY)
def test_a_foreign_body_is_not_clean(judge: str, server: str) -> None:
    """No dialect takes another server's habits for its own."""
    assert judge == server or refusals(dialect(judge).body, OWN_BODY[server])


@pytest.mark.parametrize("judge", DIALECTS)
@pytest.mark.parametrize("server", OWN_CHUNK)
def test_a_foreign_chunk_is_not_clean(judge: str, server: str) -> None:
    """No dialect but the look-alikes takes another server's chunks for its own."""
    clean = refusals(dialect(judge).chunk, OWN_CHUNK[server]) == []
    assert clean == (judge == server or (judge, server) in LOOK_ALIKES)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("part", ["body", "chunk"])
def test_a_broken_document_is_clean_nowhere(name: str, part: str) -> None:
    """Tolerance ends somewhere in every dialect: id, created, choices, an unknown reason."""
    model = getattr(dialect(name), part)
    own = (OWN_BODY if part == "body" else OWN_CHUNK).get(name, {**HEAD, "choices": [CHOICE]})
    choice = {**own["choices"][0], "finish_reason": "whim"}
    for key in ("id", "created", "choices"):
        assert refusals(model, without(own, key)) == ["missing"]
    assert refusals(model, {**own, "created": "1739264000"}) == ["int_type"]
    assert refusals(model, {**own, "choices": [choice]}) == ["literal_error"]
    assert refusals(model, {**own, "surprise": 1}) == ["extra_forbidden"]


@pytest.mark.parametrize(("name", "document"), ERRORS)
def test_a_servers_own_error_is_clean(name: str, document: dict[str, Any]) -> None:
    """Each server's error envelope is its own model's."""
    assert refusals(dialect(name).error, document) == []


@pytest.mark.parametrize("name", DIALECTS)
def test_a_completion_is_no_error(name: str) -> None:
    """A completion sent with a non-2xx status is a finding."""
    assert refusals(dialect(name).error, {**HEAD, "choices": [CHOICE], "usage": USAGE})


def test_openais_liberties() -> None:
    """``warning`` and an absent count pass by default, and to the letter they do not."""
    assert refusals(dialect("openai_spec").body, OWN_BODY["openai"]) == [
        "missing",
        "extra_forbidden",
    ]
    completion = dialect("openai").body.model_validate(OWN_BODY["openai"])
    assert isinstance(completion, CreateCompletionResponse)
    assert completion.usage is not None
    assert completion.usage.completion_tokens == 0


def test_usage_is_never_null_in_an_openai_body() -> None:
    """Absent usage is fine, null is not."""
    body = {**HEAD, "choices": [CHOICE]}
    assert refusals(dialect("openai").body, body) == []
    assert refusals(dialect("openai").body, {**body, "usage": None}) == ["model_type"]


@pytest.mark.parametrize("part", ["body", "chunk"])
def test_an_echoed_first_token_has_no_probability(part: str) -> None:
    """Null items of logprobs pass by default, and to the letter they do not."""
    document = {**HEAD, "choices": [{**CHOICE, "logprobs": ECHOED}]}
    assert refusals(getattr(dialect("openai"), part), document) == []
    assert refusals(getattr(dialect("openai_spec"), part), document) == [
        "float_type",
        "dict_type",
    ]


@pytest.mark.parametrize("name", ["openai", "openai_spec", "azure", "llama_cpp", "litellm"])
def test_a_plain_completion_is_common_ground(name: str) -> None:
    """A completion without any liberty is clean for every server that sends such ones."""
    assert refusals(dialect(name).body, {**HEAD, "choices": [CHOICE], "usage": USAGE}) == []
    assert refusals(dialect(name).chunk, {**HEAD, "choices": [OPEN]}) == []


@pytest.mark.parametrize("name", DIALECTS)
def test_the_usage_chunk_is_clean(name: str) -> None:
    """The chunk without choices that ``include_usage`` asks for passes everywhere."""
    own = OWN_CHUNK.get(name, {**HEAD})
    assert refusals(dialect(name).chunk, {**own, "choices": [], "usage": USAGE}) == []


@pytest.mark.parametrize("name", ["vllm", "sglang", "together", "ollama", "transformers"])
def test_a_plain_completion_is_foreign(name: str) -> None:
    """A server that always adds or leaves out something is not mistaken for OpenAI."""
    assert refusals(dialect(name).body, {**HEAD, "choices": [CHOICE], "usage": USAGE})
    assert refusals(dialect(name).chunk, {**HEAD, "choices": [OPEN], "usage": USAGE})


@pytest.mark.parametrize(
    ("name", "key"),
    [("vllm", "stop_reason"), ("sglang", "matched_stop"), ("together", "delta")],
)
def test_what_a_server_always_adds_is_required(name: str, key: str) -> None:
    """A chunk that lost a key its server always sends is a finding."""
    choice = without(OWN_CHUNK[name]["choices"][0], key)
    assert refusals(dialect(name).chunk, {**OWN_CHUNK[name], "choices": [choice]}) == ["missing"]


def test_azures_nameless_first_chunk() -> None:
    """The prompt's filter results come in a chunk with an empty id, model and object."""
    first = {
        "id": "",
        "created": 0,
        "model": "",
        "object": "",
        "choices": [],
        "prompt_filter_results": PROMPT_FILTER,
    }
    assert refusals(dialect("azure").chunk, first) == []
    assert "literal_error" in refusals(dialect("openai").chunk, first)


def test_only_transformers_ends_without_done() -> None:
    """The streams of all other servers end with ``[DONE]``."""
    assert [each.name for each in DIALECTS.values() if not each.ends_with_done] == ["transformers"]


def test_who_dates_every_chunk() -> None:
    """Three servers give each chunk its own time; an id and a model are one in all streams."""
    own = {each.name for each in DIALECTS.values() if "created" not in each.constant}
    assert own == {"llama_cpp", "ollama", "transformers"}
    assert all({"id", "model"} <= {*each.constant} for each in DIALECTS.values())


def test_the_default_comes_first() -> None:
    """The names are those of the documentation, each under its own key."""
    assert next(iter(DIALECTS)) == "openai"
    assert all(each.name == name for name, each in DIALECTS.items())
    assert set(DIALECTS) == {*OWN_BODY, "openai_spec"}


def test_an_unknown_dialect_names_the_known_ones() -> None:
    """A misspelt name is answered with every name there is."""
    with pytest.raises(Misuse, match=re.escape("There is no dialect 'vLLM'")) as caught:
        dialect("vLLM")
    assert all(name in str(caught.value) for name in DIALECTS)


def test_the_dialects_are_read_only() -> None:
    """Nobody changes a dialect for everybody."""
    with pytest.raises(TypeError):
        DIALECTS["mine"] = dialect("openai")  # type: ignore[index]
    assert isinstance(dialect("openai"), Dialect)


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_reads_camel_case_on_request(name: str) -> None:
    """The alias set of the TypeScript component works for deviating servers too."""
    body = dialect(name).body
    document = OWN_BODY.get(name, {**HEAD, "choices": [CHOICE]})
    parsed = body.model_validate(document)
    camel = parsed.model_dump(by_alias=True)
    assert "finishReason" in camel["choices"][0]
    assert body.model_validate(camel, by_alias=True, by_name=False) == parsed
