"""aiohttp records and replays with everything that is aiohttp's own left to it."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp.connector import BaseConnector

from pytest_argot import use_cassette
from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.errors import NoMatch
from tests.servers.mirror import BIG, EchoServer
from tests.taping import READ, recorded_and_replayed, tape_home

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
    from pathlib import Path

    Reading = Callable[[aiohttp.StreamReader], Awaitable[list[bytes]]]
    Call = Callable[[aiohttp.ClientSession], Coroutine[Any, Any, Any]]

__all__ = ["tape_home"]
pytestmark = pytest.mark.usefixtures("tape_home")


@pytest.fixture(scope="module")
def echo() -> Iterator[EchoServer]:
    """A server that says what it was asked."""
    with EchoServer() as server:
        yield server


def taped(make: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[Any, Any]:
    """Run a coroutine while recording, and again while replaying."""
    return recorded_and_replayed(lambda: asyncio.run(make()))


async def said(answering: Any) -> Any:
    """Give what the echo server said, and the way there."""
    async with answering as answer:
        history = [each.status for each in answer.history]
        return answer.status, answer.reason, str(answer.url), history, await answer.json()


async def dribble() -> AsyncIterator[bytes]:
    """Make a body that can be read once."""
    yield b"once "
    yield b"only"


def form() -> aiohttp.FormData:
    """Make a form field by field."""
    data = aiohttp.FormData()
    data.add_field("name", "value")
    return data


def calls(base: str) -> dict[str, Call]:
    """Give calls of every form, each told from the others by its name."""
    return {
        "json": lambda s: said(s.post(f"{base}/a", json={"ä": [1, "🦊"]})),
        "bytes": lambda s: said(s.post(f"{base}/a", data=b"\x00\xff")),
        "text": lambda s: said(s.put(f"{base}/a", data="naïve")),
        "form": lambda s: said(s.post(f"{base}/a", data={"a": "1", "b": "ü"})),
        "fields": lambda s: said(s.post(f"{base}/a", data=form())),
        "file": lambda s: said(s.post(f"{base}/a", data=io.BytesIO(b"a file"))),
        "big": lambda s: said(s.post(f"{base}/a", data=io.BytesIO(b"x" * BIG))),
        "dribble": lambda s: said(s.post(f"{base}/a", data=dribble())),
        "expect": lambda s: said(s.post(f"{base}/a", data=b"wait", expect100=True)),
        "deflate": lambda s: said(s.post(f"{base}/a", data=b"z" * 99, compress="deflate")),
        "params": lambda s: said(s.get(f"{base}/a?x=1", params={"y": "ü"})),
        "cookies": lambda s: said(s.get(f"{base}/a")),
        "moved": lambda s: said(s.post(f"{base}/moved/302", json={})),
        "kept": lambda s: said(s.post(f"{base}/moved/307", data=b"again")),
        "stays": lambda s: said(s.get(f"{base}/moved/302", allow_redirects=False)),
        "missing": lambda s: said(s.get(f"{base}/status/404")),
    }


@pytest.mark.parametrize("name", calls(""))
def test_every_form_of_a_request(echo: EchoServer, name: str) -> None:
    """What the server is asked and what the client is told are the same on and off the tape."""
    call = calls(echo.base)[name]

    async def main() -> Any:
        async with aiohttp.ClientSession(cookies={"sort": "dark"}) as session:
            return await call(session)

    untaped = asyncio.run(main())
    recorded, replayed = taped(main)
    assert recorded == untaped
    assert replayed == recorded


def test_a_replay_asks_nobody(echo: EchoServer) -> None:
    """Not one connection is made for recorded answers, redirects included."""

    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            await calls(echo.base)["moved"](session)

    with use_cassette("calls", record="once", **READ):
        asyncio.run(main())
    before = echo.connections
    with use_cassette("calls", record="none", **READ):
        asyncio.run(main())
    assert echo.connections == before


def test_raise_for_status_is_the_session_s(echo: EchoServer) -> None:
    """A session that raises for a status raises on replay, after the answer was recorded."""

    async def main() -> tuple[int, str]:
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            with pytest.raises(aiohttp.ClientResponseError) as caught:
                await session.get(f"{echo.base}/status/404")
        return caught.value.status, caught.value.message

    recorded, replayed = taped(main)
    assert recorded == replayed == (404, "Not Found")


def test_base_url_and_session_headers(echo: EchoServer) -> None:
    """What a session adds to its requests is what the tape sees."""

    async def main() -> Any:
        headers = {"x-middleware": "session"}
        async with aiohttp.ClientSession(base_url=echo.base, headers=headers) as session:
            return await said(session.get("/relative"))

    recorded, replayed = taped(main)
    assert recorded[-1]["middleware"] == "session"
    assert replayed == recorded


def test_each_of_many_at_once_gets_its_own_answer(echo: EchoServer) -> None:
    """Two hundred tasks of one session are recorded and replayed without a mistake."""

    async def main() -> list[Any]:
        async with aiohttp.ClientSession() as session:
            asked = [said(session.post(f"{echo.base}/a", json=n)) for n in range(200)]
            return [each[-1]["body"] for each in await asyncio.gather(*asked)]

    recorded, replayed = taped(main)
    assert recorded == replayed == [str(n) for n in range(200)]


def test_a_head_answer_has_no_body(echo: EchoServer) -> None:
    """HEAD is recorded and replayed as the answer without a body that it is."""

    async def main() -> Any:
        async with aiohttp.ClientSession() as session, session.head(f"{echo.base}/a") as answer:
            return answer.status, await answer.read()

    assert taped(main) == ((200, b""), (200, b""))


def test_a_request_nobody_recorded(echo: EchoServer) -> None:
    """It is NoMatch, and the server hears nothing of it."""

    async def main(path: str) -> Any:
        async with aiohttp.ClientSession() as session:
            return await said(session.get(f"{echo.base}{path}"))

    with use_cassette("calls", record="once", **READ):
        asyncio.run(main("/a"))
    before = echo.connections
    with (
        pytest.raises(NoMatch, match="no recorded answer"),
        use_cassette("calls", record="none", **READ),
    ):
        asyncio.run(main("/b"))
    assert echo.connections == before


def test_https_needs_no_connection(tmp_path: Path) -> None:
    """An answer recorded over TLS is replayed without any."""
    url = "https://llm.invalid/v1/completions"
    response = Response(200, "OK", {"content-type": ["text/plain"]}, b"hello")
    text = dump([Interaction(Request("GET", url, {}, b""), response)], "2026-11-22T13:50:00Z")
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "cassettes" / "tls.yaml").write_text(text)

    async def main() -> str:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return await answer.text()

    with use_cassette("tls", record="none", **READ):
        assert asyncio.run(main()) == "hello"


def test_nothing_stays_patched() -> None:
    """Connectors and responses are aiohttp's own again once no tape is open."""
    before = BaseConnector.connect, aiohttp.ClientResponse.start
    with use_cassette("calls", record="once", **READ):
        assert BaseConnector.connect is not before[0]
    assert (BaseConnector.connect, aiohttp.ClientResponse.start) == before
