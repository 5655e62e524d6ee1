"""Where the pieces of a body that arrived bit by bit end once its content coding is undone."""

from __future__ import annotations

import zlib
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ZLIB_OR_GZIP: Final = zlib.MAX_WBITS | 32


def decoded_edges(body: bytes, pieces: Sequence[int], decoded: bytes) -> tuple[int, ...]:
    """Give the offsets in the decoded body at which the pieces end, one for each of them.

    ``pieces``: their lengths as they travelled. gzip and zlib are undone piece by piece; of
    other codings only the end is known, and ``()`` is given.
    """
    if body == decoded:
        return tuple(accumulate(pieces))
    try:
        edges = tuple(accumulate(_inflated(body, pieces)))
    except zlib.error:
        return ()
    return edges if edges and edges[-1] == len(decoded) else ()


def _inflated(body: bytes, pieces: Sequence[int]) -> Iterator[int]:
    stream = zlib.decompressobj(_ZLIB_OR_GZIP)
    start = 0
    for length in pieces:
        yield len(stream.decompress(body[start : start + length]))
        start += length
