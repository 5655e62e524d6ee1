"""An answer while it passes from the server through to the client."""

from __future__ import annotations

import io
import threading
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.cassette.streaming import CLIENT, SERVER, Streaming
from pytest_argot.tape.exchange import LiveResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_argot.tape.exchange import HeadersLike, LiveRequest

DONE: Final = b"[DONE]"
TAIL: Final = 64
"""Bytes from a stream's end in which its last event is looked for."""


class Recording:
    """Takes the pieces of one answer as they come, and hands the whole to its tape.

    ``done`` is called once, with the answer, or ``dropped`` where there was none; the first of
    ``end``, ``fail`` and ``abandon`` counts. The clients' patches call them from whatever thread
    or task reads.
    """

    def __init__(
        self,
        request: LiveRequest,
        done: Callable[[Recording, LiveResponse], None],
        dropped: Callable[[Recording], None],
    ) -> None:
        self.request = request
        self._done = done
        self._dropped = dropped
        self._asked_at = perf_counter()
        self._status = 0
        self._reason = ""
        self._headers: HeadersLike = {}
        self._body = io.BytesIO()  # which gives all of it without making a copy
        self._pieces: list[int] = []
        self._at: list[int] = []
        self._lock = threading.Lock()
        self._ended = False

    def began(self, status: int, reason: str, headers: HeadersLike) -> None:
        """Take the head of the answer."""
        self._status, self._reason, self._headers = status, reason, headers

    def piece(self, data: bytes) -> None:
        """Take a piece of the body, as coded as it came."""
        if data and not self._ended:
            self._pieces.append(self._body.write(data))
            self._at.append(round((perf_counter() - self._asked_at) * 1000))

    def end(self) -> None:
        """The server ended the body."""
        self._finish(SERVER)

    def fail(self, kind: str, message: str) -> None:
        """The exchange failed: ``kind`` is one of ``cassette.streaming.FAILURES``."""
        self._finish(SERVER, failed=kind, message=message)

    def abandon(self) -> None:
        """The client stopped reading; an event stream that said ``[DONE]`` is whole all the same.

        A request that was given up before there was an answer leaves nothing.
        """
        whole = DONE in self._body.getvalue()[-TAIL:]
        self._finish(SERVER if whole else CLIENT)

    def _finish(self, ended: str, **failure: Any) -> None:
        with self._lock:
            if self._ended:
                return
            self._ended = True
        if not self._status and not failure:
            self._dropped(self)
            return
        answer = LiveResponse(
            status=self._status,
            reason=self._reason,
            headers=self._headers,
            body=self._body.getvalue(),
            pieces=tuple(self._pieces),
            streaming=Streaming(at=tuple(self._at), ended=ended, **failure),
        )
        self._body = io.BytesIO()
        self._done(self, answer)
