"""OpenAI as recorded: the published schema and the two liberties the API takes with it."""

from pytest_argot.models.base import OrAbsent
from pytest_argot.models.chunk import CreateCompletionChunk
from pytest_argot.models.completion import CompletionUsage, CreateCompletionResponse
from pytest_argot.models.dialects.dialect import Dialect
from pytest_argot.models.error import ErrorResponse


class OpenAIUsage(CompletionUsage):
    """Usage that leaves ``completion_tokens`` out when nothing was generated.

    Seen in 2023 and again in 2025 (gpt-3.5-turbo-instruct); the published schema requires the
    key and gives it the default 0, which is what it reads as here.
    """

    completion_tokens: int = 0


class OpenAIResponse(CreateCompletionResponse):
    """A body with ``warning``, the notice sent with the last answers of a deprecated LLM model."""

    usage: OrAbsent[OpenAIUsage] = None  # pyright: ignore[reportIncompatibleVariableOverride]
    warning: OrAbsent[str] = None


class OpenAIChunk(CreateCompletionChunk):
    """A chunk whose usage may leave ``completion_tokens`` out, as the body's may."""

    usage: OpenAIUsage | None = None  # pyright: ignore[reportIncompatibleVariableOverride]


OPENAI = Dialect("openai", OpenAIResponse, OpenAIChunk, ErrorResponse)
