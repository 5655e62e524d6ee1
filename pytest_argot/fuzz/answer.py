"""Changed answers: the recorded one with another body, and answers that never were recorded."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from pytest_argot.cassette.interaction import Response
from pytest_argot.cassette.streaming import Streaming

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LENGTH = "content-length"


def with_body(recorded: Response, body: bytes, content_type: str = "") -> Response:
    """Give the recorded answer with another body that comes whole; its length stays true."""
    headers = {**recorded.headers}
    if LENGTH in headers:
        headers[LENGTH] = [str(len(body))]
    if content_type:
        headers["content-type"] = [content_type]
    return replace(recorded, headers=headers, body=body, stream=None)


def with_pieces(recorded: Response, pieces: Sequence[bytes], **arrival: Any) -> Response:
    """Give the recorded answer with a body that comes in these pieces.

    ``arrival``: what else ``Streaming`` says, ``failed`` for one. Otherwise the stream ends as the
    recorded one did. A body that fails keeps the length it had promised.
    """
    body = b"".join(pieces)
    edges = tuple(accumulate(len(piece) for piece in pieces if piece))
    streaming = replace(recorded.stream or Streaming(), edges=edges, at=(), **arrival)
    if streaming.failed and LENGTH in recorded.headers and not streaming.missing:
        missing = max(0, len(recorded.body) - len(body))
        return replace(recorded, body=body, stream=replace(streaming, missing=missing))
    return replace(with_body(recorded, body), stream=streaming)


def unanswered(failed: str, message: str) -> Response:
    """Give the failure of an exchange before there was an answer, as a cassette keeps it."""
    return Response(0, "", {}, b"", Streaming(failed=failed, message=message))


def cut_at(body: bytes, edges: Iterable[int]) -> list[bytes]:
    """Cut a body at offsets."""
    inside = sorted({edge for edge in edges if 0 < edge < len(body)})
    ends = [*inside, len(body)]
    return [body[start:end] for start, end in zip([0, *inside], ends, strict=True)]
