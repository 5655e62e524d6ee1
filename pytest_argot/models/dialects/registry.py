"""The dialects by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pytest_argot.errors import Misuse
from pytest_argot.models.dialects.azure import AZURE
from pytest_argot.models.dialects.dialect import Dialect
from pytest_argot.models.dialects.litellm import LITELLM
from pytest_argot.models.dialects.llama_cpp import LLAMA_CPP
from pytest_argot.models.dialects.ollama import OLLAMA
from pytest_argot.models.dialects.openai import OPENAI
from pytest_argot.models.dialects.openai_spec import OPENAI_SPEC
from pytest_argot.models.dialects.sglang import SGLANG
from pytest_argot.models.dialects.together import TOGETHER
from pytest_argot.models.dialects.transformers import TRANSFORMERS
from pytest_argot.models.dialects.vllm import VLLM

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        each.name: each
        for each in (
            OPENAI,
            OPENAI_SPEC,
            AZURE,
            VLLM,
            SGLANG,
            TOGETHER,
            LLAMA_CPP,
            OLLAMA,
            LITELLM,
            TRANSFORMERS,
        )
    }
)
"""Every dialect, the default first. Read-only."""


def dialect(name: str) -> Dialect:
    """Give the dialect called ``name``; ``Misuse`` names what is allowed otherwise."""
    try:
        return DIALECTS[name]
    except KeyError:
        raise Misuse(
            f"There is no dialect {name!r}.",
            fix=f"use one of {', '.join(DIALECTS)}, or bring your own model",
        ) from None
