"""The body of an unstreamed completion: ``CreateCompletionResponse`` and its parts.

Field by field the published component (openai/openai-openapi, ``openapi.yaml``), read strictly:
a required key is there, an optional key may be absent but is never null, and only what is
declared nullable is null. One addition: the first items of ``token_logprobs`` and
``top_logprobs`` may be null, because an echoed first token has no probability
(Portkey-AI/gateway#463, ggml-org/llama.cpp#27174).
"""

from typing import Literal, TypeAlias

from pytest_argot.models.base import OrAbsent, WireModel

CreateCompletionResponseObject: TypeAlias = Literal["text_completion"]
"""The object type, always ``"text_completion"``."""

CreateCompletionResponseFinishReason: TypeAlias = Literal["stop", "length", "content_filter"]
"""Why the tokens stopped.

``stop``: a natural end or a stop sequence; ``length``: the token limit of the request;
``content_filter``: text was left out by a content filter.
"""


class CreateCompletionResponseLogprobs(WireModel):
    """Log probabilities, one entry per token in each list."""

    text_offset: OrAbsent[list[int]] = None
    """Where each token begins, in characters."""
    token_logprobs: OrAbsent[list[float | None]] = None
    """Natural logarithm of each token's probability; null for an echoed first token."""
    tokens: OrAbsent[list[str]] = None
    top_logprobs: OrAbsent[list[dict[str, float] | None]] = None
    """The likeliest tokens at each place; null for an echoed first token."""


class CreateCompletionResponseChoices(WireModel):
    """One of the ``n`` generated texts."""

    finish_reason: CreateCompletionResponseFinishReason
    index: int
    logprobs: CreateCompletionResponseLogprobs | None
    """Null unless the request asked for them; the key itself is required."""
    text: str


class CompletionTokensDetails(WireModel):
    """How the generated tokens divide. Counts of tokens."""

    accepted_prediction_tokens: OrAbsent[int] = None
    audio_tokens: OrAbsent[int] = None
    reasoning_tokens: OrAbsent[int] = None
    rejected_prediction_tokens: OrAbsent[int] = None
    text_tokens: OrAbsent[int] = None


class PromptTokensDetails(WireModel):
    """How the prompt's tokens divide. Counts of tokens."""

    audio_tokens: OrAbsent[int] = None
    cache_write_tokens: OrAbsent[int] = None
    cached_tokens: OrAbsent[int] = None
    image_tokens: OrAbsent[int] = None
    text_tokens: OrAbsent[int] = None


class CompletionUsage(WireModel):
    """What the request cost. Counts of tokens."""

    completion_tokens: int
    prompt_tokens: int
    total_tokens: int
    completion_tokens_details: OrAbsent[CompletionTokensDetails] = None
    prompt_tokens_details: OrAbsent[PromptTokensDetails] = None


class CreateCompletionResponse(WireModel):
    """The answer to ``POST /v1/completions`` without ``stream``."""

    id: str
    choices: list[CreateCompletionResponseChoices]
    """The generated texts. The published schema sets no lower bound."""
    created: int
    """When, in Unix seconds."""
    model: str
    """The LLM model that answered."""
    system_fingerprint: OrAbsent[str] = None
    """Names the backend configuration."""
    object: CreateCompletionResponseObject
    usage: OrAbsent[CompletionUsage] = None
