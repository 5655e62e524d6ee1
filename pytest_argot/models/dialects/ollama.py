"""Ollama's OpenAI-compatible API.

Source: ollama/ollama, ``openai/openai.go`` and ``llm/server.go`` (done reasons). A choice has no
``logprobs`` key, and ``finish_reason`` is the engine's done reason, or null without one. Every
chunk's ``created`` is the time it was made.
"""

from typing import Any, Literal, TypeAlias

from pytest_argot.models.base import OrAbsent, WireModel
from pytest_argot.models.completion import CompletionUsage, CreateCompletionResponseObject
from pytest_argot.models.dialects.dialect import Dialect

OllamaFinishReason: TypeAlias = Literal["stop", "length", "load", "unload"]


class OllamaChoice(WireModel):
    """A choice; the same in bodies and chunks."""

    finish_reason: OllamaFinishReason | None
    index: int
    text: str


class OllamaResponse(WireModel):
    """A body; usage is always there."""

    id: str
    choices: list[OllamaChoice]
    created: int
    model: str
    system_fingerprint: str
    """Always ``"fp_ollama"``."""
    object: CreateCompletionResponseObject
    usage: CompletionUsage


class OllamaChunk(WireModel):
    """A chunk; usage only in the last one, and only on request."""

    id: str
    choices: list[OllamaChoice]
    created: int
    model: str
    system_fingerprint: str
    object: CreateCompletionResponseObject
    usage: OrAbsent[CompletionUsage] = None


class OllamaErrorDetail(WireModel):
    """OpenAI's error with any JSON as ``param``."""

    code: str | None
    message: str
    param: Any
    type: str


class OllamaErrorResponse(WireModel):
    """An error in OpenAI's envelope."""

    error: OllamaErrorDetail


OLLAMA = Dialect(
    "ollama", OllamaResponse, OllamaChunk, OllamaErrorResponse, constant=("id", "model")
)
