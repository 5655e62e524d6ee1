"""Live requests and responses in the form a cassette keeps: decoded, masked, trimmed."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_argot.cassette.interaction import Request, Response
from pytest_argot.cassette.streaming import SERVER, Streaming, moved
from pytest_argot.wire.coding import decode
from pytest_argot.wire.headers import REQUEST_ALLOWED, RESPONSE_ALLOWED, allow, normalise
from pytest_argot.wire.piecewise import decoded_edges
from pytest_argot.wire.sse import is_event_stream

if TYPE_CHECKING:
    from pytest_argot.wire.masking import Masker

HeadersLike = Mapping[str, "str | Sequence[str]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRequest:
    """A request as the client sends it; only its method is fit to be shown."""

    method: str
    url: str = field(repr=False)
    headers: HeadersLike = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def identity(self) -> Hashable:
        """Give what is the same for requests of which not a byte differs."""
        values = self.headers.values()
        told = [each if isinstance(each, str) else tuple(each) for each in values]
        return self.method, self.url, self.body, *self.headers, *told


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveResponse:
    """A response as it came: the body still coded. Only its status is fit to be shown.

    ``pieces``: the lengths of the parts it came in. ``streaming``: their times and the end, with
    edges yet to be found; ``None`` where that is not known.
    """

    status: int
    reason: str = field(repr=False)
    headers: HeadersLike = field(repr=False)
    body: bytes = field(repr=False)
    pieces: tuple[int, ...] = field(default=(), repr=False)
    streaming: Streaming | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """The request as it is stored and matched, with the masker that knows its credentials.

    ``keep``: names of headers to keep besides the allowed ones.
    """

    request: Request
    masker: Masker
    keep: tuple[str, ...]

    @classmethod
    def of(cls, asked: LiveRequest, masker: Masker, keep: tuple[str, ...]) -> Exchange:
        """Take a live request: its own credentials are blanked wherever they re-appear."""
        sent = normalise(asked.headers)
        raw = decode(asked.body, first(sent, "content-encoding"))
        learned = masker.learning(sent, asked.url, raw)
        request = Request(
            method=asked.method.upper(),
            url=learned.url(asked.url),
            headers=learned.headers(allow(sent, REQUEST_ALLOWED, keep)),
            body=learned.body(raw, first(sent, "content-type")),
        )
        return cls(request, learned, keep)

    def response(self, answer: LiveResponse) -> Response:
        """Take the live response in the same way."""
        came = normalise(answer.headers)
        raw = decode(answer.body, first(came, "content-encoding"))
        masked = self.masker.body(raw, first(came, "content-type"))
        return Response(
            status=answer.status,
            reason=self.masker.text(answer.reason),
            headers=self.masker.headers(allow(came, RESPONSE_ALLOWED, self.keep)),
            body=masked,
            stream=self._stream(answer, raw, masked),
        )

    def _stream(self, answer: LiveResponse, raw: bytes, masked: bytes) -> Streaming | None:
        """Tell how the body arrived, where that is worth keeping.

        A body that came whole and is no stream is not: its pieces are the network's, and would
        change with every recording.
        """
        streaming = answer.streaming
        if streaming is None:
            return None
        plain = streaming.ended == SERVER and not streaming.failed
        if plain and not is_event_stream(raw, first(normalise(answer.headers), "content-type")):
            return None
        edges = moved(decoded_edges(answer.body, answer.pieces, raw), raw, masked)
        at = streaming.at if len(streaming.at) == len(edges) else ()
        message = self.masker.text(streaming.message)
        missing = _missing(answer) if streaming.failed else 0
        return replace(streaming, edges=edges, at=at, message=message, missing=missing)


def _missing(answer: LiveResponse) -> int:
    """Count the bytes of the body that were promised and did not come."""
    told = first(normalise(answer.headers), "content-length")
    return max(0, int(told) - len(answer.body)) if told.isdecimal() else 0


def first(headers: Mapping[str, Sequence[str]], name: str) -> str:
    """Give the first value of a header, ``""`` without one."""
    values = headers.get(name)
    return values[0] if values else ""


def body_bytes(body: Any) -> bytes:
    """Give a request body as bytes; objects (aiohttp's ``json=``) become JSON text."""
    if hasattr(body, "read"):
        body = body.read()
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    if not isinstance(body, dict) and (pieces := _pieces(body)):
        return b"".join(pieces)
    return json.dumps(body, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")


def _pieces(body: Any) -> list[bytes]:
    """Give the pieces of a body sent piece by piece, ``[]`` when it is something else."""
    if isinstance(body, bool | int | float):
        return []
    pieces: list[Any] = list(body)
    whole = all(isinstance(piece, bytes | bytearray) for piece in pieces)
    return [bytes(piece) for piece in pieces] if whole else []
