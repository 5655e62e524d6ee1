"""``transformers serve`` of Hugging Face.

Source: huggingface/transformers, ``src/transformers/cli/serving/completion.py``. It leaves out
whatever would be null (``logprobs`` always, ``finish_reason`` until the end), sends the usage
with the last chunk, gives every chunk the time it was made as ``created`` and ends a stream
without ``[DONE]``.
"""

from typing import Any, Literal, TypeAlias

from pytest_argot.models.base import OrAbsent, WireModel
from pytest_argot.models.completion import CompletionUsage, CreateCompletionResponseObject
from pytest_argot.models.dialects.dialect import Dialect

TransformersFinishReason: TypeAlias = Literal["stop", "length"]


class TransformersChoice(WireModel):
    """A choice without ``logprobs``."""

    finish_reason: TransformersFinishReason
    index: int
    text: str


class TransformersResponse(WireModel):
    """A body; usage is always there."""

    id: str
    choices: list[TransformersChoice]
    created: int
    model: str
    object: CreateCompletionResponseObject
    usage: CompletionUsage


class TransformersChunkChoice(WireModel):
    """A chunk's choice; ``finish_reason`` is there when it is finished."""

    finish_reason: OrAbsent[TransformersFinishReason] = None
    index: int
    text: str


class TransformersChunk(WireModel):
    """A chunk; usage is there in the last one."""

    id: str
    choices: list[TransformersChunkChoice]
    created: int
    model: str
    object: CreateCompletionResponseObject
    usage: OrAbsent[CompletionUsage] = None


class TransformersErrorResponse(WireModel):
    """FastAPI's error: a text, or a list of what is wrong with the request."""

    detail: str | list[dict[str, Any]]


TRANSFORMERS = Dialect(
    "transformers",
    TransformersResponse,
    TransformersChunk,
    TransformersErrorResponse,
    ends_with_done=False,
    constant=("id", "model"),
)
