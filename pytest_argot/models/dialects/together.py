"""Together's hosted API.

Source: togethercomputer/openapi, ``openapi.yaml`` (``CompletionResponse``, ``FinishReason``,
``ErrorData``), and recordings for the chunk, which the schema draws differently.
"""

from typing import Literal, TypeAlias

from pytest_argot.models.base import OrAbsent, WireModel
from pytest_argot.models.completion import CompletionUsage
from pytest_argot.models.dialects.dialect import Dialect

TogetherFinishReason: TypeAlias = Literal["stop", "eos", "length", "tool_calls", "function_call"]


class TogetherLogprobs(WireModel):
    """Log probabilities with token ids and without offsets."""

    token_ids: OrAbsent[list[int]] = None
    token_logprobs: OrAbsent[list[float | None]] = None
    tokens: OrAbsent[list[str]] = None
    top_logprobs: OrAbsent[list[dict[str, float] | None]] = None


class TogetherPrompt(WireModel):
    """A prompt sent back, on ``echo``."""

    text: OrAbsent[str] = None
    logprobs: TogetherLogprobs | None = None


class TogetherChoice(WireModel):
    """A choice and the seed it was drawn with, often above 2**63."""

    finish_reason: TogetherFinishReason
    index: int
    logprobs: TogetherLogprobs | None
    text: str
    seed: OrAbsent[int] = None


class TogetherResponse(WireModel):
    """A body with its own ``object`` and an array of prompts, empty without ``echo``."""

    id: str
    choices: list[TogetherChoice]
    created: int
    model: str
    object: Literal["text.completion"]
    prompt: list[TogetherPrompt]
    usage: CompletionUsage | None


class TogetherDelta(WireModel):
    """The chunk's text again, as a chat message."""

    role: str
    content: str | None = None
    token_id: int | None = None


class TogetherChunkChoice(WireModel):
    """A chunk's choice."""

    finish_reason: TogetherFinishReason | None
    index: int
    logprobs: TogetherLogprobs | None
    text: str
    delta: TogetherDelta
    seed: int | None = None


class TogetherChunk(WireModel):
    """A chunk; usage comes with the one that finishes."""

    id: str
    choices: list[TogetherChunkChoice]
    created: int
    model: str
    object: Literal["completion.chunk"]
    usage: CompletionUsage | None = None


class TogetherErrorDetail(WireModel):
    """OpenAI's error; ``code`` and ``param`` may be absent."""

    code: str | None = None
    message: str
    param: str | None = None
    type: str


class TogetherErrorResponse(WireModel):
    """An error in OpenAI's envelope."""

    error: TogetherErrorDetail


TOGETHER = Dialect("together", TogetherResponse, TogetherChunk, TogetherErrorResponse)
