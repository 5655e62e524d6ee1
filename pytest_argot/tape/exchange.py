"""Live requests and responses in the form a cassette keeps: decoded, masked, trimmed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_argot.cassette.interaction import Request, Response
from pytest_argot.wire.coding import decode
from pytest_argot.wire.headers import REQUEST_ALLOWED, RESPONSE_ALLOWED, allow, normalise

if TYPE_CHECKING:
    from pytest_argot.wire.masking import Masker

HeadersLike = Mapping[str, "str | Sequence[str]"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """The request as it is stored and matched, with the masker that knows its credentials."""

    request: Request
    masker: Masker

    @classmethod
    def of(  # noqa: PLR0913 - the parts of a request
        cls,
        masker: Masker,
        keep: Iterable[str],
        *,
        method: str,
        url: str,
        headers: HeadersLike,
        body: Any,
    ) -> Exchange:
        """Take a live request: its own credentials are blanked wherever they re-appear."""
        sent = normalise(headers)
        learned = masker.learning(sent, url)
        content_type = first(sent, "content-type")
        raw = decode(body_bytes(body), first(sent, "content-encoding"))
        kept = allow(sent, REQUEST_ALLOWED, keep)
        return cls(
            Request(
                method=method.upper(),
                url=learned.url(url),
                headers=learned.headers(kept),
                body=learned.body(raw, content_type),
            ),
            learned,
        )

    def response(
        self, status: int, reason: str, headers: HeadersLike, body: bytes, keep: Iterable[str]
    ) -> Response:
        """Take a live response in the same way."""
        came = normalise(headers)
        raw = decode(body, first(came, "content-encoding"))
        return Response(
            status=status,
            reason=self.masker.text(reason or ""),
            headers=self.masker.headers(allow(came, RESPONSE_ALLOWED, keep)),
            body=self.masker.body(raw, first(came, "content-type")),
        )


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
