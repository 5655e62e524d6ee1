"""The bytes of a live HTTP/1.1 answer, recorded while http.client reads them."""

from __future__ import annotations

import io
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from pytest_argot.tape.recording import Recording

CUT: Final = "the connection was closed before the answer was whole"
UNANSWERED: Final = "Remote end closed connection without response"
CONTINUE: Final = b"100"


def tap(response: HTTPResponse, recording: Recording) -> None:
    """Record what is read of a body from now on; where there is none, that is the end."""
    if response.isclosed() or response.length == 0:
        recording.end()
        return
    response.fp = _Tap(response.fp, _body(response, recording))  # type: ignore[assignment]  # a file in all that is asked of it


def tapped(file: Any, recording: Recording, method: str) -> Any:
    """Give the file of a connection, whose reader's bytes, from the head on, are recorded."""
    return _Tap(file, _Answer(recording, method))


class _Part(Protocol):
    """A part of an answer, as its bytes pass."""

    recording: Recording

    def feed(self, data: bytes) -> None:
        """Take bytes that were read."""

    def closed_by_server(self) -> None:
        """Nothing comes any more."""


class _Answer:
    """A whole answer: its head is read line by line, then its body."""

    def __init__(self, recording: Recording, method: str) -> None:
        self.recording = recording
        self._method = method
        self._head = b""
        self._body: _Part | None = None

    def feed(self, data: bytes) -> None:
        if self._body is not None:
            self._body.feed(data)
            return
        self._head += data
        if data in {b"\r\n", b"\n"}:
            self._began()

    def _began(self) -> None:
        head, self._head = self._head, b""
        if head.split(None, 2)[1:2] == [CONTINUE]:  # the answer is yet to come
            return
        response = HTTPResponse(_Still(head), method=self._method)  # type: ignore[arg-type]  # all it asks of a socket
        try:
            response.begin()
        except (HTTPException, OSError, ValueError):  # the reader will see for itself
            self.recording.abandon()
            return
        headers: dict[str, list[str]] = {}
        for name, value in response.msg.items():
            headers.setdefault(name, []).append(value)
        self.recording.began(response.status, response.reason, headers)
        if response.isclosed() or response.length == 0:
            self.recording.end()
        self._body = _body(response, self.recording)

    def closed_by_server(self) -> None:
        if self._body is not None:
            self._body.closed_by_server()
        else:
            self.recording.fail("cut", UNANSWERED)


class _Still:
    """As much of a socket as http.client needs to parse a head."""

    def __init__(self, head: bytes) -> None:
        self._head = head

    def makefile(self, *_: Any) -> io.BytesIO:
        return io.BytesIO(self._head)


def _body(response: HTTPResponse, recording: Recording) -> _Part:
    return _Chunked(recording) if response.chunked else _Plain(recording, response.length)


class _Plain:
    """A body of known length, or one that ends with the connection."""

    def __init__(self, recording: Recording, length: int | None) -> None:
        self.recording = recording
        self._left = length

    def feed(self, data: bytes) -> None:
        self.recording.piece(data)
        if self._left is not None:
            self._left -= len(data)
            if self._left <= 0:
                self.recording.end()

    def closed_by_server(self) -> None:
        if self._left is None:
            self.recording.end()
        else:
            self.recording.fail("cut", CUT)


class _Chunked:
    """A chunked body (RFC 9112 section 7.1): each chunk is a piece."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._rest = b""
        self._between = False

    def feed(self, data: bytes) -> None:
        self._rest += data
        while (chunk := self._next()) is not None:
            if not chunk:
                self.recording.end()
                return
            self.recording.piece(chunk)

    def _next(self) -> bytes | None:
        """Take the next whole chunk off; ``None`` while it is not all there."""
        if self._between and not self._after_chunk():
            return None
        size, newline, rest = self._rest.partition(b"\n")
        if not newline:
            return None
        length = int(size.partition(b";")[0], 16)
        if len(rest) < length and length:
            return None
        self._rest = rest[length:]
        self._between = True
        return rest[:length]

    def _after_chunk(self) -> bool:
        """Take off the line end behind a chunk, once it is there: readers may skip it at will."""
        _, newline, rest = self._rest.partition(b"\n")
        if newline:
            self._rest, self._between = rest, False
        return bool(newline)

    def closed_by_server(self) -> None:
        _, newline, begun = self._rest.partition(b"\n")
        if newline:
            self.recording.piece(begun)
        self.recording.fail("cut", CUT)


class _Tap:
    """A file that lets its reader's bytes be recorded."""

    def __init__(self, file: Any, body: _Part) -> None:
        self._file = file
        self._body = body

    def _read(self, name: str, *args: Any) -> Any:
        try:
            data = getattr(self._file, name)(*args)
        except TimeoutError as error:
            self._body.recording.fail("read_timeout", str(error))
            raise
        except OSError as error:
            self._body.recording.fail("reset", str(error))
            raise
        return data

    def _taken(self, data: bytes, wanted: int | None) -> bytes:
        if data:
            self._body.feed(data)
        if wanted is None or len(data) < wanted:
            self._body.closed_by_server()
        return data

    def read(self, amount: int | None = None) -> bytes:
        """Read so many bytes, or all of them: fewer mean the line has ended."""
        whole = amount is None or amount < 0
        data: bytes = self._read("read", -1 if whole else amount)
        return self._taken(data, None if whole else amount)

    def read1(self, amount: int = -1) -> bytes:
        """Read what there is."""
        data: bytes = self._read("read1", amount)
        return self._taken(data, 1 if amount else 0)

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, as much as it takes."""
        count: int = self._read("readinto", buffer)
        self._taken(bytes(memoryview(buffer)[:count]), len(buffer))
        return count

    def readline(self, limit: int = -1) -> bytes:
        """Read a line; in a chunked body that is a chunk's size."""
        data: bytes = self._read("readline", limit)
        return self._taken(data, 1)

    def peek(self, amount: int = 0) -> bytes:
        """Look at what comes next; it is not read yet."""
        data: bytes = self._read("peek", amount)
        return data

    def fileno(self) -> int:
        """Give the connection's number."""
        number: int = self._file.fileno()
        return number

    def flush(self) -> None:
        """Nothing is ever written."""

    def close(self) -> None:
        """The reader is done, or gives up."""
        self._file.close()
        self._body.recording.abandon()

    @property
    def closed(self) -> bool:
        """Whether it is."""
        return bool(self._file.closed)
