"""http.client and urllib record and replay, and connect only where a live answer is needed."""

from __future__ import annotations

import asyncio
import http.client
import json
import urllib.error
import urllib.request
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from pytest_argot import use_cassette
from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.errors import NoMatch
from pytest_argot.tape.exchange import LiveRequest
from pytest_argot.tape.live import ask
from tests.servers.mirror import EchoServer
from tests.servers.tunnel import proxying
from tests.servers.unruly import BEGUN, PIECES, UnrulyServer
from tests.taping import READ, recorded_and_replayed, tape_home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["tape_home"]
pytestmark = pytest.mark.usefixtures("tape_home")


@pytest.fixture(scope="module")
def unruly() -> Iterator[UnrulyServer]:
    """A server that sends pieces, and stalls."""
    with UnrulyServer() as server:
        yield server


@pytest.fixture
def echo() -> Iterator[EchoServer]:
    """A server that says what it was asked."""
    with EchoServer() as server:
        yield server


def said(connection: HTTPConnection, *args: Any, **named: Any) -> Any:
    """Ask over a connection and give the status and what the echo server said."""
    connection.request(*args, **named)
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, answer.getheader("content-type"), json.loads(body) if body else None


def test_many_requests_over_one_connection(echo: EchoServer) -> None:
    """A connection is kept between requests while recording, and never made on replay."""

    def call() -> Any:
        connection = HTTPConnection(echo.netloc)
        answers = [said(connection, "POST", "/a", str(n)) for n in range(5)]
        connection.close()
        return answers

    recorded, replayed = recorded_and_replayed(call)
    assert [answer[-1]["body"] for answer in recorded] == ["0", "1", "2", "3", "4"]
    assert replayed == recorded
    assert (echo.asked, echo.connections) == (5, 1)


BODIES: dict[str, Callable[[], Any]] = {
    "bytes": lambda: b"\x00\xff",
    "iterator": lambda: iter([b"once ", b"only"]),
    "empty": lambda: b"",
    "none": lambda: None,
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("method", ["POST", "GET", "HEAD"])
def test_every_form_of_a_request(echo: EchoServer, method: str, body: str) -> None:
    """Bodies with a length, in chunks and absent are seen whole, and sent as they were."""

    def call() -> Any:
        connection = HTTPConnection(echo.netloc)
        try:
            return said(connection, method, "/a?b=1", BODIES[body]())
        finally:
            connection.close()

    untaped = call()
    recorded, replayed = recorded_and_replayed(call)
    assert recorded == untaped
    assert replayed == recorded


def test_expecting_to_be_told_to_go_on(echo: EchoServer) -> None:
    """The 100 before an answer is not the answer."""

    def call() -> Any:
        connection = HTTPConnection(echo.netloc)
        try:
            return said(connection, "POST", "/a", b"body", {"expect": "100-continue"})
        finally:
            connection.close()

    recorded, replayed = recorded_and_replayed(call)
    assert recorded[-1]["body"] == "body"
    assert replayed == recorded


def test_urllib_follows_redirects(echo: EchoServer) -> None:
    """Each hop is recorded and replayed; nothing is asked twice."""

    def call() -> Any:
        with urllib.request.urlopen(f"{echo.base}/moved/302") as answer:
            return answer.status, answer.url, json.load(answer)

    recorded, replayed = recorded_and_replayed(call)
    assert recorded[1] == f"{echo.base}/there"
    assert replayed == recorded
    assert echo.asked == 2


def test_urllib_raises_for_an_error(echo: EchoServer) -> None:
    """An HTTPError has the recorded body."""

    def call() -> Any:
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{echo.base}/status/503")
        with caught.value as error:
            return error.code, error.reason, json.loads(error.read())

    recorded, replayed = recorded_and_replayed(call)
    assert replayed == recorded


def test_pieces_come_one_by_one(unruly: UnrulyServer) -> None:
    """read1 sees the chunks the server sent."""

    def call() -> list[bytes]:
        with urllib.request.urlopen(unruly.url("whole")) as answer:
            return list(iter(answer.read1, b""))

    recorded, replayed = recorded_and_replayed(call)
    assert recorded == replayed == list(PIECES)


def test_a_piece_is_there_while_the_server_still_sends(unruly: UnrulyServer) -> None:
    """Recording, a client gets what has come though the server never ends."""

    def call() -> list[bytes]:
        with urllib.request.urlopen(unruly.url("stall"), timeout=20) as answer:
            return [answer.read1() for _ in BEGUN]

    recorded, replayed = recorded_and_replayed(call)
    assert recorded == replayed == list(BEGUN)
    with (
        pytest.raises(NoMatch, match="its client stopped reading"),
        use_cassette("calls", record="none", **READ),
        urllib.request.urlopen(unruly.url("stall")) as answer,
    ):
        answer.read()


def test_a_connection_from_before_the_tape(echo: EchoServer) -> None:
    """A connection that was open already is taped from its next request on, and goes on after."""
    connection = HTTPConnection(echo.netloc)
    said(connection, "GET", "/before")
    recorded, replayed = recorded_and_replayed(lambda: said(connection, "GET", "/during"))
    assert replayed == recorded
    assert echo.asked == 2
    assert said(connection, "GET", "/after")[-1]["path"] == "/after"
    assert echo.connections == 1
    connection.close()


def test_a_tunnel_is_made_for_a_live_answer_only(echo: EchoServer) -> None:
    """The tape sees the server behind a proxy; a replay needs neither."""

    def call() -> Any:
        connection = HTTPConnection(*address)
        parts = urlsplit(echo.base)
        connection.set_tunnel(parts.hostname or "", parts.port)
        try:
            return said(connection, "GET", "/behind")
        finally:
            connection.close()

    with proxying() as address, use_cassette("calls", record="once", **READ) as tape:
        recorded = call()
    assert tape.requests[0].url == f"{echo.base}/behind"
    with use_cassette("calls", record="none", **READ):
        assert call() == recorded


def test_https_needs_no_connection(tmp_path: Path) -> None:
    """An answer recorded over TLS is replayed without any."""
    url = "https://llm.invalid/v1/completions"
    response = Response(200, "OK", {"content-type": ["text/plain"]}, b"hello")
    text = dump([Interaction(Request("GET", url, {}, b""), response)], "2026-11-22T13:50:00Z")
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "cassettes" / "tls.yaml").write_text(text)
    with (
        use_cassette("tls", record="none", **READ),
        urllib.request.urlopen(url) as answer,
    ):
        assert answer.read() == b"hello"


def test_a_request_nobody_recorded(echo: EchoServer) -> None:
    """It is NoMatch, and the server hears nothing of it."""
    with use_cassette("calls", record="once", **READ):
        urllib.request.urlopen(f"{echo.base}/a").close()
    with (
        pytest.raises(NoMatch, match="no recorded answer"),
        use_cassette("calls", record="none", **READ),
    ):
        urllib.request.urlopen(f"{echo.base}/b")
    assert echo.connections == 1


def test_passthrough_is_live(echo: EchoServer) -> None:
    """A host that is none of the cassette's business is asked, and not recorded."""
    with use_cassette("calls", record="once", passthrough=["127.0.0.1"], **READ) as tape:
        urllib.request.urlopen(f"{echo.base}/a", b"body").close()
    assert echo.asked == 1
    assert not tape.recorded


def test_eight_threads_get_their_own_answers(echo: EchoServer) -> None:
    """Eight threads through one cassette: everything recorded, every replay its own, none live."""

    def one(n: int) -> str:
        data = str(n).encode()
        with urllib.request.urlopen(f"{echo.base}/a", data) as answer:
            body: str = json.load(answer)["body"]
        return body

    async def all_of_them() -> list[str]:
        gate = asyncio.Semaphore(8)

        async def gated(n: int) -> str:
            async with gate:
                return await asyncio.to_thread(one, n)

        return await asyncio.gather(*(gated(n) for n in range(200)))

    recorded, replayed = recorded_and_replayed(lambda: asyncio.run(all_of_them()))
    assert recorded == replayed == [str(n) for n in range(200)]
    assert echo.asked == 200


def test_the_tape_s_own_questions_pass(echo: EchoServer) -> None:
    """What mode verify asks the live server is not taped."""
    with use_cassette("calls", record="once", **READ) as tape:
        request = LiveRequest(method="GET", url=f"{echo.base}/live", headers={}, body=b"")
        assert json.loads(ask(request).body)["path"] == "/live"
    assert not tape.recorded


def test_nothing_stays_patched() -> None:
    """Connections are http.client's own again once no tape is open."""
    owners = (HTTPConnection, "connect"), (HTTPSConnection, "connect"), (HTTPConnection, "send")
    before = [getattr(owner, name) for owner, name in owners]
    with use_cassette("calls", record="once", **READ):
        assert HTTPConnection.connect is not before[0]
        assert http.client.HTTPConnection is HTTPConnection
    assert [getattr(owner, name) for owner, name in owners] == before
