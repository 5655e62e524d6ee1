"""One event of a streamed completion: ``CreateCompletionChunk``.

The published schema gives bodies and chunks one shape; the wire does not. In a real stream
``finish_reason`` is null until the end (openai/openai-openapi#100), and with
``stream_options.include_usage`` every chunk carries ``usage: null`` but the last, whose
``choices`` are empty. Everything else is as strict as the body.
"""

from pytest_argot.models.base import OrAbsent, WireModel
from pytest_argot.models.completion import (
    CompletionUsage,
    CreateCompletionResponseFinishReason,
    CreateCompletionResponseLogprobs,
    CreateCompletionResponseObject,
)


class CreateCompletionChunkChoices(WireModel):
    """The next piece of one of the ``n`` texts."""

    finish_reason: CreateCompletionResponseFinishReason | None
    """Null until this text is finished; the key itself is required."""
    index: int
    logprobs: CreateCompletionResponseLogprobs | None
    text: str
    """What this chunk adds; often empty in the last one."""


class CreateCompletionChunk(WireModel):
    """One event of the answer to ``POST /v1/completions`` with ``stream``."""

    id: str
    choices: list[CreateCompletionChunkChoices]
    """Empty in the chunk that carries the usage."""
    created: int
    """When, in Unix seconds; the same in all chunks of a stream."""
    model: str
    system_fingerprint: OrAbsent[str] = None
    object: CreateCompletionResponseObject
    usage: CompletionUsage | None = None
