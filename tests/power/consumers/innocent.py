"""Correct programs that ask more than once: no variant may accuse them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import openai
import pydantic

from tests.power.consumers.asking import MODEL, STORY, AppError
from tests.power.consumers.retries import asked_once, seconds, text_of
from tests.power.pair import Innocent
from tests.servers.completions import TEXT

if TYPE_CHECKING:
    import httpx

STEPS = 4
TOO_MANY, BROKEN = 429, 500


class Choice(pydantic.BaseModel):
    """What these programs need of a choice."""

    text: str
    finish_reason: str | None = None


class Answer(pydantic.BaseModel):
    """What these programs need of an answer."""

    choices: list[Choice] = pydantic.Field(min_length=1)


def _first(client: openai.OpenAI, prompt: str) -> Choice | None:
    """Ask; an answer without choices is none, one that cannot be read is an error."""
    try:
        raw = client.completions.with_raw_response.create(model=MODEL, prompt=prompt)
        return Answer.model_validate_json(raw.content).choices[0]
    except openai.OpenAIError as error:
        raise AppError("no answer") from error
    except pydantic.ValidationError as error:
        if {problem["type"] for problem in error.errors()} == {"too_short"}:
            return None
        raise AppError("not the answer we know") from error


def two_step_agent(client: openai.OpenAI) -> str:
    """Searches when told to, then asks again with what was found."""
    prompt = "Question: what is a fox?"
    for _ in range(STEPS):
        choice = _first(client, prompt)
        if choice is None:
            return "no idea"
        if not choice.text.startswith("SEARCH "):
            return choice.text
        prompt += "\nFound: a small wild dog"
    return "no idea"


def continued_on_length(client: openai.OpenAI) -> str:
    """Asks for the rest as long as the text was cut."""
    prompt = text = "Tell it in two parts:"
    for _ in range(STEPS):
        choice = _first(client, text)
        if choice is None:
            break
        text += choice.text
        if choice.finish_reason != "length":
            break
    return text.removeprefix(prompt)


async def gathered(aclient: openai.AsyncOpenAI) -> list[int]:
    """Asks two prompts at once."""
    prompts = ["The capital of France is", "The capital of Japan is"]
    asked = [aclient.completions.create(model=MODEL, prompt=prompt) for prompt in prompts]
    try:
        answers = await asyncio.gather(*asked)
    except openai.OpenAIError as error:
        raise AppError("no answer") from error
    return [len(answer.choices) for answer in answers]


def patient(http: httpx.Client) -> str | None:
    """Asks again, three times at most."""
    for _ in range(STEPS):
        response = asked_once(http)
        if response.status_code == TOO_MANY or response.status_code >= BROKEN:
            time.sleep(seconds(response.headers.get("retry-after")))
            continue
        if response.is_success and response.json().get("choices") == []:
            return None
        return text_of(response)
    raise AppError("busy")


def resumed(client: openai.OpenAI) -> str:
    """Streams; what did not come to its end is asked for once more."""
    for _ in range(2):
        text, finished = "", False
        try:
            for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
                for choice in chunk.choices:
                    text += choice.text
                    finished = finished or bool(choice.finish_reason)
        except (openai.OpenAIError, ValueError):
            continue
        if finished:
            return text
    raise AppError("no luck")


def recited(client: openai.OpenAI) -> str:
    """Streams the way every example does: the first choice of each chunk, no more."""
    text, finished = "", False
    try:
        for chunk in client.completions.create(model=MODEL, prompt=STORY, stream=True):
            if chunk.choices:
                text += chunk.choices[0].text
                finished = finished or bool(chunk.choices[0].finish_reason)
    except (openai.OpenAIError, ValueError, AttributeError) as error:
        raise AppError("the stream broke") from error
    if not finished:
        raise AppError("the stream was cut")
    return text


def quoted(client: openai.OpenAI) -> str:
    """Asks for one text and takes the first."""
    answer = client.completions.create(model=MODEL, prompt=STORY)
    return answer.choices[0].text if answer.choices else TEXT


def _exactly(text: str) -> bool:
    return text == TEXT


INNOCENTS = (
    Innocent(two_step_agent, ("valid", "content", "observed", "drift", "http")),
    Innocent(continued_on_length, ("valid", "content", "observed", "http")),
    Innocent(gathered, ("valid", "http")),
    Innocent(patient, ("valid", "content", "http")),
    Innocent(resumed, ("stream", "http")),
    Innocent(recited, ("valid", "stream"), check=_exactly),
    Innocent(quoted, ("valid",), check=_exactly),
)
