"""A recorded answer on its way to a client."""

from __future__ import annotations

from dataclasses import dataclass
from time import sleep
from typing import TYPE_CHECKING

from pytest_argot.cassette.streaming import CLIENT, Streaming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_argot.cassette.interaction import Response
    from pytest_argot.errors import NoMatch

__tracebackhide__ = True


@dataclass(frozen=True, slots=True)
class Failure:
    """How a recorded exchange failed, and what the client's error then said."""

    kind: str
    message: str


def root(error: BaseException) -> BaseException:
    """Give the error a chain of errors began with: what the socket said."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


@dataclass(frozen=True)
class Playback:
    """One recorded answer, piece by piece.

    ``pace``: how much of the recorded delays to keep, 0 for none. ``exhausted`` makes the error
    for a client that reads on where the recorded one had stopped. ``breaking`` is called when a
    body breaks off as it was recorded.
    """

    response: Response
    pace: float
    exhausted: Callable[[], NoMatch]
    breaking: Callable[[], None] = lambda: None

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers, one pair a value."""
        return [(n, value) for n, values in self.response.headers.items() for value in values]

    @property
    def streaming(self) -> Streaming | None:
        """How the body arrived; ``None`` for one that came in one piece."""
        return self.response.stream

    @property
    def failure(self) -> Failure | None:
        """The failure that ended the exchange."""
        streaming = self.streaming
        if streaming is None or not streaming.failed:
            return None
        return Failure(streaming.failed, streaming.message)

    @property
    def missing(self) -> int:
        """How many bytes the head promised and the server never sent."""
        streaming = self.streaming
        return 0 if streaming is None else streaming.missing

    @property
    def unanswered(self) -> bool:
        """Whether the exchange failed before there was an answer."""
        return self.response.status == 0

    def pieces(self) -> Iterator[tuple[float, bytes]]:
        """Give the pieces of the body, each with the seconds to wait before it."""
        body, streaming = self.response.body, self.streaming
        if streaming is None:
            if body:
                yield 0.0, body
            return
        now = 0
        for at, piece in streaming.pieces(body):
            yield (at - now) * self.pace / 1000, piece
            now = at
        if streaming.failed:
            self.breaking()

    def delivered(self) -> Iterable[bytes]:
        """Give the pieces of the body, each after its wait; without any nothing runs between."""
        streaming, body = self.streaming, self.response.body
        if self.pace or (streaming is not None and streaming.failed):
            return self._paced()
        if streaming is None:
            return [body] if body else []
        return streaming.cut(body)

    def _paced(self) -> Iterator[bytes]:
        for seconds, piece in self.pieces():
            if seconds > 0:
                sleep(seconds)
            yield piece

    def finish(self) -> None:
        """Say that the client read to the end; ``NoMatch`` where the recorded client did not."""
        streaming = self.streaming
        if streaming is not None and streaming.ended == CLIENT:
            raise self.exhausted()
