"""Promise: what ``transformers serve`` really sent is recorded here, and replays as it came.

Recorded anew by ``python tests/servers/record.py transformers``. The server keeps to a part of the
API: no logprobs, no echo, no ``[DONE]``, and ``created`` is the time of each chunk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest

from pytest_argot import argot_cassette
from tests.recordings.prompts import HAIKU, HAIKU_TEXT
from tests.recordings.servers import TRANSFORMERS

if TYPE_CHECKING:
    from pytest_argot import Tape

BASE = TRANSFORMERS


@argot_cassette("transformers/plain")
def test_plain(client: openai.OpenAI, argot: Tape) -> None:
    """A completion reads the same through the client and as the recorded response."""
    answer = client.completions.create(**HAIKU)
    assert answer.choices[0].text == HAIKU_TEXT
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "tiny-llama@main"
    (recorded,) = argot.completions
    assert recorded.id == answer.id
    assert recorded.choices[0].text == HAIKU_TEXT
    assert argot.findings == ()


@argot_cassette("transformers/plain")
def test_plain_as_data(completion: Any) -> None:
    """The recorded completion is there without a client, parsed by the dialect of the route."""
    assert completion.object == "text_completion"
    usage = completion.usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens == 21
    assert "logprobs" not in completion.model_dump()["choices"][0]


@argot_cassette("transformers/streamed")
def test_streamed(client: openai.OpenAI, argot: Tape) -> None:
    """A stream arrives in its recorded pieces, finishes once and ends without ``[DONE]``."""
    chunks = list(client.completions.create(**HAIKU, stream=True))
    texts = [chunk.choices[0].text for chunk in chunks]
    assert "".join(texts) == HAIKU_TEXT
    assert len(chunks) == len(argot.chunks) == 15
    assert [chunk.choices[0].finish_reason for chunk in argot.chunks] == [None] * 14 + ["stop"]
    assert b"[DONE]" not in argot.interactions[0].response.body
    assert len({chunk.id for chunk in argot.chunks}) == 1
    assert chunks[-1].usage is not None


@argot_cassette("transformers/streamed")
def test_streamed_as_data(completion: Any) -> None:
    """The chunks of a stream merge into the completion that is sent whole."""
    (choice,) = completion.choices
    assert choice.text == HAIKU_TEXT
    assert choice.finish_reason == "stop"
    assert completion.usage.completion_tokens == 15


@argot_cassette("transformers/stop")
def test_stop(client: openai.OpenAI, argot: Tape) -> None:
    """A stop string ends the text; this server takes a piece of the text along."""
    answer = client.completions.create(**HAIKU, stop="again")
    assert answer.choices[0].text.startswith(" A borrowed tape hums,\nthe old voice walks in")
    assert answer.choices[0].finish_reason == "stop"
    assert argot.completions[0].usage.completion_tokens == 10


@argot_cassette("transformers/unknown_model")
def test_unknown_model(client: openai.OpenAI, argot: Tape) -> None:
    """An unknown model is the client's BadRequestError, and an error response of the dialect."""
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model="no-such-model", prompt="Say hello!")
    assert argot.completions == []
    assert argot.responses[0].detail.startswith("Server is pinned to 'tiny-llama'")
    assert caught.value.body == argot.responses[0].model_dump()


@argot_cassette("transformers/unknown_field")
def test_unknown_field(client: openai.OpenAI, argot: Tape) -> None:
    """A request with a field the server does not know is refused with a text."""
    with pytest.raises(openai.UnprocessableEntityError):
        client.completions.create(**HAIKU, extra_body={"frobnicate": 1})
    assert argot.interactions[0].response.status == 422
    assert "frobnicate" in argot.responses[0].detail


@argot_cassette("transformers/malformed")
def test_malformed(argot: Tape) -> None:
    """A request that is not JSON is refused with a list; it is found again by its bytes."""
    cut = b'{"model": "tiny-llama", "prompt":'
    head = {"content-type": "application/json"}
    answer = httpx.post(f"{BASE}/completions", content=cut, headers=head)
    assert answer.status_code == 422
    assert answer.json() == argot.responses[0].model_dump()
    assert argot.responses[0].detail[0]["type"] == "json_invalid"
