"""Consumers that look at why the text ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.power.consumers.asking import MODEL, STORY, AppError
from tests.power.pair import NOT_RAISED, Pair
from tests.servers.completions import WORDS

if TYPE_CHECKING:
    import openai

MARKS = {"stop": ".", "length": "...", "content_filter": "[removed]"}


def finish_unknown(client: openai.OpenAI) -> list[str]:
    """Every ``finish_reason`` of the schema is mapped, and servers send others.

    Source: pydantic/pydantic-ai#2844, dstackai/dstack#2229.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY)
    return [f"{choice.text}{MARKS[choice.finish_reason]}" for choice in answer.choices or []]


def finish_unknown_fixed(client: openai.OpenAI) -> list[str]:
    """An unknown reason has no mark."""
    answer = client.completions.create(model=MODEL, prompt=STORY)
    return [
        f"{choice.text}{MARKS.get(choice.finish_reason, '')}" for choice in answer.choices or []
    ]


async def finish_without_default(aclient: openai.AsyncOpenAI) -> list[str]:
    """``match`` knows two of the three reasons and has no default.

    Source: Oaklight/llm-rosetta#93, pydantic/pydantic-ai#7678.
    """
    answer = await aclient.completions.create(model=MODEL, prompt=STORY)
    states = []
    for choice in answer.choices:
        match choice.finish_reason:
            case "stop":
                state = "whole"
            case "length":
                state = "cut"
        states.append(state)
    return states


async def finish_without_default_fixed(aclient: openai.AsyncOpenAI) -> list[str]:
    """Anything else is called other."""
    answer = await aclient.completions.create(model=MODEL, prompt=STORY)
    states = []
    for choice in answer.choices:
        match choice.finish_reason:
            case "stop":
                state = "whole"
            case "length":
                state = "cut"
            case _:
                state = "other"
        states.append(state)
    return states


def filtered_as_answer(client: openai.OpenAI) -> str | None:
    """Text that a content filter has cut is shown as the answer.

    Source: Oaklight/llm-rosetta#93, agent0ai/agent-zero#1836.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY)
    return answer.choices[0].text if answer.choices else None


def filtered_as_answer_fixed(client: openai.OpenAI) -> str | None:
    """A filtered text is an error."""
    answer = client.completions.create(model=MODEL, prompt=STORY)
    if any(choice.finish_reason == "content_filter" for choice in answer.choices):
        raise AppError("filtered")
    return answer.choices[0].text if answer.choices else None


def cut_as_whole(client: openai.OpenAI) -> Any:
    """JSON that ends at the limit of tokens is parsed as if it were whole.

    Source: 567-labs/instructor#276, browser-use/browser-use#5148.
    """
    answer = client.completions.create(model=MODEL, prompt="Paris as JSON:")
    first = next((choice for choice in answer.choices if choice.index == 0), None)
    return json.loads(first.text) if first else None


def cut_as_whole_fixed(client: openai.OpenAI) -> Any:
    """A text that was cut is an error."""
    answer = client.completions.create(model=MODEL, prompt="Paris as JSON:")
    first = next((choice for choice in answer.choices if choice.index == 0), None)
    if first and first.finish_reason == "length":
        raise AppError("cut")
    return json.loads(first.text) if first else None


def finish_empty_midway(client: openai.OpenAI) -> list[str]:
    """An empty ``finish_reason`` in the middle of a stream is taken for the end.

    Source: ollama/ollama#4357, sgl-project/sglang#3912.
    """
    words = []
    for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
        for choice in chunk.choices or []:
            words.append(choice.text or "")
            if getattr(choice, "finish_reason", None) is not None:
                return words
    return words


def finish_empty_midway_fixed(client: openai.OpenAI) -> list[str]:
    """The text is over when the stream is."""
    stream = client.completions.create(model=MODEL, prompt=STORY, stream=True)
    return [choice.text or "" for chunk in stream for choice in chunk.choices or []]


PAIRS = (
    Pair(finish_unknown, finish_unknown_fixed, ("observed",), ("KeyError",)),
    Pair(
        finish_without_default,
        finish_without_default_fixed,
        ("valid",),
        ("UnboundLocalError",),
    ),
    Pair(
        filtered_as_answer,
        filtered_as_answer_fixed,
        ("valid",),
        (NOT_RAISED,),
        expect=("choices[*].finish_reason=content_filter",),
    ),
    Pair(
        cut_as_whole,
        cut_as_whole_fixed,
        ("valid",),
        (NOT_RAISED,),
        expect=("choices[*].finish_reason=length",),
    ),
    Pair(
        finish_empty_midway,
        finish_empty_midway_fixed,
        ("observed",),
        ("AssertionError",),
        check=lambda words: len(words) >= len(WORDS),
    ),
)
