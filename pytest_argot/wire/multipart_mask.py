"""The parts of a multipart form, changed one by one; boundaries and binary parts stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_BOUNDARY: Final = re.compile(r"""boundary=(?:"([^"]{1,200})"|([^\s;,"]{1,200}))""", re.IGNORECASE)
_NAME: Final = re.compile(
    rb"""content-disposition:[^\r\n]*?[;\s]name="([^"\r\n]*)\"""", re.IGNORECASE
)
_TYPE: Final = re.compile(rb"(?:\A|\n)content-type:[ \t]*([^\r\n]*)", re.IGNORECASE)
_PART: Final = re.compile(rb"(?P<head>.*?\r?\n\r?\n)(?P<body>.*?)(?P<end>\r?\n)?", re.DOTALL)


def boundary(content_type: str) -> bytes:
    """Give the boundary of a ``multipart/...`` content type, ``b""`` if it has none."""
    if not content_type.strip().lower().startswith("multipart/"):
        return b""
    match = _BOUNDARY.search(content_type)
    return (match[1] or match[2]).encode("utf-8", "replace") if match else b""


def map_parts(
    body: bytes,
    mark: bytes,
    change: Callable[[str, bytes, str], bytes],
) -> bytes:
    """Apply ``change`` to every part: its field name, its content, its content type."""
    pieces = body.split(b"--" + mark)
    return (b"--" + mark).join(
        _map_part(piece, change) if place > 0 else piece for place, piece in enumerate(pieces)
    )


def _map_part(piece: bytes, change: Callable[[str, bytes, str], bytes]) -> bytes:
    part = _PART.fullmatch(piece)
    if part is None:
        return piece
    name, kind = _NAME.search(part["head"]), _TYPE.search(part["head"])
    field = name[1].decode("utf-8", "replace") if name else ""
    content_type = kind[1].decode("latin-1") if kind else "text/plain"
    return part["head"] + change(field, part["body"], content_type) + (part["end"] or b"")
