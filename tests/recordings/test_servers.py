"""Promise: what every server answers alike is recorded from each of them, and replays alike.

Recorded anew by ``python tests/servers/record.py`` and the server's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot import argot_cassette
from tests.recordings.prompts import (
    DINNER,
    DINNER_TEXT,
    HAIKU,
    HAIKU_TEXT,
    STORY,
    STORY_TEXT,
)
from tests.recordings.servers import LLAMA_CPP, TRANSFORMERS

if TYPE_CHECKING:
    import openai

    from pytest_argot import Tape


def recorded(name: str) -> pytest.MarkDecorator:
    """Run a test with the recording of that name of each server, at the server's address."""
    servers = {"llama_cpp": LLAMA_CPP, "transformers": TRANSFORMERS}
    return pytest.mark.parametrize(
        "base",
        [
            pytest.param(base, marks=argot_cassette(f"{server}/{name}"), id=server)
            for server, base in servers.items()
        ],
    )


@pytest.mark.asyncio
@recorded("async")
async def test_async(async_client: openai.AsyncOpenAI, argot: Tape) -> None:
    """The asynchronous client gets the same answer."""
    answer = await async_client.completions.create(**HAIKU)
    assert answer.choices[0].text == HAIKU_TEXT
    assert argot.completions[0].id == answer.id
    assert argot.completions[0].created == answer.created


@pytest.mark.asyncio
@recorded("async_streamed")
async def test_async_streamed(async_client: openai.AsyncOpenAI, argot: Tape) -> None:
    """The asynchronous client gets the same stream."""
    stream = await async_client.completions.create(**HAIKU, stream=True)
    texts = [chunk.choices[0].text async for chunk in stream]
    assert "".join(texts) == HAIKU_TEXT
    assert texts == [chunk.choices[0].text for chunk in argot.chunks]


@recorded("non_ascii")
def test_non_ascii(client: openai.OpenAI, argot: Tape) -> None:
    """An accent and an emoji survive, and stand readable in the cassette."""
    assert client.completions.create(**DINNER).choices[0].text == DINNER_TEXT
    assert argot.record != "none" or "café 🍲" in argot.path.read_text(encoding="utf-8")


@recorded("non_ascii_streamed")
def test_non_ascii_streamed(client: openai.OpenAI, argot: Tape) -> None:
    """Characters of several tokens come out of a stream whole."""
    texts = [c.choices[0].text for c in client.completions.create(**DINNER, stream=True)]
    assert "".join(texts) == DINNER_TEXT == argot.completions[0].choices[0].text


@recorded("max_tokens_1")
def test_max_tokens_1(client: openai.OpenAI, argot: Tape) -> None:
    """One token is allowed and one token comes."""
    answer = client.completions.create(**HAIKU, max_tokens=1)
    assert answer.choices[0].text == " A"
    assert answer.choices[0].finish_reason == "length"
    assert argot.completions[0].usage.completion_tokens == 1


@recorded("long_stream")
def test_long_stream(client: openai.OpenAI, argot: Tape) -> None:
    """A long stream is recorded to its end."""
    chunks = list(client.completions.create(**STORY, stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks) == STORY_TEXT
    assert len(chunks) == len(argot.chunks) > 30
    assert argot.completions[0].choices[0].text == STORY_TEXT
