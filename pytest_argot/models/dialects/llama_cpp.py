"""llama.cpp's own server and the one of llama-cpp-python.

Sources: ggml-org/llama.cpp, ``tools/server/server-task.cpp`` and ``server-common.cpp``;
abetlen/llama-cpp-python, ``llama_cpp/llama_types.py`` and ``llama_cpp/server/errors.py``. The
second keeps to OpenAI's schema; the first adds timings, answers ``logprobs`` in chat's form and
gives every chunk the time it was made as ``created``.
"""

from typing import Literal, TypeAlias

from pytest_argot.models.base import OrAbsent, WireModel
from pytest_argot.models.completion import (
    CompletionUsage,
    CreateCompletionResponseLogprobs,
    CreateCompletionResponseObject,
)
from pytest_argot.models.dialects.dialect import Dialect

LlamaCppFinishReason: TypeAlias = Literal["stop", "length"]


class LlamaCppTokenProbability(WireModel):
    """A candidate token; ``prob`` instead of ``logprob`` with ``post_sampling_probs``."""

    id: int
    token: str
    bytes: list[int]
    logprob: OrAbsent[float] = None
    prob: OrAbsent[float] = None


class LlamaCppToken(LlamaCppTokenProbability):
    """A generated token and the candidates it was drawn from."""

    top_logprobs: OrAbsent[list[LlamaCppTokenProbability]] = None
    top_probs: OrAbsent[list[LlamaCppTokenProbability]] = None


class LlamaCppLogprobs(CreateCompletionResponseLogprobs):
    """OpenAI's four lists (llama-cpp-python) or chat's ``content`` (llama.cpp)."""

    content: OrAbsent[list[LlamaCppToken]] = None


class LlamaCppChoice(WireModel):
    """A choice; no content filter exists here."""

    finish_reason: LlamaCppFinishReason
    index: int
    logprobs: LlamaCppLogprobs | None
    text: str


class LlamaCppResponse(WireModel):
    """A body; timings in milliseconds and tokens per second."""

    id: str
    choices: list[LlamaCppChoice]
    created: int
    model: str
    system_fingerprint: OrAbsent[str] = None
    """The build of llama.cpp."""
    object: CreateCompletionResponseObject
    usage: OrAbsent[CompletionUsage] = None
    timings: OrAbsent[dict[str, float | None]] = None


class LlamaCppChunkChoice(WireModel):
    """A chunk's choice."""

    finish_reason: LlamaCppFinishReason | None
    index: int
    logprobs: LlamaCppLogprobs | None
    text: str


class LlamaCppChunk(WireModel):
    """A chunk; ``prompt_progress`` on request (``return_progress``), while the prompt is read."""

    id: str
    choices: list[LlamaCppChunkChoice]
    created: int
    model: str
    system_fingerprint: OrAbsent[str] = None
    object: CreateCompletionResponseObject
    usage: OrAbsent[CompletionUsage] = None
    timings: OrAbsent[dict[str, float | None]] = None
    prompt_progress: OrAbsent[dict[str, float]] = None


class LlamaCppErrorDetail(WireModel):
    """OpenAI's error (llama-cpp-python) or one with the HTTP status as ``code`` (llama.cpp).

    A prompt that is too long also tells its length and the context's, in tokens.
    """

    code: int | str | None
    message: str
    param: str | None = None
    type: str
    n_ctx: OrAbsent[int] = None
    n_prompt_tokens: OrAbsent[int] = None


class LlamaCppErrorResponse(WireModel):
    """An error in OpenAI's envelope."""

    error: LlamaCppErrorDetail


LLAMA_CPP = Dialect(
    "llama_cpp",
    LlamaCppResponse,
    LlamaCppChunk,
    LlamaCppErrorResponse,
    constant=("id", "model"),
)
