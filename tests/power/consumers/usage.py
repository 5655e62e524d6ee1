"""Consumers that count tokens."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import requests

from tests.power.consumers.asking import MODEL, STORY, posted
from tests.power.pair import Pair

if TYPE_CHECKING:
    import httpx
    import openai

PRICE = 0.002


def usage_absent(client: openai.OpenAI) -> float | None:
    """``usage`` is taken for granted, although the schema makes it optional.

    Source: SWE-agent/SWE-agent#168, rowboatlabs/rowboat#116.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY)
    return answer.usage.total_tokens * PRICE  # type: ignore[union-attr]


def usage_absent_fixed(client: openai.OpenAI) -> float | None:
    """No usage, no price."""
    answer = client.completions.create(model=MODEL, prompt=STORY)
    return answer.usage.total_tokens * PRICE if answer.usage else None


def completion_tokens_absent(http: httpx.Client) -> int:
    """A usage without ``completion_tokens``, as sent when nothing was generated.

    Source: microsoft/autogen#6352, livekit/agents#6596.
    """
    usage = posted(http).get("usage")
    return usage["completion_tokens"] + usage.get("prompt_tokens", 0) if usage else 0


def completion_tokens_absent_fixed(http: httpx.Client) -> int:
    """What is not counted counts nothing."""
    usage = posted(http).get("usage") or {}
    return (usage.get("completion_tokens") or 0) + (usage.get("prompt_tokens") or 0)


def zero_tokens(client: openai.OpenAI) -> float | None:
    """Seconds per token, divided by the zero tokens of an empty answer.

    Source: BerriAI/litellm#12734, openshift-psap/llm-load-test#54.
    """
    started = time.perf_counter()
    answer = client.completions.create(model=MODEL, prompt=STORY)
    took = time.perf_counter() - started
    tokens = answer.usage.completion_tokens if answer.usage else None
    return took / tokens if tokens is not None else None


def zero_tokens_fixed(client: openai.OpenAI) -> float | None:
    """No token, no rate."""
    started = time.perf_counter()
    answer = client.completions.create(model=MODEL, prompt=STORY)
    took = time.perf_counter() - started
    tokens = (answer.usage.completion_tokens if answer.usage else None) or 0
    return took / tokens if tokens > 0 else None


def usage_null_in_chunks(base: str) -> int:
    """``usage`` is there in every chunk, and null in all but the last.

    Source: Continuum-AI-Corp/OrcaRouter-Lite#125, camel-ai/camel#3602.
    """
    total = 0
    for line in _lines(base):
        chunk = json.loads(line)
        if "usage" in chunk:
            total += chunk["usage"]["total_tokens"]
    return total


def usage_null_in_chunks_fixed(base: str) -> int:
    """A null usage is no usage."""
    return sum(
        (json.loads(line).get("usage") or {}).get("total_tokens", 0) for line in _lines(base)
    )


def billed_per_chunk(base: str) -> list[int]:
    """Some servers put the usage so far into every chunk; each is billed.

    Source: open-webui/open-webui#29064, pydantic/pydantic-ai#4056.
    """
    usages = [json.loads(line).get("usage") for line in _lines(base)]
    return [usage.get("total_tokens") or 0 for usage in usages if usage]


def billed_per_chunk_fixed(base: str) -> list[int]:
    """The last usage is the bill."""
    usages = [json.loads(line).get("usage") for line in _lines(base)]
    return [usage.get("total_tokens") or 0 for usage in usages if usage][-1:]


def _lines(base: str) -> list[bytes]:
    asked = {
        "model": MODEL,
        "prompt": STORY,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    with requests.post(f"{base}/completions", json=asked, stream=True, timeout=5) as response:
        lines = [line for line in response.iter_lines() if line.startswith(b"data: ")]
    return [line[6:] for line in lines if line != b"data: [DONE]"]


PAIRS = (
    Pair(usage_absent, usage_absent_fixed, ("valid",), ("AttributeError",)),
    Pair(completion_tokens_absent, completion_tokens_absent_fixed, ("observed",), ("KeyError",)),
    Pair(zero_tokens, zero_tokens_fixed, ("valid",), ("ZeroDivisionError",)),
    Pair(
        billed_per_chunk,
        billed_per_chunk_fixed,
        ("observed",),
        ("AssertionError",),
        check=lambda bills: len(bills) <= 1,
    ),
    Pair(usage_null_in_chunks, usage_null_in_chunks_fixed, ("valid",), ("TypeError",)),
)
