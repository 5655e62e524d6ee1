# pyright: basic
"""A socket for http.client that knows what is asked before it connects to anything."""

from __future__ import annotations

import ssl
from http.client import HTTPSConnection
from socket import gaierror
from typing import TYPE_CHECKING, Any

from pytest_argot.tape.exchange import LiveRequest
from pytest_argot.tape.http_wire import CONNECTING, SENDING, line, line_error
from pytest_argot.tape.line_tap import tapped
from pytest_argot.tape.playback import Playback
from pytest_argot.tape.request_wire import RequestWire

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_argot.tape.recording import Recording
    from pytest_argot.tape.switchboard import Switchboard

__tracebackhide__ = True


class TapedSocket:
    """Collects a request; once it is whole, the switchboard says who answers.

    ``connect`` makes the real connection of ``conn``, if one is needed: then the request is sent
    over it, and what the server answers is recorded while it is read. ``live`` is a connection
    there is already.
    """

    def __init__(
        self,
        conn: Any,
        connect: Callable[[Any], None],
        switchboard: Switchboard,
        live: Any = None,
    ) -> None:
        self._conn = conn
        self._connect = connect
        self._switchboard = switchboard
        self._live: Any = live
        self._timeout: tuple[float | None, ...] = ()
        self._begin()

    def _begin(self) -> None:
        """Be ready for the next request of this connection."""
        self._request = RequestWire()
        self._asked = False
        self._answer: Playback | Recording | None = None

    def sendall(self, data: Any) -> None:
        """Take a part of a request; what asks for the whole may fail as it does live."""
        if self._asked:
            if self._live is not None and not isinstance(self._answer, Playback):
                self._live.sendall(data)
            return
        had_head = self._request.target
        self._request.feed(bytes(data))
        if self._request.target and not had_head and not self._switchboard.is_concerned(self._url):
            self._asked = True
            self._send()
        elif self._request.whole:
            self._ask()

    send = sendall

    def makefile(self, mode: str = "rb", *args: Any, **named: Any) -> Any:
        """Give the file an answer is read from."""
        if not self._asked and self._request.target:
            self._ask()
        answer, method = self._answer, self._request.method
        self._begin()
        if isinstance(answer, Playback):
            return line(answer)
        file = self._opened().makefile(mode, *args, **named)
        return file if answer is None else tapped(file, answer, method)

    @property
    def _url(self) -> str:
        target = self._request.target
        return target if "://" in target.partition("?")[0] else origin(self._conn) + target

    def _ask(self) -> None:
        self._asked = True
        request = self._request
        self._answer = answer = self._switchboard.call(
            LiveRequest(
                method=request.method, url=self._url, headers=request.headers, body=request.body
            )
        )
        if isinstance(answer, Playback):
            failure = answer.failure
            if answer.unanswered and failure and failure.kind in CONNECTING | SENDING:
                raise line_error(failure)
        elif answer is None:
            self._send()
        else:
            self._record(answer)

    def _record(self, recording: Recording) -> None:
        try:
            self._opened()
        except BaseException as error:
            _failed(recording, _connecting(error), error)
            raise
        try:
            self._send()
        except BaseException as error:
            _failed(recording, _sending(error), error)
            raise

    def _send(self) -> None:
        self._opened().sendall(self._request.sent)

    def _opened(self) -> Any:
        """Give the real connection."""
        if self._live is None:
            self._conn.sock = None  # and so it stays if connecting fails
            self._connect(self._conn)
            self._live, self._conn.sock = self._conn.sock, self
            if self._timeout:
                self._live.settimeout(*self._timeout)
        return self._live

    # What else is asked of a socket.

    def settimeout(self, value: float | None) -> None:
        """Set the real connection's, now or when there is one."""
        self._timeout = (value,)
        if self._live is not None:
            self._live.settimeout(value)

    def gettimeout(self) -> float | None:
        """Give what was set last."""
        default = self._conn.timeout
        return self._timeout[0] if self._timeout else default

    def setsockopt(self, *args: Any) -> None:
        """Set the real connection's, where there is one."""
        if self._live is not None:
            self._live.setsockopt(*args)

    def shutdown(self, how: int) -> None:
        """Shut the real connection down, where there is one."""
        if self._live is not None:
            self._live.shutdown(how)

    def close(self) -> None:
        """Close the real connection; a file that is being read from it stays open."""
        if self._live is not None:
            self._live.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._opened(), name) if self._live is not None else _absent(name)


def origin(conn: Any) -> str:
    """Give the scheme, host and port a connection leads to, through a tunnel or not."""
    secure = isinstance(conn, HTTPSConnection)
    tunnel = getattr(conn, "_tunnel_host", None)
    host = tunnel or conn.host
    port = (conn._tunnel_port if tunnel else conn.port) or conn.default_port  # noqa: SLF001 - has no public name
    host = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{host}:{port}"


def _absent(name: str) -> Any:
    raise AttributeError(f"{name}: there is no connection, the answer is a recorded one")


def _failed(recording: Recording, kind: str, error: BaseException) -> None:
    if kind:
        recording.fail(kind, str(error))
    else:
        recording.abandon()


def _connecting(error: BaseException) -> str:
    if isinstance(error, gaierror):
        return "resolve"
    if isinstance(error, TimeoutError):
        return "connect_timeout"
    if isinstance(error, ssl.SSLError):
        return ""
    return "connect" if isinstance(error, OSError) else ""


def _sending(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "write_timeout"
    if isinstance(error, BrokenPipeError):
        return "write"
    return "reset" if isinstance(error, ConnectionError) else ""
