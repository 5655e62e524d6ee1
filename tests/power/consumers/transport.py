"""Consumers that forget what can go wrong before there is an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import openai
import requests

from tests.power.consumers.asking import MODEL, STORY, AppError
from tests.power.consumers.retries import BAD, text_of
from tests.power.pair import Pair

if TYPE_CHECKING:
    from collections.abc import Mapping

ASKED: Mapping[str, str] = {"model": MODEL, "prompt": STORY}


async def timeout_unhandled(ahttp: httpx.AsyncClient) -> str:
    """The server may be too slow, not only absent.

    Source: livekit/agents#807, run-llama/llama_index#6593.
    """
    try:
        response = await ahttp.post("completions", json=ASKED)
    except (httpx.NetworkError, httpx.ProtocolError, httpx.ConnectTimeout) as error:
        raise AppError("no connection") from error
    return text_of(response)


async def timeout_unhandled_fixed(ahttp: httpx.AsyncClient) -> str:
    """Whatever the transport reports."""
    try:
        response = await ahttp.post("completions", json=ASKED)
    except httpx.TransportError as error:
        raise AppError("no connection") from error
    return text_of(response)


def refused_unhandled(base: str) -> str:
    """The server may be gone, not only slow.

    Source: argilla-io/distilabel#76, zeno-ml/zeno-build#144.
    """
    try:
        response = requests.post(f"{base}/completions", json=ASKED, timeout=5)
    except requests.Timeout as error:
        raise AppError("too slow") from error
    return text_of(response)


def refused_unhandled_fixed(base: str) -> str:
    """Whatever requests reports."""
    try:
        response = requests.post(f"{base}/completions", json=ASKED, timeout=5)
    except requests.RequestException as error:
        raise AppError("no connection") from error
    return text_of(response)


def gateway_page(base: str) -> str:
    """The body of a 502 is a page of the gateway, not an error of the API.

    Source: Significant-Gravitas/AutoGPT#341, wwwzhouhui/Claude2-PyAPI#25.
    """
    try:
        response = requests.post(f"{base}/completions", json=ASKED, timeout=5)
    except requests.RequestException as error:
        raise AppError("no connection") from error
    if response.status_code >= BAD:
        raise AppError(str(response.json().get("error")))
    return text_of(response)


def gateway_page_fixed(base: str) -> str:
    """An error that cannot be read is still one."""
    try:
        response = requests.post(f"{base}/completions", json=ASKED, timeout=5)
    except requests.RequestException as error:
        raise AppError("no connection") from error
    if response.status_code >= BAD:
        raise AppError(f"status {response.status_code}: {response.text[:200]}")
    return text_of(response)


def error_flat(base: str) -> str:
    """The error of a server that is not OpenAI's has no ``error`` in it.

    Source: vllm-project/vllm#12886, cleanlab/cleanlab-studio#255.
    """
    try:
        response = requests.post(f"{base}/completions", json=ASKED, timeout=5)
        if response.status_code < BAD:
            return text_of(response)
        body = response.json()
    except requests.RequestException as error:
        raise AppError("no answer") from error
    raise AppError(body["error"]["message"])


def error_flat_fixed(base: str) -> str:
    """The message is where it is, or nowhere."""
    try:
        response = requests.post(f"{base}/completions", json=ASKED, timeout=5)
    except requests.RequestException as error:
        raise AppError("no connection") from error
    if response.status_code >= BAD:
        raise AppError(f"status {response.status_code}: {response.text[:200]}")
    return text_of(response)


def limit_unhandled(client: openai.OpenAI) -> str:
    """The client library asks again by itself, and gives up at some point.

    Source: UKGovernmentBEIS/inspect_ai#2748, ralliesai/rallies-cli#1.
    """
    try:
        answer = client.completions.create(model=MODEL, prompt=STORY)
    except (openai.APIConnectionError, openai.InternalServerError) as error:
        raise AppError("no answer") from error
    return answer.choices[0].text


def limit_unhandled_fixed(client: openai.OpenAI) -> str:
    """Whatever the client library reports."""
    try:
        answer = client.completions.create(model=MODEL, prompt=STORY)
    except openai.OpenAIError as error:
        raise AppError("no answer") from error
    return answer.choices[0].text


PAIRS = (
    Pair(timeout_unhandled, timeout_unhandled_fixed, ("http",), ("ReadTimeout",)),
    Pair(refused_unhandled, refused_unhandled_fixed, ("http",), ("ConnectionError",)),
    Pair(error_flat, error_flat_fixed, ("http",), ("KeyError", "TypeError")),
    Pair(gateway_page, gateway_page_fixed, ("http",), ("JSONDecodeError",)),
    Pair(
        limit_unhandled,
        limit_unhandled_fixed,
        ("http",),
        ("RateLimitError", "AuthenticationError", "PermissionDeniedError", "NotFoundError"),
    ),
)
