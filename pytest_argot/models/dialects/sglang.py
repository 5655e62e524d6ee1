"""SGLang's OpenAI-compatible server.

Source: sgl-project/sglang, ``python/sglang/srt/entrypoints/openai/protocol.py``.
"""

from typing import Any, Literal, TypeAlias

from pytest_argot.models.base import OrAbsent, WireModel
from pytest_argot.models.completion import (
    CreateCompletionResponseLogprobs,
    CreateCompletionResponseObject,
)
from pytest_argot.models.dialects.dialect import Dialect

SGLangFinishReason: TypeAlias = Literal["stop", "length", "content_filter", "abort"]


class SGLangPromptTokensDetails(WireModel):
    """How the prompt's tokens divide. Counts of tokens."""

    cached_tokens: int
    audio_tokens: OrAbsent[int] = None
    image_tokens: OrAbsent[int] = None
    video_tokens: OrAbsent[int] = None


class SGLangUsage(WireModel):
    """Usage, with the reasoning tokens at its top."""

    completion_tokens: int | None
    prompt_tokens: int
    total_tokens: int
    prompt_tokens_details: SGLangPromptTokensDetails | None = None
    reasoning_tokens: int | None = None


class SGLangExtension(WireModel):
    """What SGLang adds on request."""

    routed_experts: OrAbsent[str] = None
    cached_tokens_details: OrAbsent[dict[str, Any]] = None


class SGLangChoice(WireModel):
    """A choice and what ended it; the same in bodies and chunks."""

    finish_reason: SGLangFinishReason | None
    index: int
    logprobs: CreateCompletionResponseLogprobs | None
    text: str
    matched_stop: int | str | None
    """The stop string or the id of the stop token, if one of these ended the text."""
    hidden_states: OrAbsent[Any] = None
    prompt_token_ids: OrAbsent[list[int]] = None
    token_ids: OrAbsent[list[int]] = None


class SGLangResponse(WireModel):
    """A body; usage is always there."""

    id: str
    choices: list[SGLangChoice]
    created: int
    model: str
    object: CreateCompletionResponseObject
    usage: SGLangUsage
    metadata: dict[str, Any] | None = None
    sglext: OrAbsent[SGLangExtension] = None


class SGLangChunk(WireModel):
    """A chunk."""

    id: str
    choices: list[SGLangChoice]
    created: int
    model: str
    object: CreateCompletionResponseObject
    usage: SGLangUsage | None = None
    sglext: OrAbsent[SGLangExtension] = None


class SGLangErrorResponse(WireModel):
    """A flat error: no envelope, and ``code`` is the HTTP status."""

    code: int
    message: str
    object: Literal["error"]
    param: str | None = None
    type: str


SGLANG = Dialect("sglang", SGLangResponse, SGLangChunk, SGLangErrorResponse)
