"""Response models: what a recorded response is judged by and parsed into.

``CreateCompletionResponse`` for a body, ``CreateCompletionChunk`` for an event of a stream,
``ErrorResponse`` for everything that is not 2xx; ``pytest_argot.models.dialects`` for servers
that deviate.
"""

from pytest_argot.models.chunk import CreateCompletionChunk, CreateCompletionChunkChoices
from pytest_argot.models.completion import (
    CompletionTokensDetails,
    CompletionUsage,
    CreateCompletionResponse,
    CreateCompletionResponseChoices,
    CreateCompletionResponseFinishReason,
    CreateCompletionResponseLogprobs,
    CreateCompletionResponseObject,
    PromptTokensDetails,
)
from pytest_argot.models.error import ErrorDetail, ErrorResponse

__all__ = [
    "CompletionTokensDetails",
    "CompletionUsage",
    "CreateCompletionChunk",
    "CreateCompletionChunkChoices",
    "CreateCompletionResponse",
    "CreateCompletionResponseChoices",
    "CreateCompletionResponseFinishReason",
    "CreateCompletionResponseLogprobs",
    "CreateCompletionResponseObject",
    "ErrorDetail",
    "ErrorResponse",
    "PromptTokensDetails",
]
