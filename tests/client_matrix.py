"""What each client can do, tried; ``python -m tests.client_matrix`` prints the table of the docs."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import httpx2
import openai
import requests
import urllib3

from pytest_argot import use_cassette
from tests.servers.completions import CompletionsServer

BODY = {"model": "m", "prompt": "hi"}
STREAM = {**BODY, "stream": True}
LIMIT = 65536
PAUSE = 0.02
"""Seconds between events, so that the network does not join them."""

Call = Callable[[str], list[Any]]
"""Takes the base URL, gives the pieces of the answer as the client gives them."""


def waiting(call: Callable[[str], Awaitable[list[Any]]]) -> Call:
    """Run an asynchronous call."""
    return lambda base: asyncio.run(call(base))  # type: ignore[arg-type]  # a coroutine


def openai_sync(base: str, **more: Any) -> list[Any]:
    """Ask with the openai client."""
    with openai.OpenAI(base_url=base, api_key="any", max_retries=0) as client:
        answer = client.completions.create(**BODY, **more)  # type: ignore[call-overload]
        return [each.to_dict() for each in answer] if more else [answer.to_dict()]


async def openai_async(base: str, **more: Any) -> list[Any]:
    """Ask with the asynchronous openai client."""
    async with openai.AsyncOpenAI(base_url=base, api_key="any", max_retries=0) as client:
        answer = await client.completions.create(**BODY, **more)  # type: ignore[call-overload]
        return [each.to_dict() async for each in answer] if more else [answer.to_dict()]


def httpx_sync(module: Any, base: str, body: Any) -> list[bytes]:
    """Ask with httpx or httpx2."""
    with module.stream("POST", f"{base}/completions", json=body) as answer:
        return list(answer.iter_raw())


async def httpx_async(module: Any, base: str, body: Any) -> list[bytes]:
    """Ask with the asynchronous client of httpx or httpx2."""
    async with (
        module.AsyncClient() as client,
        client.stream("POST", f"{base}/completions", json=body) as answer,
    ):
        return [piece async for piece in answer.aiter_raw()]


def requests_sync(base: str, body: Any) -> list[bytes]:
    """Ask with requests."""
    with requests.post(f"{base}/completions", json=body, stream=True, timeout=60) as answer:
        return list(answer.iter_content(None))


def urllib3_sync(base: str, body: Any) -> list[bytes]:
    """Ask with urllib3."""
    with urllib3.PoolManager() as pool:
        answer = pool.request("POST", f"{base}/completions", json=body, preload_content=False)
        return list(answer.stream(LIMIT))


async def aiohttp_async(base: str, body: Any) -> list[bytes]:
    """Ask with aiohttp."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{base}/completions", json=body) as answer,
    ):
        return [piece async for piece in answer.content.iter_any()]


def urllib_sync(base: str, body: Any) -> list[bytes]:
    """Ask with the standard library."""
    head = {"content-type": "application/json"}
    data = json.dumps(body).encode()
    request = urllib.request.Request(f"{base}/completions", data, head)
    with urllib.request.urlopen(request) as answer:
        return list(iter(lambda: answer.read1(LIMIT), b""))


@dataclass(frozen=True, slots=True)
class Row:
    """A client with its calls; ``None`` where it has no such call."""

    client: str
    sync: tuple[Call, Call] | None
    asynchronous: tuple[Call, Call] | None


def _both(call: Callable[..., Any], *first: Any) -> tuple[Call, Call]:
    return lambda base: call(*first, base, BODY), lambda base: call(*first, base, STREAM)


def _both_waiting(call: Callable[..., Any], *first: Any) -> tuple[Call, Call]:
    plain, stream = _both(call, *first)
    return waiting(plain), waiting(stream)  # type: ignore[arg-type]  # they give coroutines


ROWS = (
    Row(
        "openai",
        (openai_sync, lambda base: openai_sync(base, stream=True)),
        (waiting(openai_async), waiting(lambda base: openai_async(base, stream=True))),
    ),
    Row("httpx", _both(httpx_sync, httpx), _both_waiting(httpx_async, httpx)),
    Row("httpx2", _both(httpx_sync, httpx2), _both_waiting(httpx_async, httpx2)),
    Row("requests", _both(requests_sync), None),
    Row("urllib3", _both(urllib3_sync), None),
    Row("aiohttp", None, _both_waiting(aiohttp_async)),
    Row("urllib (`http.client`)", _both(urllib_sync), None),
)

NONE = "\N{EN DASH}"

HEAD = (
    "| client | sync | async | streamed, sync | streamed, async |",
    "| --- | --- | --- | --- | --- |",
)


def tried(call: Call) -> str:
    """Record and replay a call; say in how many pieces the client gets the answer.

    ``AssertionError`` when it gets another answer on replay.
    """
    with CompletionsServer() as server:
        base, server.pause = server.base, PAUSE
        with use_cassette("tried", record="once"):
            recorded = call(base)
    with use_cassette("tried"):
        replayed = call(base)
    Path("cassettes/tried.yaml").unlink()
    assert whole(recorded) == whole(replayed)
    if len(recorded) == 1:
        return "yes"
    return "piece by piece" if recorded == replayed else "at once"


def whole(pieces: list[Any]) -> Any:
    """Join the pieces of an answer; the layout of plain JSON is not part of it."""
    if not isinstance(pieces[0], bytes):
        return pieces
    body = b"".join(pieces)
    return json.loads(body) if body.startswith(b"{") else body


def line(row: Row) -> str:
    """Give a client's line of the table, every call tried."""
    calls = (*zip(row.sync or (None, None), row.asynchronous or (None, None), strict=True),)
    cells = [tried(call) if call else NONE for pair in calls for call in pair]
    return f"| {row.client} | {' | '.join(cells)} |"


if __name__ == "__main__":
    os.chdir(tempfile.mkdtemp())
    print(*HEAD, *map(line, ROWS), sep="\n")
