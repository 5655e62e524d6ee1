# pyright: basic
"""aiohttp: its connectors and responses ask the switchboard.

Two places are patched. ``BaseConnector.connect`` is handed a request that is ready to be sent,
and gives a connection: a real one, or one a recorded answer comes over. ``ClientResponse.start``
is where an answer's head is known and none of its body is read. All around them stays aiohttp's
own, for recorded answers as for live ones: redirects, cookies, authentication, middlewares,
retries, ``raise_for_status``, timeouts, the parser, the ``StreamReader``. Both are alike in
aiohttp 3.9 to 3.14, and so are the few private names that are used.
"""

from __future__ import annotations

import functools
from asyncio import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from socket import gaierror
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from aiohttp.connector import BaseConnector
from aiohttp.streams import StreamReader

from pytest_argot.tape.aiohttp_body import sent_body
from pytest_argot.tape.aiohttp_line import TapedConnection, connected
from pytest_argot.tape.exchange import LiveRequest
from pytest_argot.tape.patching import replaced
from pytest_argot.tape.playback import Playback, root

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pytest_argot.tape.recording import Recording
    from pytest_argot.tape.switchboard import Switchboard

__tracebackhide__ = True

TAP: Final = "argot_tap"
"""Where a live connection, then its protocol, remembers who records the answer."""


@contextmanager
def patch_aiohttp(switchboard: Switchboard) -> Generator[None]:
    """Patch the connectors and responses of aiohttp."""
    client = _Client(switchboard)
    with ExitStack() as stack:
        stack.enter_context(replaced(BaseConnector, "connect", client.connect))
        stack.enter_context(replaced(aiohttp.ClientResponse, "start", _start))
        yield


@dataclass(frozen=True)
class _Client:
    switchboard: Switchboard

    def connect(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Make ``BaseConnector.connect``."""

        @functools.wraps(original)
        async def connect(connector: Any, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109 - aiohttp's name
            if not self.switchboard.is_concerned(str(req.url)):
                return await original(connector, req, traces, timeout)
            call = await self._call(req)
            if isinstance(call, Playback):
                return await connected(connector, req, timeout, call)
            if call is None:
                return await original(connector, req, traces, timeout)
            tap = _Tap(call)
            try:
                connection = await original(connector, req, traces, timeout)
            except BaseException as error:
                tap.failed(_connecting(error, req), error)
                raise
            setattr(connection, TAP, tap)
            connection.add_callback(tap.let_go)
            return connection

        return connect

    async def _call(self, req: Any) -> Playback | Recording | None:
        body = await sent_body(req)
        headers: dict[str, list[str]] = {}
        for name, value in req.headers.items():
            headers.setdefault(str(name), []).append(value)
        asked = LiveRequest(method=req.method, url=str(req.url), headers=headers, body=body)
        return self.switchboard.call(asked)


def _start(original: Callable[..., Any]) -> Callable[..., Any]:
    """Make ``ClientResponse.start``."""

    @functools.wraps(original)
    async def start(response: Any, connection: Any) -> Any:
        if isinstance(connection, TapedConnection):
            connection.line.begin()
            started = await original(response, connection)
            connection.line.body(response.content)
            return started
        tap: _Tap | None = connection.__dict__.pop(TAP, None)
        if tap is None:
            return await original(response, connection)
        protocol = connection.protocol
        tap.starting = True
        try:
            started = await original(response, connection)
        except BaseException as error:
            tap.starting = False
            tap.failed(_kind(error), error)
            raise
        tap.starting = False
        tap.began(response, protocol)
        return started

    return start


class _Tap:
    """Records one live answer.

    While it is ``starting``, a connection may be let go because all of the answer is there.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.starting = False
        self._moved = False

    def began(self, response: Any, protocol: Any) -> None:
        """Take the head, and what has come of the body already; see the rest pass."""
        headers: dict[str, list[str]] = {}
        for name, value in response.headers.items():
            headers.setdefault(str(name), []).append(value)
        if "Content-Encoding" in response.headers:  # what is seen is decoded, this is coded
            headers = {n: values for n, values in headers.items() if n.lower() != "content-length"}
        self._moved = "Location" in response.headers
        self.recording.began(response.status, response.reason or "", headers)
        body = response.content
        for piece in getattr(body, "_buffer", ()):
            self.recording.piece(piece)
        if body.is_eof():
            self.recording.end()
        elif (error := body.exception()) is not None:
            self.failed(_kind(error), error)
        elif type(body) is StreamReader:
            setattr(protocol, TAP, self)
            body.__class__ = _Tapped

    def failed(self, kind: str, error: BaseException) -> None:
        """Record a failure of the exchange; what is none of the server's doing is given up."""
        if kind:
            self.recording.fail(kind, str(error if kind == "cut" else root(error)))
        else:
            self.let_go()

    def let_go(self) -> None:
        """Nobody reads on. aiohttp never reads what comes with a redirect: that is whole so."""
        if self._moved:
            self.recording.end()
        elif not self.starting:
            self.recording.abandon()


class _Tapped(StreamReader):
    """The body of a live answer; it is a plain ``StreamReader`` again once it has ended."""

    __slots__ = ()

    def _tap(self) -> _Tap:
        tap: _Tap = getattr(self._protocol, TAP)
        return tap

    def _off(self) -> _Tap:
        tap: _Tap = self._protocol.__dict__.pop(TAP)
        self.__class__ = StreamReader  # type: ignore[assignment]  # same layout
        return tap

    def feed_data(self, data: bytes, *size: int) -> Any:
        self._tap().recording.piece(data)
        return StreamReader.feed_data(self, data, *size)

    def feed_eof(self) -> None:
        self._off().recording.end()
        StreamReader.feed_eof(self)

    def set_exception(self, exc: Any, *cause: Any) -> None:
        self._off().failed(_kind(exc), exc)
        StreamReader.set_exception(self, exc, *cause)

    async def _wait(self, func_name: str) -> None:
        tap = self._tap()
        try:
            await StreamReader._wait(self, func_name)  # noqa: SLF001 - its own
        except TimeoutError as error:  # that of the whole exchange, told to the reader alone
            tap.failed("read_timeout", error)
            raise


def _connecting(error: BaseException, req: Any) -> str:
    """Tell how connecting failed; ``""`` for what is none of the server's doing."""
    timer = getattr(req, "_timer", None)
    if isinstance(error, CancelledError):  # it becomes a TimeoutError further up
        return "connect_timeout" if getattr(timer, "_cancelled", False) else ""
    if isinstance(error, TimeoutError):
        return "connect_timeout"
    if isinstance(error, aiohttp.ClientSSLError):
        return ""
    if isinstance(error, aiohttp.ClientConnectorError):
        return "resolve" if isinstance(root(error), gaierror) else "connect"
    return _kind(error)


def _kind(error: BaseException) -> str:
    """Tell how an exchange failed once there was a connection."""
    if isinstance(error, TimeoutError):
        return "read_timeout"
    if isinstance(error, BrokenPipeError) or isinstance(root(error), BrokenPipeError):
        return "write"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "cut"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "reset" if "ConnectionResetError" in str(error) else "cut"
    return "reset" if isinstance(error, aiohttp.ClientOSError | ConnectionError) else ""
