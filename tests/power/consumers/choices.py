"""Consumers that rely on how many choices come, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openai

from tests.power.consumers.asking import MODEL, STORY, AppError, posted
from tests.power.pair import Pair

if TYPE_CHECKING:
    import httpx

FRANCE, JAPAN = PROMPTS = ["The capital of France is", "The capital of Japan is"]


def choices_empty(client: openai.OpenAI) -> str | None:
    """The first of no choices.

    Source: genkit-ai/genkit#6232, 567-labs/instructor#2548.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY)
    return answer.choices[0].text.strip()


def choices_empty_fixed(client: openai.OpenAI) -> str | None:
    """No choice, no text."""
    answer = client.completions.create(model=MODEL, prompt=STORY)
    return answer.choices[0].text.strip() if answer.choices else None


def choices_out_of_order(http: httpx.Client) -> dict[str, str]:
    """The place in the list is taken for ``index``.

    Source: InternLM/lmdeploy#2395, vllm-project/vllm#394.
    """
    choices = posted(http, PROMPTS)["choices"]
    return {prompt: choice["text"] for prompt, choice in zip(PROMPTS, choices, strict=False)}


def choices_out_of_order_fixed(http: httpx.Client) -> dict[str, str]:
    """``index`` says which prompt a choice answers; indices that cannot be are no answer."""
    choices = posted(http, PROMPTS)["choices"]
    texts = {choice["index"]: choice["text"] for choice in choices}
    if not set(range(len(PROMPTS))) <= texts.keys() or len(texts) < len(choices):
        return {}
    return {prompt: texts[at] for at, prompt in enumerate(PROMPTS)}


def _fits(texts: dict[str, str]) -> bool:
    return "Paris" in texts.get(FRANCE, "Paris") and "Tokyo" in texts.get(JAPAN, "Tokyo")


def choices_missing(client: openai.OpenAI) -> str:
    """Two texts are asked for, and there are never fewer or more.

    Source: vllm-project/vllm#52398, openai/openai-python#90.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY, n=2)
    first, second = answer.choices
    return max(first.text, second.text, key=len)


def choices_missing_fixed(client: openai.OpenAI) -> str:
    """The longest of those that came."""
    answer = client.completions.create(model=MODEL, prompt=STORY, n=2)
    return max((choice.text for choice in answer.choices), key=len, default="")


def usage_chunk_without_choices(client: openai.OpenAI) -> str:
    """A chunk without choices, such as the one that carries the usage.

    Source: TheR1D/shell_gpt#457, awslabs/llmeter#34.
    """
    text = ""
    try:
        for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
            text += chunk.choices[0].text
    except (openai.OpenAIError, ValueError) as error:
        raise AppError("the stream broke") from error
    return text


def usage_chunk_without_choices_fixed(client: openai.OpenAI) -> str:
    """Whatever choices a chunk has."""
    text = ""
    try:
        for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
            text += "".join(choice.text for choice in chunk.choices)
    except (openai.OpenAIError, ValueError) as error:
        raise AppError("the stream broke") from error
    return text


PAIRS = (
    Pair(choices_empty, choices_empty_fixed, ("valid",), ("IndexError",)),
    Pair(
        choices_out_of_order,
        choices_out_of_order_fixed,
        ("valid",),
        ("AssertionError",),
        check=_fits,
    ),
    Pair(choices_missing, choices_missing_fixed, ("valid",), ("ValueError",)),
    Pair(
        usage_chunk_without_choices,
        usage_chunk_without_choices_fixed,
        ("stream",),
        ("IndexError",),
    ),
)
