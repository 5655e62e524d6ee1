"""Content codings: a body as it travelled becomes the body that was meant.

The bytes are believed before the ``content-encoding`` header, because recordings are full of
bodies that were decoded while the header stayed. Signatures: gzip RFC 1952 section 2.3.1, zlib
RFC 1950 section 2.2, zstd RFC 8878 section 3.1.1; brotli (RFC 7932) has none.
"""

from __future__ import annotations

import codecs
import importlib
import zlib
from typing import Any, Final

from pytest_argot.wire.sse import is_valid_utf8

MAX_DECODED: Final = 256 * 1024 * 1024
MAX_LAYERS: Final = 4

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_GZIP_WINDOW: Final = 31
_RAW_WINDOW: Final = -15
_BROTLI_MODULES: Final = ("brotli", "brotlicffi")
_ZSTD_MODULES: Final = ("compression.zstd", "backports.zstd", "zstandard")
# A brotli block of a few bytes can stand for 16 MB, and not every module can cap its output:
# small pieces bound how far a bomb overshoots before it is noticed.
_PIECE: Final = 64


def decode(body: bytes, encodings: str = "") -> bytes:
    """Return ``body`` without its content codings (gzip, deflate, zstd, br), outermost first.

    ``encodings`` is the ``content-encoding`` header, ``"gzip, br"`` for a stack. gzip, zlib and
    zstd are recognised by their first bytes whatever it says; br and raw deflate only when it
    names them. At most ``MAX_LAYERS`` codings are undone. A header that lies, a corrupt body and
    a coding whose module is not installed (see ``undecoded``) leave the body as it came; a body
    that was cut off gives what can be read of it.

    Raises ``ValueError`` when the result would be larger than ``MAX_DECODED`` bytes.
    """
    named = [name.strip().lower() for name in encodings.split(",")]
    for _ in range(MAX_LAYERS):
        peeled = _peel(body, named)
        if peeled is None:
            break
        body = peeled
    return body


def undecoded(body: bytes, encodings: str = "") -> str:
    """Name the coding, ``"zstd"`` or ``"br"``, that a ``decode``d body still has; ``""`` if none.

    It is left when no module for it is installed: ``zstandard`` or ``backports.zstd``, ``brotli``
    or ``brotlicffi``.
    """
    if body.startswith(_ZSTD) and _first_module(_ZSTD_MODULES) is None:
        return "zstd"
    named = [name.strip().lower() for name in encodings.split(",")]
    if "br" in named and _first_module(_BROTLI_MODULES) is None and not is_valid_utf8(body):
        return "br"
    return ""


def _peel(body: bytes, named: list[str]) -> bytes | None:
    """Undo one coding; ``named`` loses the names that this explains or that turn out to be lies."""
    for name, undo in (("gzip", _gunzip), ("zstd", _unzstd)):
        plain = undo(body)
        if plain is not None:
            _forget(named, name)
            return plain
    plain = _inflate_zlib(body, cut_off="deflate" in named)
    if plain is not None:
        _forget(named, "deflate")
        return plain
    while named:
        plain = _undo_blindly(body, named.pop())
        if plain is not None:
            return plain
    return None


def _forget(named: list[str], name: str) -> None:
    """Drop the outermost ``name``, and what is said to lie around it but evidently does not."""
    if name in named:
        while named.pop() != name:
            pass


def _undo_blindly(body: bytes, name: str) -> bytes | None:
    """Undo a coding without a signature, on the word of the header."""
    if name == "br":
        return _unbrotli(body)
    return _inflate_raw(body) if name == "deflate" else None


def _gunzip(body: bytes) -> bytes | None:
    """Undo gzip, all members of it; bytes after the last member are padding and are dropped."""
    parts: list[bytes] = []
    rest, room = body, MAX_DECODED
    while rest.startswith(_GZIP):
        stream = zlib.decompressobj(_GZIP_WINDOW)
        try:
            part = stream.decompress(rest, room + 1)
        except zlib.error:
            break
        room = _room_after(part, room)
        if part or stream.eof:
            parts.append(part)
        rest = stream.unused_data
    return b"".join(parts) if parts else None


def _inflate_zlib(body: bytes, *, cut_off: bool) -> bytes | None:
    """Undo zlib; its signature is weak, so a stump is believed only on the header's word."""
    if len(body) < 2 or body[0] & 15 != 8 or int.from_bytes(body[:2]) % 31:  # noqa: PLR2004 - RFC 1950
        return None
    plain, complete = _inflate(body, zlib.MAX_WBITS)
    if not complete and not cut_off:
        return None
    return plain if _believable(body, plain, complete=complete) else None


def _inflate_raw(body: bytes) -> bytes | None:
    """Undo deflate without the zlib wrapper, which some servers send under that name."""
    plain, complete = _inflate(body, _RAW_WINDOW)
    return plain if _believable(body, plain, complete=complete) else None


def _inflate(body: bytes, window: int) -> tuple[bytes, bool]:
    """Inflate, and tell whether the stream ended exactly where the body does."""
    stream = zlib.decompressobj(window)
    try:
        plain = stream.decompress(body, MAX_DECODED + 1)
    except zlib.error:
        return b"", False
    _room_after(plain, MAX_DECODED)
    return plain, stream.eof and not stream.unused_data


def _unzstd(body: bytes) -> bytes | None:
    """Undo zstd, all frames of it; bytes after the last frame are padding and are dropped."""
    module = _first_module(_ZSTD_MODULES) if body.startswith(_ZSTD) else None
    if module is None:
        return None
    parts: list[bytes] = []
    rest, room = body, MAX_DECODED
    while rest.startswith(_ZSTD):
        try:
            frame, rest = _unzstd_frame(module, rest, room)
        except module.ZstdError:
            break
        room = _room_after(frame, room)
        parts.append(frame)
    return b"".join(parts) if parts else None


def _unzstd_frame(module: Any, body: bytes, room: int) -> tuple[bytes, bytes]:
    """Undo the first frame; give what it holds and what follows it."""
    stream = module.ZstdDecompressor()
    if hasattr(stream, "decompressobj"):  # zstandard; the others stream by themselves
        stream = stream.decompressobj()
    plain = bytearray()
    end = 0
    while end < len(body) and not stream.eof:
        plain += stream.decompress(body[end : end + _PIECE])
        _room_after(plain, room)
        end += _PIECE
    if not plain and not stream.eof:
        raise module.ZstdError("nothing can be read of this frame")
    return bytes(plain), stream.unused_data + body[end:]


def _unbrotli(body: bytes) -> bytes | None:
    module = _first_module(_BROTLI_MODULES)
    if module is None:
        return None
    stream = module.Decompressor()
    parts: list[bytes] = []
    room = MAX_DECODED
    try:
        for start in range(0, len(body), _PIECE):
            parts.append(stream.process(body[start : start + _PIECE]))
            room = _room_after(parts[-1], room)
    except module.error:
        return None
    plain = b"".join(parts)
    return plain if _believable(body, plain, complete=stream.is_finished()) else None


def _believable(body: bytes, plain: bytes, *, complete: bool) -> bool:
    """Tell whether ``body`` really was coded, where no strong signature says so.

    Some short bodies happen to be streams of nonsense: ``3`` is brotli for nothing at all.
    """
    is_text = is_valid_utf8(body)
    if not complete:
        return bool(plain) and not is_text and _begins_utf8(plain)
    return not is_text or (is_valid_utf8(plain) if plain else not body.isalnum())


def _begins_utf8(body: bytes) -> bool:
    """Tell whether ``body`` is UTF-8 apart from a character that is cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return False
    return True


def _room_after(part: bytes | bytearray, room: int) -> int:
    if len(part) > room:
        raise ValueError(f"the body decodes to more than {MAX_DECODED:,} bytes")
    return room - len(part)


def _first_module(names: tuple[str, ...]) -> Any:
    """Import the first of the modules that is installed, ``None`` if there is none."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None
