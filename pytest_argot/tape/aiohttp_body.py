# pyright: basic
"""The body of a request aiohttp is about to send: bytes, a file, a form, a generator."""

from __future__ import annotations

from typing import Any

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload, Payload


async def sent_body(req: Any) -> bytes:
    """Give the body of a ``ClientRequest``; one that can be read once only is replaced by it."""
    payload = req.body
    if not isinstance(payload, Payload):  # up to aiohttp 3.11 bytes are no payload
        return bytes(payload or b"")
    if isinstance(payload, BytesPayload):
        return bytes(payload._value)  # noqa: SLF001 - as aiohttp's own write does
    collector = _Collector()
    await payload.write(collector)
    await _replace(req, payload, collector.data)
    return collector.data


async def _replace(req: Any, payload: Any, data: bytes) -> None:
    if not isinstance(getattr(type(req), "body", None), property):  # up to aiohttp 3.11
        req.body = data
        return
    plain = BytesPayload(b"")  # one made of many bytes would warn
    plain._value, plain._size = data, len(data)  # noqa: SLF001 - the same
    req._body = plain  # noqa: SLF001 - the setter would rewrite the headers
    await payload.close()


class _Collector(AbstractStreamWriter):
    """Takes what would be sent."""

    def __init__(self) -> None:
        self.data = b""

    async def write(self, chunk: Any) -> None:
        self.data += bytes(chunk)

    async def write_eof(self, chunk: bytes = b"") -> None:
        self.data += bytes(chunk)

    async def drain(self) -> None:
        """Nothing waits."""

    def enable_compression(self, *_: Any, **__: Any) -> None:
        """What is compressed is compressed when it is sent."""

    def enable_chunking(self) -> None:
        """The same for chunks."""

    async def write_headers(self, *_: Any) -> None:
        """A body has none."""
