"""What each client makes of a URL: the pieces it got, and the error that ended them.

``CLIENTS``: by name, functions from a URL and the seconds to wait for anything to an ``Outcome``.
"""

from __future__ import annotations

import asyncio
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPConnection
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import aiohttp
import httpx
import httpx2
import requests
import urllib3

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    Ask = Callable[[str, float], "Outcome"]


@dataclass
class Outcome:
    """``pieces`` of the body, and ``error``: the class of what was raised, and of its causes."""

    pieces: list[bytes] = field(default_factory=list)
    error: list[str] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        """All that was got."""
        return b"".join(self.pieces)


def _outcome(pieces: Iterator[bytes]) -> Outcome:
    outcome = Outcome()
    try:
        for piece in pieces:
            outcome.pieces += [piece] if piece else []
    except Exception as error:  # noqa: BLE001 - which one is the question
        outcome.error = _classes(error)
    return outcome


async def _async_outcome(pieces: AsyncIterator[bytes]) -> Outcome:
    outcome = Outcome()
    try:
        async for piece in pieces:
            outcome.pieces += [piece] if piece else []
    except Exception as error:  # noqa: BLE001 - which one is the question
        outcome.error = _classes(error)
    return outcome


def _classes(error: BaseException) -> list[str]:
    """Name the class of an error, and what urllib3 and requests wrap in it."""
    names = [f"{type(error).__module__}.{type(error).__qualname__}"]
    inner: Any = getattr(error, "reason", None) or (error.args[-1] if error.args else None)
    return names + (_classes(inner) if isinstance(inner, BaseException) else [])


def _sync_httpx(module: Any) -> Ask:
    def ask(url: str, patience: float) -> Outcome:
        def pieces() -> Iterator[bytes]:
            with (
                module.Client(timeout=patience, trust_env=False) as client,
                client.stream("POST", url, json={}) as answer,
            ):
                yield from answer.iter_raw()

        return _outcome(pieces())

    return ask


def _async_httpx(module: Any) -> Ask:
    def ask(url: str, patience: float) -> Outcome:
        async def pieces() -> AsyncIterator[bytes]:
            async with (
                module.AsyncClient(timeout=patience, trust_env=False) as client,
                client.stream("POST", url, json={}) as answer,
            ):
                async for piece in answer.aiter_raw():
                    yield piece

        return asyncio.run(_async_outcome(pieces()))

    return ask


def _requests(url: str, patience: float) -> Outcome:
    def pieces() -> Iterator[bytes]:
        with requests.post(url, json={}, stream=True, timeout=patience) as answer:
            yield from answer.iter_content(None)

    return _outcome(pieces())


def _urllib3(url: str, patience: float) -> Outcome:
    def pieces() -> Iterator[bytes]:
        with urllib3.PoolManager(timeout=patience, retries=False) as pool:
            answer = pool.request("POST", url, json={}, preload_content=False)
            yield from answer.stream()

    return _outcome(pieces())


def _urllib3_whole(url: str, patience: float) -> Outcome:
    def pieces() -> Iterator[bytes]:
        with urllib3.PoolManager(timeout=patience, retries=False) as pool:
            yield pool.request("POST", url, json={}).data

    return _outcome(pieces())


def _aiohttp(*limits: str) -> Ask:
    def ask(url: str, patience: float) -> Outcome:
        timeout = aiohttp.ClientTimeout(**dict.fromkeys(limits, patience))

        async def pieces() -> AsyncIterator[bytes]:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, json={}) as answer,
            ):
                async for piece, _ in answer.content.iter_chunks():
                    yield piece

        return asyncio.run(_async_outcome(pieces()))

    return ask


def _urllib(url: str, patience: float) -> Outcome:
    def pieces() -> Iterator[bytes]:
        request = urllib.request.Request(url, b"{}", {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=patience) as answer:
            while piece := answer.read1():
                yield piece

    return _outcome(pieces())


def _http_client(url: str, patience: float) -> Outcome:
    def pieces() -> Iterator[bytes]:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.netloc, timeout=patience)
        try:
            connection.request("POST", parts.path, b"{}", {"content-type": "application/json"})
            yield connection.getresponse().read()
        finally:
            connection.close()

    return _outcome(pieces())


CLIENTS: Final[Mapping[str, Ask]] = MappingProxyType(
    {
        "httpx": _sync_httpx(httpx),
        "httpx_async": _async_httpx(httpx),
        "httpx2": _sync_httpx(httpx2),
        "httpx2_async": _async_httpx(httpx2),
        "requests": _requests,
        "urllib3": _urllib3,
        "urllib3_whole": _urllib3_whole,
        "aiohttp": _aiohttp("sock_read", "sock_connect"),
        "aiohttp_total": _aiohttp("total"),
        "urllib": _urllib,
        "http_client": _http_client,
    }
)
