"""Promise: what ``llama-cpp-python`` really sent is recorded here, and replays as it came.

Recorded anew by ``python tests/servers/record.py llama_cpp``. The server keeps to OpenAI's schema,
logprobs and echo included, so that every finding here would be a false alarm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest

from pytest_argot import argot_cassette
from tests.recordings.prompts import GREEDY, HAIKU, HAIKU_TEXT
from tests.recordings.servers import LLAMA_CPP

if TYPE_CHECKING:
    from pytest_argot import Tape

BASE = LLAMA_CPP


@argot_cassette("llama_cpp/plain")
def test_plain(client: openai.OpenAI, argot: Tape) -> None:
    """A completion reads the same through the client and as the recorded response."""
    answer = client.completions.create(**HAIKU)
    assert answer.choices[0].text == HAIKU_TEXT
    assert answer.choices[0].finish_reason == "stop"
    (recorded,) = argot.completions
    assert recorded.model_dump() == answer.model_dump(exclude_unset=True)
    assert argot.findings == ()


@argot_cassette("llama_cpp/plain", dialect="openai_spec")
def test_plain_keeps_to_the_letter_of_openai(completion: Any) -> None:
    """The recorded answer fits OpenAI's published schema, without a single finding."""
    assert completion.choices[0].logprobs is None
    assert completion.usage.total_tokens == 20


@argot_cassette("llama_cpp/streamed")
def test_streamed(client: openai.OpenAI, argot: Tape) -> None:
    """A stream arrives in its recorded pieces, finishes once and ends with ``[DONE]``."""
    chunks = list(client.completions.create(**HAIKU, stream=True))
    texts = [chunk.choices[0].text for chunk in chunks]
    assert "".join(texts) == HAIKU_TEXT
    assert len(chunks) == len(argot.chunks) == 15
    assert [chunk.choices[0].finish_reason for chunk in argot.chunks] == [None] * 14 + ["stop"]
    assert argot.interactions[0].response.body.rstrip().endswith(b"data: [DONE]")


@argot_cassette("llama_cpp/streamed", dialect="openai")
def test_streamed_as_data(completion: Any, argot: Tape) -> None:
    """The chunks of a stream merge into one completion, by OpenAI's own schema too."""
    (choice,) = completion.choices
    assert choice.text == HAIKU_TEXT
    assert choice.finish_reason == "stop"
    assert completion.usage is None
    assert argot.findings == ()


@argot_cassette("llama_cpp/stop")
def test_stop(client: openai.OpenAI, argot: Tape) -> None:
    """A stop string ends the text and is not part of it."""
    answer = client.completions.create(**HAIKU, stop="again")
    assert answer.choices[0].text == " A borrowed tape hums,\nthe old voice walks in "
    assert argot.completions[0].choices[0].finish_reason == "stop"


@argot_cassette("llama_cpp/logprobs")
def test_logprobs(client: openai.OpenAI, argot: Tape) -> None:
    """Each token comes with its probability and the candidates it won against."""
    answer = client.completions.create(**HAIKU, max_tokens=5, logprobs=2)
    logprobs = argot.completions[0].choices[0].logprobs
    assert logprobs.tokens == [" A", " borrowed", " tape", " hums,\n", "the"]
    assert all(number < 0 for number in logprobs.token_logprobs)
    seen = answer.choices[0].logprobs
    assert seen is not None
    assert seen.token_logprobs == logprobs.token_logprobs
    first = logprobs.top_logprobs[0]
    assert first[" A"] == max(first.values())
    assert len(first) == 2


@argot_cassette("llama_cpp/echo")
def test_echo(client: openai.OpenAI, argot: Tape) -> None:
    """The prompt comes back before the text."""
    answer = client.completions.create(**HAIKU, echo=True)
    assert answer.choices[0].text == HAIKU["prompt"] + HAIKU_TEXT
    assert argot.completions[0].choices[0].text == HAIKU["prompt"] + HAIKU_TEXT


@argot_cassette("llama_cpp/echo_logprobs")
def test_echo_logprobs(client: openai.OpenAI, argot: Tape) -> None:
    """The first token of an echoed prompt has no probability: null, and no drift."""
    client.completions.create(**HAIKU, max_tokens=5, echo=True, logprobs=2)
    logprobs = argot.completions[0].choices[0].logprobs
    assert logprobs.tokens[:2] == ["Write", " a"]
    assert logprobs.token_logprobs[0] is None
    assert logprobs.top_logprobs[0] is None
    assert None not in logprobs.token_logprobs[1:]


@argot_cassette("llama_cpp/logprobs_streamed")
def test_logprobs_streamed(client: openai.OpenAI, argot: Tape) -> None:
    """The probabilities of a stream's chunks merge into lists of one length."""
    stream = client.completions.create(**HAIKU, max_tokens=5, logprobs=2, stream=True)
    assert sum(1 for _ in stream) == len(argot.chunks)
    (choice,) = argot.completions[0].choices
    logprobs = choice.logprobs
    assert "".join(logprobs.tokens) == choice.text
    assert len(logprobs.tokens) == len(logprobs.token_logprobs) == len(logprobs.top_logprobs)


@argot_cassette("llama_cpp/unknown_model")
def test_unknown_model(client: openai.OpenAI, argot: Tape) -> None:
    """The server answers to any name and says the name back."""
    client.completions.create(model="no-such-model", prompt="Say hello!", temperature=0)
    assert argot.completions[0].model == "no-such-model"
    assert argot.completions[0].choices[0].text == " Gladly."


@argot_cassette("llama_cpp/too_long")
def test_too_long(client: openai.OpenAI, argot: Tape) -> None:
    """A prompt longer than the context is the client's BadRequestError, in OpenAI's envelope."""
    with pytest.raises(openai.BadRequestError, match="maximum context length is 512 tokens"):
        client.completions.create(**GREEDY, prompt="🍲" * 130)  # four tokens each
    assert argot.completions == []
    assert argot.responses[0].error.code == "context_length_exceeded"


@argot_cassette("llama_cpp/malformed")
def test_malformed(argot: Tape) -> None:
    """A request without a prompt breaks the server, which still keeps to the error envelope."""
    answer = httpx.post(f"{BASE}/completions", json=GREEDY)
    assert answer.status_code == 500
    assert argot.responses[0].error.type == "internal_server_error"
