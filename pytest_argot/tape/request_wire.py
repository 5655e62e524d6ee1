"""A request as http.client sends it, taken apart while it comes (RFC 9112 sections 3 to 7)."""

from __future__ import annotations

from typing import Final

END_OF_HEAD: Final = b"\r\n\r\n"
LINE: Final = b"\r\n"


class RequestWire:
    """Takes bytes until a request is whole.

    ``sent``: all of them. ``method`` and ``target`` (path and query, or the URL when it goes
    through a proxy) are there with the head, ``""`` before; ``body`` is decoded from its chunks.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._rest = bytearray()
        self._body = bytearray()
        self._left: int | None = None
        self.method = ""
        self.target = ""
        self.headers: dict[str, list[str]] = {}
        self.whole = False

    @property
    def sent(self) -> bytes:
        """Everything that came."""
        return b"".join(self._parts)

    @property
    def body(self) -> bytes:
        """What came of the body."""
        return bytes(self._body)

    def feed(self, data: bytes) -> None:
        """Take bytes as they are sent."""
        self._parts.append(data)
        self._rest += data
        if not self.target:
            self._take_head()
        if self.target and not self.whole:
            self._take_body()

    def _take_head(self) -> None:
        head, end, rest = self._rest.partition(END_OF_HEAD)
        if not end:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target = first.split(" ")[:2]
        for line in lines:
            name, _, value = line.partition(":")
            self.headers.setdefault(name.strip().lower(), []).append(value.strip())
        self._rest = rest
        if not self._is_chunked():
            self._left = int(self.headers.get("content-length", ["0"])[0])

    def _is_chunked(self) -> bool:
        return "chunked" in ", ".join(self.headers.get("transfer-encoding", ())).lower()

    def _take_body(self) -> None:
        if self._left is None:
            while self._take_chunk():
                pass
            return
        self._body += self._rest
        self._rest.clear()
        self.whole = len(self._body) >= self._left

    def _take_chunk(self) -> bool:
        """Take a whole chunk off; whether there may be another."""
        size, newline, _ = self._rest.partition(LINE)
        if not newline:
            return False
        length = int(size.partition(b";")[0], 16)
        if not length:  # what ends it is a trailer, mostly an empty one
            self.whole = END_OF_HEAD in self._rest
            return False
        start = len(size) + len(LINE)
        if len(self._rest) < start + length + len(LINE):
            return False
        self._body += self._rest[start : start + length]
        del self._rest[: start + length + len(LINE)]
        return True
