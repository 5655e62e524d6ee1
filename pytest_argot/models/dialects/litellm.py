"""LiteLLM's proxy.

Source: BerriAI/litellm, ``litellm/types/utils.py`` (``TextCompletionResponse``, ``TextChoices``,
``Usage``) and ``litellm/types/llms/openai.py`` (finish reasons), BerriAI/litellm#16231 (errors).
A body sends what it does not know as null, a chunk leaves it out, ``text`` included.
"""

from typing import Any, Literal, TypeAlias

from pytest_argot.models.base import WireModel
from pytest_argot.models.completion import CreateCompletionResponseObject
from pytest_argot.models.dialects.dialect import Dialect

LiteLLMFinishReason: TypeAlias = Literal[
    "stop",
    "length",
    "content_filter",
    "tool_calls",
    "function_call",
    "guardrail_intervened",
    "eos",
    "finish_reason_unspecified",
    "malformed_function_call",
]


class LiteLLMLogprobs(WireModel):
    """OpenAI's four lists, each nullable."""

    text_offset: list[int] | None = None
    token_logprobs: list[float | None] | None = None
    tokens: list[str] | None = None
    top_logprobs: list[dict[str, float] | None] | None = None


class LiteLLMCompletionTokensDetails(WireModel):
    """How the generated tokens divide. Counts of tokens."""

    accepted_prediction_tokens: int | None = None
    audio_tokens: int | None = None
    image_tokens: int | None = None
    reasoning_tokens: int | None = None
    rejected_prediction_tokens: int | None = None
    text_tokens: int | None = None
    video_tokens: int | None = None


class LiteLLMPromptTokensDetails(WireModel):
    """How the prompt's tokens divide. Counts of tokens, unless the name says otherwise."""

    audio_length_seconds: float | None = None
    audio_tokens: int | None = None
    cache_creation_token_details: dict[str, int | None] | None = None
    cache_creation_tokens: int | None = None
    cache_write_tokens: int | None = None
    cached_tokens: int | None = None
    character_count: int | None = None
    google_maps_grounding_requests: int | None = None
    image_count: int | None = None
    image_tokens: int | None = None
    text_tokens: int | None = None
    tool_use_tokens: int | None = None
    video_length_seconds: float | None = None
    video_tokens: int | None = None
    web_search_requests: int | None = None


class LiteLLMUsage(WireModel):
    """Usage with what the providers behind the proxy add; ``cost`` in US dollars."""

    completion_tokens: int
    prompt_tokens: int
    total_tokens: int
    completion_tokens_details: LiteLLMCompletionTokensDetails | None = None
    prompt_tokens_details: LiteLLMPromptTokensDetails | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cost: float | None = None
    server_tool_use: dict[str, int | None] | None = None


class LiteLLMChoice(WireModel):
    """A choice."""

    finish_reason: LiteLLMFinishReason | None
    index: int
    logprobs: LiteLLMLogprobs | None
    text: str | None


class LiteLLMResponse(WireModel):
    """A body."""

    id: str
    choices: list[LiteLLMChoice]
    created: int
    model: str | None
    system_fingerprint: str | None = None
    object: CreateCompletionResponseObject
    usage: LiteLLMUsage | None = None


class LiteLLMChunkChoice(WireModel):
    """A chunk's choice; only ``index`` is certain."""

    finish_reason: LiteLLMFinishReason | None = None
    index: int
    logprobs: LiteLLMLogprobs | None = None
    text: str | None = None


class LiteLLMChunk(WireModel):
    """A chunk."""

    id: str
    choices: list[LiteLLMChunkChoice]
    created: int
    model: str | None = None
    system_fingerprint: str | None = None
    object: Literal["text_completion", "text_completion.chunk"]
    usage: LiteLLMUsage | None = None


class LiteLLMErrorDetail(WireModel):
    """OpenAI's error; ``code`` is the HTTP status as text, unknown parts may say ``"None"``."""

    code: str | None
    message: str
    param: str | None
    type: str | None
    provider_specific_fields: dict[str, Any] | None = None


class LiteLLMErrorResponse(WireModel):
    """An error in OpenAI's envelope."""

    error: LiteLLMErrorDetail


LITELLM = Dialect("litellm", LiteLLMResponse, LiteLLMChunk, LiteLLMErrorResponse)
