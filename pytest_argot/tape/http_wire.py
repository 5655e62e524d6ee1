"""A recorded answer as bytes on a line, so that a client parses it as it parses a server's.

Chunk edges become chunks of ``transfer-encoding: chunked``; a recorded failure becomes the end of
the line, or the error a socket raises there (RFC 9112 sections 4 to 8).
"""

from __future__ import annotations

import io
import re
from http.client import HTTPResponse
from socket import gaierror
from time import sleep
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_argot.tape.playback import Failure, Playback

__tracebackhide__ = True

LINE_ERRORS: Final[Mapping[str, Callable[..., OSError]]] = MappingProxyType(
    {
        "resolve": gaierror,
        "connect": ConnectionRefusedError,
        "connect_timeout": TimeoutError,
        "read_timeout": TimeoutError,
        "reset": ConnectionResetError,
        "write": BrokenPipeError,
        "write_timeout": TimeoutError,
    }
)
"""What a socket raises; a ``cut`` raises nothing, the line just ends."""

CONNECTING: Final = frozenset({"resolve", "connect", "connect_timeout"})
"""Failures before there is a line."""

SENDING: Final = frozenset({"write", "write_timeout"})
"""Failures before there can be an answer."""

FRAMING: Final = frozenset({"content-length", "transfer-encoding"})

NUMBERED: Final = re.compile(r"\[Errno (-?\d+)\] (.*)", re.DOTALL)
"""The text of an error of the operating system."""


def line_error(failure: Failure) -> OSError:
    """Give the error a socket raises for a failure; its number comes from the recorded text."""
    numbered = NUMBERED.fullmatch(failure.message)
    make = LINE_ERRORS[failure.kind]
    if numbered is None:
        return make(failure.message) if failure.message else make()
    if failure.kind == "connect":  # no route to a host is no refusal
        make = OSError
    return make(int(numbered[1]), numbered[2])


def parts(playback: Playback) -> Iterator[tuple[float, bytes]]:
    """Give what comes on the line, each with the seconds to wait before it: head, body, end.

    Then ``OSError`` where a socket raises one, ``NoMatch`` where the recorded client had stopped
    reading; a line that was cut just ends. A failure without an answer is all there is.
    """
    chunked = playback.streaming is not None and not playback.missing
    if not playback.unanswered:
        yield 0.0, _head(playback, chunked=chunked)
    for seconds, piece in playback.pieces():
        yield seconds, b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
    failure = playback.failure
    if failure is not None:
        if failure.kind in LINE_ERRORS:
            raise line_error(failure)
        return
    playback.finish()
    if chunked:
        yield 0.0, b"0\r\n\r\n"


def _head(playback: Playback, *, chunked: bool) -> bytes:
    response = playback.response
    lines = [f"HTTP/1.1 {response.status} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in playback.headers if name not in FRAMING]
    lines.append("transfer-encoding: chunked" if chunked else _length(playback))
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def _length(playback: Playback) -> str:
    """Give the promised length of the body; one that is absent by rule keeps the recorded one."""
    body = playback.response.body
    told = playback.response.headers.get("content-length", ["0"])[0]
    whole = len(body) + playback.missing
    return f"content-length: {whole or told}"


def line(playback: Playback) -> io.BufferedReader:
    """Give what comes on the line as the file a socket makes; reading it waits and raises."""
    return io.BufferedReader(_Wire(_paced(playback)))


def parsed(playback: Playback, method: str) -> HTTPResponse:
    """Give the answer as http.client gives it: head parsed, body still to be read."""
    response = HTTPResponse(_Socket(playback), method=method)  # type: ignore[arg-type]  # all it asks of a socket
    response.begin()
    return response


class _Socket:
    """As much of a socket as http.client needs."""

    def __init__(self, playback: Playback) -> None:
        self._playback = playback

    def makefile(self, *_: Any) -> io.BufferedReader:
        return line(self._playback)


class _Wire(io.RawIOBase):
    """Gives the bytes as they come; what is not asked for is never made."""

    def __init__(self, data: Iterator[bytes]) -> None:
        self._data = data
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = next(self._data, b"")
        given = self._rest[: len(buffer)]
        self._rest = self._rest[len(given) :]
        buffer[: len(given)] = given
        return len(given)


def _paced(playback: Playback) -> Iterator[bytes]:
    for seconds, data in parts(playback):
        if seconds > 0:
            sleep(seconds)
        yield data
