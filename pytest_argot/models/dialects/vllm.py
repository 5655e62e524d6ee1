"""vLLM's OpenAI-compatible server.

Source: vllm-project/vllm, ``vllm/entrypoints/openai/completion/protocol.py`` and
``vllm/v1/engine/__init__.py`` (finish reasons). ``stop_reason`` is in every choice; its other
fields are null when not in use, and older versions do not know all of them.
"""

from typing import Any, Literal, TypeAlias

from pytest_argot.models.base import WireModel
from pytest_argot.models.completion import (
    CreateCompletionResponseLogprobs,
    CreateCompletionResponseObject,
)
from pytest_argot.models.dialects.dialect import Dialect

VLLMFinishReason: TypeAlias = Literal["stop", "length", "abort", "error", "repetition"]


class VLLMPromptTokensDetails(WireModel):
    """How the prompt's tokens divide. Counts of tokens."""

    cached_tokens: int | None = None
    created_cache_tokens: int | None = None
    multimodal_tokens: dict[str, int] | None = None


class VLLMCompletionTokensDetails(WireModel):
    """How the generated tokens divide. Counts of tokens."""

    reasoning_tokens: int | None = None


class VLLMUsage(WireModel):
    """Usage, with details only when the server was told to count them."""

    completion_tokens: int | None
    prompt_tokens: int
    total_tokens: int
    completion_tokens_details: VLLMCompletionTokensDetails | None = None
    prompt_tokens_details: VLLMPromptTokensDetails | None = None


class VLLMPromptLogprob(WireModel):
    """One candidate token of the prompt."""

    logprob: float
    rank: int | None = None
    decoded_token: str | None = None


class VLLMChoice(WireModel):
    """A choice and why the engine stopped it."""

    finish_reason: VLLMFinishReason | None
    index: int
    logprobs: CreateCompletionResponseLogprobs | None
    text: str
    stop_reason: int | str | None
    """The stop string or the id of the stop token, if one of these ended the text."""
    token_ids: list[int] | None = None
    prompt_logprobs: list[dict[str, VLLMPromptLogprob] | None] | None = None
    prompt_token_ids: list[int] | None = None
    routed_experts: str | None = None


class VLLMResponse(WireModel):
    """A body; usage is always there."""

    id: str
    choices: list[VLLMChoice]
    created: int
    model: str
    system_fingerprint: str | None = None
    object: CreateCompletionResponseObject
    usage: VLLMUsage
    service_tier: str | None = None
    kv_transfer_params: dict[str, Any] | None = None
    ec_transfer_params: dict[str, Any] | None = None
    metrics: dict[str, Any] | None = None


class VLLMChunkChoice(WireModel):
    """A chunk's choice; ``prompt_token_ids`` come with the first chunk only."""

    finish_reason: VLLMFinishReason | None
    index: int
    logprobs: CreateCompletionResponseLogprobs | None
    text: str
    stop_reason: int | str | None
    token_ids: list[int] | None = None
    prompt_token_ids: list[int] | None = None


class VLLMChunk(WireModel):
    """A chunk; with ``continuous_usage_stats`` each one carries its usage."""

    id: str
    choices: list[VLLMChunkChoice]
    created: int
    model: str
    system_fingerprint: str | None = None
    object: CreateCompletionResponseObject
    usage: VLLMUsage | None = None
    metrics: dict[str, Any] | None = None


class VLLMErrorDetail(WireModel):
    """OpenAI's error with an integer ``code``, the HTTP status."""

    code: int
    message: str
    param: str | None = None
    type: str


class VLLMErrorResponse(WireModel):
    """An error in OpenAI's envelope."""

    error: VLLMErrorDetail


VLLM = Dialect("vllm", VLLMResponse, VLLMChunk, VLLMErrorResponse)
