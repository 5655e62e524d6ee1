"""Record real completion responses, validate them, replay them, fail on schema drift.

The public names; each is imported when it is first used, so that ``import pytest_argot`` costs
nothing.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytest_argot import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_argot.drift.finding import Finding, Level
    from pytest_argot.errors import (
        ArgotError,
        ArgotWarning,
        CassetteCorrupt,
        CassetteMissing,
        DriftWarning,
        NetworkBlocked,
        NoMatch,
        SchemaDrift,
        SecretFound,
        UnplayedWarning,
    )
    from pytest_argot.fuzz.fuzz import Fuzz
    from pytest_argot.models import (
        CompletionTokensDetails,
        CompletionUsage,
        CreateCompletionChunk,
        CreateCompletionResponse,
        CreateCompletionResponseChoices,
        CreateCompletionResponseFinishReason,
        CreateCompletionResponseLogprobs,
        CreateCompletionResponseObject,
        ErrorResponse,
        PromptTokensDetails,
    )
    from pytest_argot.plugin.marker import argot_cassette
    from pytest_argot.tape.tape import Tape
    from pytest_argot.tape.use import use_cassette

__all__ = [
    "ArgotError",
    "ArgotWarning",
    "CassetteCorrupt",
    "CassetteMissing",
    "CompletionTokensDetails",
    "CompletionUsage",
    "CreateCompletionChunk",
    "CreateCompletionResponse",
    "CreateCompletionResponseChoices",
    "CreateCompletionResponseFinishReason",
    "CreateCompletionResponseLogprobs",
    "CreateCompletionResponseObject",
    "DriftWarning",
    "ErrorResponse",
    "Finding",
    "Fuzz",
    "Level",
    "NetworkBlocked",
    "NoMatch",
    "PromptTokensDetails",
    "SchemaDrift",
    "SecretFound",
    "Tape",
    "UnplayedWarning",
    "argot_cassette",
    "use_cassette",
]


_HOMES: Mapping[str, str] = MappingProxyType(
    {
        "argot_cassette": "plugin.marker",
        "Finding": "drift.finding",
        "Fuzz": "fuzz.fuzz",
        "Level": "drift.finding",
        "Tape": "tape.tape",
        "use_cassette": "tape.use",
    }
)


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name == "__version__":
        return version("pytest-argot")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name) or ("errors" if hasattr(errors, name) else "models")
    return getattr(import_module(f"{__name__}.{home}"), name)
