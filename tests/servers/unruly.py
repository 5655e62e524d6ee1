"""A server on loopback that breaks off, resets, stalls and dribbles, over sockets of its own.

The path says what it does: ``/HOW/FRAMING``, any method.

``HOW``
    ``whole``     sends ``PIECES``, one send each, and ends well
    ``bytewise``  the same body, one byte a piece
    ``moved``     a redirect to ``whole``, with the same body
    ``cut``       sends ``BEGUN`` and closes the connection
    ``reset``     sends ``BEGUN`` and resets it
    ``stall``     sends ``BEGUN`` and then nothing, until the client hangs up
    ``hangup``    closes the connection without an answer
    ``slam``      resets it without an answer
    ``mute``      never answers, until the client hangs up

``FRAMING``
    ``chunked``   every piece is a chunk of ``transfer-encoding: chunked``
    ``length``    the head has the ``content-length`` of the whole body
"""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from typing import Final, Self

BODY: Final = 'data: {"text": "naïve 🦊"}\n\ndata: [DONE]\n\n'.encode()
"""An event stream; the edges of ``PIECES`` are inside its characters."""

PIECES: Final = (BODY[:18], BODY[18:25], BODY[25:33], BODY[33:])
BEGUN: Final = PIECES[:2]
FRAMINGS: Final = ("chunked", "length")
BREAKS: Final = ("cut", "reset", "stall")
"""Ways an answer that has begun does not end."""

SILENCES: Final = ("hangup", "slam", "mute")
"""Ways there is no answer."""

WITHIN: Final = 20.0
"""Seconds after which the server stops waiting for a client to hang up."""


class UnrulyServer:
    """Serves while entered; ``asked`` counts the requests.

    ``pause``: seconds between two sends, for clients to see them one by one.
    """

    def __init__(self, *, pause: float = 0.005) -> None:
        self.asked = 0
        self.pause = pause
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.unruly = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def base(self) -> str:
        """The URL in front of the path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def url(self, how: str, framing: str = "chunked") -> str:
        """Give the URL that is answered in this way."""
        return f"{self.base}/{how}/{framing}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop serving; connections are refused from now on."""
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    unruly: UnrulyServer


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    timeout = WITHIN
    server: _Server

    def handle(self) -> None:
        try:
            while self._answer():
                pass
        except OSError:  # the client is gone
            pass

    def _answer(self) -> bool:
        """Answer one request; whether there may be another on this connection."""
        path = self._asked()
        if path is None:
            return False
        self.server.unruly.asked += 1
        how, framing = path.strip("/").split("/")
        if how not in SILENCES:
            self._send(how, framing)
        if how in {"reset", "slam"}:
            self._reset()
        if how in {"stall", "mute"}:
            self.rfile.read()
        return how in {"whole", "bytewise", "moved"}

    def _asked(self) -> str | None:
        """Read a request and give its path, ``None`` once there is none."""
        first = self.rfile.readline().split()
        if not first:
            return None
        length = 0
        while line := self.rfile.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        self.rfile.read(length)
        return first[1].decode()

    def _send(self, how: str, framing: str) -> None:
        chunked = framing == "chunked"
        framed = "transfer-encoding: chunked" if chunked else f"content-length: {len(BODY)}"
        status = "302 Found\r\nlocation: /whole/chunked" if how == "moved" else "200 OK"
        head = f"HTTP/1.1 {status}\r\ncontent-type: text/event-stream\r\n{framed}\r\n\r\n"
        self._piece(head.encode())
        for piece in self._pieces(how):
            self._piece(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        if chunked and how not in BREAKS:
            self._piece(b"0\r\n\r\n")

    def _pieces(self, how: str) -> tuple[bytes, ...]:
        if how == "bytewise":
            return tuple(BODY[i : i + 1] for i in range(len(BODY)))
        return BEGUN if how in BREAKS else PIECES

    def _piece(self, data: bytes) -> None:
        self.connection.sendall(data)
        time.sleep(self.server.unruly.pause)

    def _reset(self) -> None:
        """Close in a way the peer's next read sees as a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()
