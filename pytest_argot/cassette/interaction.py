"""One request and its response, as a cassette holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_argot.cassette.streaming import Streaming
    from pytest_argot.wire.headers import Headers


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: ``method`` in upper case, the absolute ``url``, the decoded ``body``.

    ``headers`` maps lower-case names to the list of their values.
    """

    method: str
    url: str
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered: HTTP ``status`` and ``reason``, ``headers`` and the decoded ``body``.

    ``stream`` tells how a streamed body arrived; offsets in it refer to ``body``. ``None`` for a
    body that came in one piece.
    """

    status: int
    reason: str
    headers: Headers
    body: bytes
    stream: Streaming | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request, its response and where they come from.

    ``tests`` are the node ids of the tests that ask for it, as far as runs that wrote know,
    ``ordinal`` its 1-based place among the equal requests of a test (0: unknown),
    ``recorded_at`` an RFC 3339 time in UTC seconds, ``"2026-11-22T13:50:00Z"``. Recordings of
    other tools leave all three empty.
    """

    request: Request
    response: Response
    tests: tuple[str, ...] = ()
    ordinal: int = 0
    recorded_at: str = ""
