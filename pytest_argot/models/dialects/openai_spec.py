"""The letter of OpenAI's published schema (openai/openai-openapi, ``openapi.yaml``).

Stricter than the default in two ways: no item of a logprobs list is null, and none of OpenAI's
recorded liberties pass. A chunk may still have a null ``finish_reason`` and ``usage``: the API
reference says so, though the schema does not (openai/openai-openapi#100).
"""

from pytest_argot.models.base import OrAbsent, WireModel
from pytest_argot.models.completion import (
    CompletionUsage,
    CreateCompletionResponseFinishReason,
    CreateCompletionResponseObject,
)
from pytest_argot.models.dialects.dialect import Dialect
from pytest_argot.models.error import ErrorResponse


class SpecLogprobs(WireModel):
    """Logprobs whose items are never null."""

    text_offset: OrAbsent[list[int]] = None
    token_logprobs: OrAbsent[list[float]] = None
    tokens: OrAbsent[list[str]] = None
    top_logprobs: OrAbsent[list[dict[str, float]]] = None


class SpecChoice(WireModel):
    """A choice to the letter."""

    finish_reason: CreateCompletionResponseFinishReason
    index: int
    logprobs: SpecLogprobs | None
    text: str


class SpecResponse(WireModel):
    """A body to the letter."""

    id: str
    choices: list[SpecChoice]
    created: int
    model: str
    system_fingerprint: OrAbsent[str] = None
    object: CreateCompletionResponseObject
    usage: OrAbsent[CompletionUsage] = None


class SpecChunkChoice(WireModel):
    """A chunk's choice to the letter of the API reference."""

    finish_reason: CreateCompletionResponseFinishReason | None
    index: int
    logprobs: SpecLogprobs | None
    text: str


class SpecChunk(WireModel):
    """A chunk to the letter of the API reference."""

    id: str
    choices: list[SpecChunkChoice]
    created: int
    model: str
    system_fingerprint: OrAbsent[str] = None
    object: CreateCompletionResponseObject
    usage: CompletionUsage | None = None


OPENAI_SPEC = Dialect("openai_spec", SpecResponse, SpecChunk, ErrorResponse)
