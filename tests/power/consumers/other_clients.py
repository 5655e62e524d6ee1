"""Correct programs on the clients that no pair uses, and one in threads."""

from __future__ import annotations

import asyncio
import http.client
import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import aiohttp
import openai
import pydantic
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tests.power.consumers.asking import MODEL, STORY, AppError
from tests.power.pair import Innocent

if TYPE_CHECKING:
    import httpx

ASKED = {"model": MODEL, "prompt": STORY}
BUSY = (429, 500, 502, 503, 504, 529)


class Choice(pydantic.BaseModel):
    """What these programs need of a choice."""

    text: str


class Answer(pydantic.BaseModel):
    """What these programs need of an answer."""

    choices: list[Choice]


def texts_of(body: bytes) -> list[str]:
    """Read the texts; anything but an answer is the application's error."""
    try:
        return [choice.text for choice in Answer.model_validate_json(body).choices]
    except pydantic.ValidationError as error:
        raise AppError("not the answer we know") from error


def with_urllib(base: str) -> list[str]:
    """Asks with the standard library."""
    request = urllib.request.Request(
        f"{base}/completions",
        data=json.dumps(ASKED).encode(),
        headers={"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return texts_of(response.read())
    except (OSError, http.client.HTTPException) as error:
        raise AppError("no answer") from error


async def with_aiohttp(base: str) -> list[str]:
    """Asks with aiohttp."""
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{base}/completions", json=ASKED) as response,
        ):
            response.raise_for_status()
            return texts_of(await response.read())
    except (aiohttp.ClientError, TimeoutError) as error:
        raise AppError("no answer") from error


def with_adapter(base: str) -> list[str]:
    """Leaves asking again to urllib3."""
    retry = Retry(total=2, status_forcelist=BUSY, allowed_methods=None, backoff_factor=0.1)
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retry))
        try:
            response = session.post(f"{base}/completions", json=ASKED, timeout=5)
            response.raise_for_status()
        except requests.RequestException as error:
            raise AppError("no answer") from error
    return texts_of(response.content)


async def streamed_async(aclient: openai.AsyncOpenAI) -> str:
    """Streams without blocking; a text without an end is the application's error."""
    text, finished = "", False
    try:
        stream = await aclient.completions.create(**ASKED, stream=True)
        async for chunk in stream:
            for choice in chunk.choices:
                text += choice.text
                finished = finished or bool(choice.finish_reason)
    except (openai.OpenAIError, ValueError) as error:
        raise AppError("the stream broke") from error
    if not finished:
        raise AppError("the stream was cut")
    return text


async def lines_async(ahttp: httpx.AsyncClient) -> int:
    """Counts the events of a stream by hand."""
    import httpx

    asked = {**ASKED, "stream": True}
    try:
        async with ahttp.stream("POST", "completions", json=asked) as response:
            response.raise_for_status()
            body = b"".join([piece async for piece in response.aiter_bytes()])
    except httpx.HTTPError as error:
        raise AppError("no stream") from error
    return sum(line.startswith(b"data:") for line in body.splitlines())


def in_threads(client: openai.OpenAI) -> list[int]:
    """Asks two prompts in two threads."""

    def ask(prompt: str) -> int:
        return len(client.completions.create(model=MODEL, prompt=prompt).choices)

    prompts = ["The capital of France is", "The capital of Japan is"]
    with ThreadPoolExecutor(2) as pool:
        try:
            return list(pool.map(ask, prompts))
        except openai.OpenAIError as error:
            raise AppError("no answer") from error


async def in_task_group(aclient: openai.AsyncOpenAI) -> list[int]:
    """Asks two prompts in a task group."""
    prompts = ["The capital of France is", "The capital of Japan is"]
    try:
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(aclient.completions.create(model=MODEL, prompt=prompt))
                for prompt in prompts
            ]
    except* openai.OpenAIError as errors:
        raise AppError("no answer") from errors
    return [len(task.result().choices) for task in asked]


INNOCENTS = (
    Innocent(with_urllib, ("drift", "http")),
    Innocent(with_aiohttp, ("drift", "http")),
    Innocent(with_adapter, ("valid", "http")),
    Innocent(streamed_async, ("valid", "content", "stream", "http")),
    Innocent(lines_async, ("stream", "http")),
    Innocent(in_threads, ("valid", "http")),
    Innocent(in_task_group, ("valid", "http")),
)
