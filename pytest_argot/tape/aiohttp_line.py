# pyright: basic
"""A connection of aiohttp's that a recorded answer comes over.

The answer goes as wire bytes through aiohttp's own protocol and parser, so that what a client
sees of it, its failures included, is made where live answers are made. It is pulled: the next
piece is fed when the client waits for it, and no task is left where a client stops reading.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.streams import StreamReader

from pytest_argot.errors import NoMatch
from pytest_argot.tape.http_wire import CONNECTING, SENDING, line_error, parts
from pytest_argot.tape.waiting import wait

if TYPE_CHECKING:
    from pytest_argot.tape.playback import Failure, Playback

__tracebackhide__ = True

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


async def connected(connector: Any, req: Any, timeout: Any, playback: Playback) -> TapedConnection:  # noqa: ASYNC109 - aiohttp's name
    """Connect to a recorded answer; raises what failed in place of a connection."""
    failure = playback.failure
    if playback.unanswered and failure is not None:
        if failure.kind == "connect_timeout":
            await _wait_in_vain(req, timeout)
        if failure.kind in CONNECTING:
            raise _unconnected(req, failure)
        if failure.kind in SENDING:
            raise aiohttp.ClientOSError(*line_error(failure).args)
    return TapedConnection(connector, req, timeout, playback)


async def _wait_in_vain(req: Any, timeout: Any) -> None:  # noqa: ASYNC109 - aiohttp's name
    """Let run out what runs out first here: the time to connect, or that for the exchange."""
    for_connecting = [limit for limit in (timeout.connect, timeout.sock_connect) if limit]
    if timeout.total and timeout.total < min(for_connecting, default=timeout.total + 1):
        req._timer.timeout()  # noqa: SLF001 - as the event loop calls it
        await wait(0)
    raise TimeoutError


def _unconnected(req: Any, failure: Failure) -> Exception:
    error = line_error(failure)
    if failure.kind == "resolve":
        make = getattr(aiohttp, "ClientConnectorDNSError", aiohttp.ClientConnectorError)
        return make(req.connection_key, error)
    return aiohttp.ClientConnectorError(req.connection_key, error)


class TapedConnection(Connection):
    """A connection that is its connector's in name only: it is never pooled, and counts as none."""

    def __init__(self, connector: Any, req: Any, timeout: Any, playback: Playback) -> None:
        protocol = _Handler(asyncio.get_running_loop())
        protocol.connection_made(_Transport(protocol))
        self.line = protocol.line = Line(protocol, req, timeout, playback)
        super().__init__(connector, req.connection_key, protocol, asyncio.get_running_loop())

    def close(self) -> None:
        """Hang up."""
        self._notify_release()
        if self._protocol is not None:
            self._protocol.close()
            self._protocol = None

    release = close

    def __del__(self, *_: Any) -> None:
        """A socket that is none leaks nothing."""


class _Handler(ResponseHandler):
    """aiohttp's protocol, which knows its line."""

    line: Line


class _Transport(asyncio.Transport):
    """Where the request goes: it is known already."""

    def __init__(self, protocol: ResponseHandler) -> None:
        super().__init__()
        self._protocol = protocol
        self._closed = False

    def write(self, data: Any) -> None:
        """Drop it."""

    def writelines(self, list_of_data: Any) -> None:
        """Drop them."""

    def is_closing(self) -> bool:
        return self._closed

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            if not self._protocol._loop.is_closed():  # noqa: SLF001 - has no public name
                self._protocol._loop.call_soon(self._protocol.connection_lost, None)  # noqa: SLF001

    abort = close

    def pause_reading(self) -> None:
        """What nobody waits for is not fed."""

    def resume_reading(self) -> None:
        """The same."""


class Line:
    """Feeds a recorded answer to its protocol, a piece whenever somebody waits."""

    def __init__(self, protocol: _Handler, req: Any, timeout: Any, playback: Playback) -> None:
        self._protocol = protocol
        self._timer = req._timer  # noqa: SLF001 - has no public name
        self._timeout = timeout
        self._playback = playback
        self._continue = "Expect" in req.headers
        self._parts = parts(playback)
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time()
        self._coming = False
        self._body: StreamReader | None = None

    def begin(self) -> None:
        """Feed the head; a body that came in one piece comes with it."""
        if self._continue:
            self._protocol.data_received(CONTINUE)
        self.ask()
        if self._playback.streaming is None:
            for _, data in self._parts:
                self._loop.call_soon(self._feed, data)

    def body(self, body: Any) -> None:
        """Let who waits for this body pull."""
        if type(body) is StreamReader and not body.is_eof():
            self._body = body
            body.__class__ = _Pulling

    def ask(self) -> None:
        """Have the next piece come, in its time; it may be on its way already."""
        if self._coming:
            return
        self._coming = True
        try:
            seconds, data = next(self._parts)
        except StopIteration:
            self._loop.call_soon(self._ended)
        except TimeoutError:
            self._loop.call_soon(self._timed_out)
        except OSError as error:
            self._loop.call_soon(self._protocol.connection_lost, error)
        except NoMatch as error:
            self._loop.call_soon(self._refused, error)
        else:
            self._due += seconds
            if self._due > self._loop.time():
                self._loop.call_at(self._due, self._feed, data)
            else:
                self._loop.call_soon(self._feed, data)

    def _feed(self, data: bytes) -> None:
        self._coming = False
        if self._protocol.transport is not None:
            self._protocol.data_received(data)

    def _ended(self) -> None:
        if self._playback.failure is not None:
            self._protocol.connection_lost(None)

    def _timed_out(self) -> None:
        """Let run out what runs out first here: the time for a read, or for the exchange."""
        total, read = self._timeout.total, self._timeout.sock_read
        if total and not (read and read <= total):
            self._timer.timeout()
        else:
            self._protocol._on_read_timeout()  # noqa: SLF001 - as the event loop calls it

    def _refused(self, error: NoMatch) -> None:
        if self._body is not None:
            self._body.set_exception(error)
        self._protocol.close()


class _Pulling(StreamReader):
    """The body of a recorded answer."""

    __slots__ = ()

    async def _wait(self, func_name: str) -> None:
        if self._waiter is None:
            self._protocol.line.ask()  # type: ignore[attr-defined]  # a _Handler
        await StreamReader._wait(self, func_name)  # noqa: SLF001 - its own

    async def wait_eof(self) -> None:
        while not self._eof and self._exception is None:
            await self._wait("wait_eof")
