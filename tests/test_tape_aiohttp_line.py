"""aiohttp gets the pieces of an answer one by one, recording and replaying."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from pytest_argot import use_cassette
from pytest_argot.errors import NoMatch
from tests.servers.unruly import BEGUN, BODY, PIECES, UnrulyServer
from tests.taping import READ, recorded_and_replayed, tape_home

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator

    Reading = Callable[[aiohttp.StreamReader], Awaitable[list[bytes]]]
    Call = Callable[[aiohttp.ClientSession], Coroutine[Any, Any, Any]]

__all__ = ["tape_home"]
pytestmark = pytest.mark.usefixtures("tape_home")


@pytest.fixture(scope="module")
def unruly() -> Iterator[UnrulyServer]:
    """A server that sends pieces, and stalls."""
    with UnrulyServer() as server:
        yield server


def taped(make: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[Any, Any]:
    """Run a coroutine while recording, and again while replaying."""
    return recorded_and_replayed(lambda: asyncio.run(make()))


async def chunks(body: aiohttp.StreamReader) -> list[bytes]:
    """Read by the server's chunks."""
    return [piece async for piece, _ in body.iter_chunks() if piece]


async def lines(body: aiohttp.StreamReader) -> list[bytes]:
    """Read by lines."""
    return [line async for line in body]


async def whole(body: aiohttp.StreamReader) -> list[bytes]:
    """Read all at once."""
    return [await body.read()]


async def by_seven(body: aiohttp.StreamReader) -> list[bytes]:
    """Read exactly so many bytes, then the rest."""
    return [await body.readexactly(7), await body.read()]


async def arriving(body: aiohttp.StreamReader) -> list[bytes]:
    """Read what there is."""
    return [piece async for piece in body.iter_any()]


async def read(url: str, reading: Reading) -> list[bytes]:
    """Ask for a stream and read it in one of the ways there are."""
    async with aiohttp.ClientSession() as session, session.post(url, json={}) as answer:
        return await reading(answer.content)


@pytest.mark.parametrize("reading", [chunks, lines, whole, by_seven])
def test_every_way_to_read(unruly: UnrulyServer, reading: Reading) -> None:
    """However a stream is read, the replay gives what the server gave."""
    recorded, replayed = taped(lambda: read(unruly.url("whole"), reading))
    assert b"".join(recorded) == BODY
    assert replayed == recorded


@pytest.mark.parametrize("pace", ["instant", "recorded", "0.01"])
def test_pieces_come_one_by_one(unruly: UnrulyServer, pace: str) -> None:
    """iter_any sees the pieces the server sent, at any pace."""
    url = unruly.url("whole")
    with use_cassette("calls", record="once", **READ):
        asyncio.run(read(url, chunks))
    with use_cassette("calls", record="none", pace=pace, **READ):
        assert asyncio.run(read(url, arriving)) == list(PIECES)


async def leave(url: str, pieces: int) -> list[bytes]:
    """Read some pieces of a stream and leave."""
    async with aiohttp.ClientSession() as session, session.post(url, json={}) as answer:
        return [(await answer.content.readchunk())[0] for _ in range(pieces)]


def test_a_piece_is_there_while_the_server_still_sends(unruly: UnrulyServer) -> None:
    """Recording, a client gets what has come though the server never ends."""
    url = unruly.url("stall")
    with use_cassette("calls", record="once", **READ) as tape:
        assert asyncio.run(leave(url, 2)) == list(BEGUN)
    (interaction,) = tape.recorded
    assert interaction.response.stream is not None
    assert interaction.response.stream.ended == "client"
    assert interaction.response.body == b"".join(BEGUN)


def test_reading_on_where_the_recorded_client_stopped(unruly: UnrulyServer) -> None:
    """A replay stops where the recording did without complaint, and does not make up an end."""
    recorded, replayed = taped(lambda: leave(unruly.url("stall"), 2))
    assert replayed == recorded
    with (
        pytest.raises(NoMatch, match="its client stopped reading"),
        use_cassette("calls", record="none", **READ),
    ):
        asyncio.run(leave(unruly.url("stall"), 3))


def test_a_cancelled_task_keeps_what_came(unruly: UnrulyServer) -> None:
    """What was received before a task was cancelled is recorded."""

    async def main() -> None:
        got = asyncio.Event()

        async def forever() -> None:
            async with (
                aiohttp.ClientSession() as session,
                session.post(unruly.url("stall"), json={}) as answer,
            ):
                async for _ in answer.content.iter_chunks():
                    got.set()

        task = asyncio.create_task(forever())
        await got.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with use_cassette("calls", record="once", **READ) as tape:
        asyncio.run(main())
    (interaction,) = tape.recorded
    assert interaction.response.body.startswith(BEGUN[0])


def test_a_read_given_up_loses_nothing(unruly: UnrulyServer) -> None:
    """A read that is cancelled while it waits for a paced piece finds it the next time."""

    async def main() -> bytes:
        got = b""
        async with (
            aiohttp.ClientSession() as session,
            session.post(unruly.url("whole"), json={}) as answer,
        ):
            while not answer.content.at_eof():
                with suppress(TimeoutError):
                    got += await asyncio.wait_for(answer.content.readany(), 0.001)
        return got

    with use_cassette("calls", record="once", **READ):
        assert asyncio.run(main()) == BODY
    with use_cassette("calls", record="none", pace="recorded", **READ):
        assert asyncio.run(main()) == BODY


def test_a_redirect_is_whole(unruly: UnrulyServer) -> None:
    """aiohttp never reads what comes with a redirect: no other client shall miss its end."""
    with use_cassette("calls", record="once", **READ) as tape:
        assert asyncio.run(read(unruly.url("moved"), whole)) == [BODY]
    streams = [interaction.response.stream for interaction in tape.recorded]
    assert [stream and stream.ended for stream in streams] == ["server", "server"]
