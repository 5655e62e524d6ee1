"""Azure OpenAI: OpenAI's completions with the results of Azure's content filters.

Sources: learn.microsoft.com/azure/ai-services/openai/concepts/content-filter-annotations;
openai/openai-python#1677 and AbanteAI/archive-old-cli-mentat#429 (the nameless first chunk of a
stream, seen on chat); openai/openai-dotnet#55 and chatboxai/chatbox#861 (errors).
"""

from typing import Any, Literal

from pytest_argot.models.base import OrAbsent, WireModel
from pytest_argot.models.completion import (
    CreateCompletionResponseFinishReason,
    CreateCompletionResponseLogprobs,
    CreateCompletionResponseObject,
)
from pytest_argot.models.dialects.dialect import Dialect
from pytest_argot.models.dialects.openai import OpenAIUsage


class AzureSeverity(WireModel):
    """A graded filter: ``filtered`` says whether it blocked the text."""

    filtered: bool
    severity: Literal["safe", "low", "medium", "high"]


class AzureDetection(WireModel):
    """A yes-or-no filter; protected code may cite the repository it was found in."""

    filtered: bool
    detected: bool
    citation: OrAbsent[dict[str, Any]] = None


class AzureFilterError(WireModel):
    """The filter itself failed."""

    code: str | int
    message: str


class AzureFilterResults(WireModel):
    """What each content filter said; only the filters that are switched on are there."""

    custom_blocklists: OrAbsent[dict[str, Any] | list[dict[str, Any]]] = None
    error: OrAbsent[AzureFilterError] = None
    hate: OrAbsent[AzureSeverity] = None
    indirect_attack: OrAbsent[AzureDetection] = None
    jailbreak: OrAbsent[AzureDetection] = None
    profanity: OrAbsent[AzureDetection] = None
    protected_material_code: OrAbsent[AzureDetection] = None
    protected_material_text: OrAbsent[AzureDetection] = None
    self_harm: OrAbsent[AzureSeverity] = None
    sexual: OrAbsent[AzureSeverity] = None
    violence: OrAbsent[AzureSeverity] = None


class AzurePromptFilter(WireModel):
    """The filters' results for one of the prompts."""

    prompt_index: int
    content_filter_results: AzureFilterResults


class AzureChoice(WireModel):
    """A choice and what the filters said about it (api-version 2023-07-01-preview or later)."""

    finish_reason: CreateCompletionResponseFinishReason
    index: int
    logprobs: CreateCompletionResponseLogprobs | None
    text: str
    content_filter_results: OrAbsent[AzureFilterResults] = None


class AzureResponse(WireModel):
    """A body and what the filters said about the prompt."""

    id: str
    choices: list[AzureChoice]
    created: int
    model: str
    system_fingerprint: OrAbsent[str] = None
    object: CreateCompletionResponseObject
    usage: OrAbsent[OpenAIUsage] = None
    prompt_filter_results: OrAbsent[list[AzurePromptFilter]] = None


class AzureChunkChoice(WireModel):
    """A chunk's choice."""

    finish_reason: CreateCompletionResponseFinishReason | None
    index: int
    logprobs: CreateCompletionResponseLogprobs | None
    text: str
    content_filter_results: OrAbsent[AzureFilterResults] = None


class AzureChunk(WireModel):
    """A chunk; the first may carry the prompt's filter results and nothing else.

    That one has no choices and an empty ``id``, ``model`` and ``object``.
    """

    id: str
    choices: list[AzureChunkChoice]
    created: int
    model: str
    system_fingerprint: str | None = None
    object: Literal["text_completion", ""]
    usage: OpenAIUsage | None = None
    prompt_annotations: OrAbsent[list[AzurePromptFilter]] = None
    """The older name of ``prompt_filter_results``."""
    prompt_filter_results: OrAbsent[list[AzurePromptFilter]] = None


class AzureErrorDetail(WireModel):
    """An error of the gateway (``code`` and ``message`` only) or of the content filter."""

    code: str | None
    message: str
    type: str | None = None
    param: str | None = None
    status: OrAbsent[int] = None
    innererror: OrAbsent[dict[str, Any]] = None


class AzureErrorResponse(WireModel):
    """An error as Azure wraps it."""

    error: AzureErrorDetail


AZURE = Dialect("azure", AzureResponse, AzureChunk, AzureErrorResponse)
