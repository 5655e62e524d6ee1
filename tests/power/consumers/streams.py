"""Consumers of streams, through the client library."""

from __future__ import annotations

import time

import openai

from tests.power.consumers.asking import MODEL, STORY, AppError
from tests.power.pair import Pair
from tests.servers.completions import WORDS


def cut_stream_kept(client: openai.OpenAI) -> str:
    """A stream that just ends is kept as a whole text.

    Source: GCWing/OpenBitFun#2038, griffinwork40/agent-afk#635.
    """
    text = ""
    try:
        for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
            text += "".join(choice.text for choice in chunk.choices)
    except (openai.OpenAIError, ValueError) as error:
        raise AppError("the stream broke") from error
    return text


def cut_stream_kept_fixed(client: openai.OpenAI) -> str:
    """A text is whole when a chunk says so."""
    text, finished = "", False
    try:
        for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
            for choice in chunk.choices:
                text += choice.text
                finished = finished or bool(choice.finish_reason)
    except (openai.OpenAIError, ValueError) as error:
        raise AppError("the stream broke") from error
    if not finished:
        raise AppError("the stream was cut")
    return text


def _whole(text: str) -> bool:
    return all(word in text for word in WORDS)


def finished_twice(client: openai.OpenAI) -> list[int]:
    """The end is announced for each chunk that carries a ``finish_reason``.

    Source: foundation-model-stack/fms-guardrails-orchestrator#482, QwenLM/qwen-code#2402.
    """
    ends: list[int] = []
    try:
        for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
            ends += [choice.index for choice in chunk.choices or [] if choice.finish_reason]
    except (openai.OpenAIError, ValueError) as error:
        raise AppError("the stream broke") from error
    if not ends:
        raise AppError("the stream was cut")
    return ends


def finished_twice_fixed(client: openai.OpenAI) -> list[int]:
    """A text ends once."""
    ended: set[int] = set()
    try:
        for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
            ended.update(choice.index for choice in chunk.choices or [] if choice.finish_reason)
    except (openai.OpenAIError, ValueError) as error:
        raise AppError("the stream broke") from error
    if not ended:
        raise AppError("the stream was cut")
    return list(ended)


def ids_change(client: openai.OpenAI) -> list[int]:
    """Texts are collected by the id of their chunks, which some servers make anew each time.

    Source: raullenchai/Rapid-MLX#752, BerriAI/litellm#38098.
    """
    texts: dict[tuple[str, int], str] = {}
    try:
        for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
            for choice in chunk.choices or []:
                key = chunk.id, choice.index
                texts[key] = texts.get(key, "") + (choice.text or "")
    except (openai.OpenAIError, ValueError) as error:
        raise AppError("the stream broke") from error
    return [index for _, index in texts]


def ids_change_fixed(client: openai.OpenAI) -> list[int]:
    """Texts are collected by the index of their choice."""
    texts: dict[int, str] = {}
    try:
        for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
            for choice in chunk.choices or []:
                texts[choice.index] = texts.get(choice.index, "") + (choice.text or "")
    except (openai.OpenAIError, ValueError) as error:
        raise AppError("the stream broke") from error
    return list(texts)


def _once_each(indices: list[int]) -> bool:
    return len(set(indices)) == len(indices)


def first_token_never(client: openai.OpenAI) -> float | None:
    """How long the first token took, of an answer that has none.

    Source: LMCache/LMCache#3258, vllm-project/production-stack#873.
    """
    started = time.perf_counter()
    first = None
    for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
        if first is None and any(choice.text for choice in chunk.choices or []):
            first = time.perf_counter()
    return first - started  # type: ignore[operator]


def first_token_never_fixed(client: openai.OpenAI) -> float | None:
    """No token, no time."""
    started = time.perf_counter()
    first = None
    for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
        if first is None and any(choice.text for choice in chunk.choices or []):
            first = time.perf_counter()
    return None if first is None else first - started


PAIRS = (
    Pair(first_token_never, first_token_never_fixed, ("content",), ("TypeError",)),
    Pair(
        cut_stream_kept,
        cut_stream_kept_fixed,
        ("stream",),
        ("AssertionError",),
        check=_whole,
    ),
    Pair(
        finished_twice,
        finished_twice_fixed,
        ("observed", "stream"),
        ("AssertionError",),
        check=_once_each,
    ),
    Pair(
        ids_change,
        ids_change_fixed,
        ("observed", "stream"),
        ("AssertionError",),
        check=_once_each,
    ),
)
