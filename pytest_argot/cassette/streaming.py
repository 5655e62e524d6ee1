"""How a body arrived, beside the body itself: its pieces, their times, its end.

Kept as ``response.stream`` in the file, which vcrpy ignores.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import chain, pairwise
from operator import sub
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.settings.checks import is_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SERVER: Final = "server"
CLIENT: Final = "client"
FAILURES: Final = (
    "resolve",
    "connect",
    "connect_timeout",
    "read_timeout",
    "reset",
    "cut",
    "write",
    "write_timeout",
)
"""Ways an exchange fails: a name nobody knows, a connection refused, none in time, no answer in
time, a connection reset, one closed before the answer was whole, and the same while sending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Streaming:
    """The arrival of a body.

    ``edges``: offsets in the stored body at which its pieces end, ascending. ``at``: when each
    came, in milliseconds since the request was sent. ``ended``: by whom, ``server`` or
    ``client`` (which stopped reading). ``failed``: one of ``FAILURES``, or ``""``; ``message``:
    what the client's error then said; ``missing``: bytes that ``content-length`` had promised
    and that never came.
    """

    edges: tuple[int, ...] = ()
    at: tuple[int, ...] = ()
    ended: str = SERVER
    failed: str = ""
    message: str = ""
    missing: int = 0

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> Streaming | None:
        """Give what ``response.stream`` says, ``None`` without one.

        ``ValueError`` says what is wrong with it.
        """
        if stored is None:
            return None
        found = cls(
            edges=_ascending("edges", stored),
            at=_ascending("at", stored),
            ended=_one_of("ended", stored.get("ended", SERVER), (SERVER, CLIENT)),
            failed=_one_of("failed", stored.get("failed", ""), ("", *FAILURES)),
            message=str(stored.get("message", "")),
            missing=_count("missing", stored),
        )
        if found.at and len(found.at) != len(found.edges):
            raise ValueError("stream.at has not one time for each of stream.edges")
        return found

    def stored(self) -> dict[str, object]:
        """Give ``response.stream``; applying ``read`` to it gives this again."""
        told: dict[str, object] = {"ended": self.ended}
        if self.failed:
            told |= {"failed": self.failed, "message": self.message}
            told |= {"missing": self.missing} if self.missing else {}
        if self.edges:
            told |= {"edges": list(self.edges), "at": list(self.at)}
        return told

    def pieces(self, body: bytes) -> Iterator[tuple[int, bytes]]:
        """Cut a body at the edges; give each piece with its time.

        A body that was shortened or lengthened by hand is fitted at the end.
        """
        times = self.at or (0,) * len(self.edges)
        timed = zip((*times, max(times, default=0)), self._cut(body), strict=True)
        return (each for each in timed if each[1])

    def cut(self, body: bytes) -> Iterator[bytes]:
        """Cut a body at the edges."""
        return filter(None, self._cut(body))

    def _cut(self, body: bytes) -> Iterator[bytes]:
        """Cut with as little Python as can be: a stream may have thousands of pieces."""
        sizes = map(sub, self.edges, (0, *self.edges))
        return map(io.BytesIO(body).read, chain(sizes, (-1,)))


def moved(edges: Sequence[int], raw: bytes, masked: bytes) -> tuple[int, ...]:
    """Give the offsets in the masked body that stand for those in the raw one.

    Masking changes lines, never their number; inside a line that changed the column is kept.
    """
    if raw == masked:
        return tuple(edges)
    before, after = raw.splitlines(keepends=True), masked.splitlines(keepends=True)
    if len(before) != len(after):
        return tuple(edge for edge in edges if edge <= len(masked))
    found: list[int] = []
    start = shifted = line = 0
    for edge in edges:
        while line < len(before) and start + len(before[line]) <= edge:
            start += len(before[line])
            shifted += len(after[line])
            line += 1
        room = len(after[line]) if line < len(after) else 0
        found.append(shifted + min(edge - start, room))
    return tuple(found)


def _ascending(name: str, stored: Mapping[str, Any]) -> tuple[int, ...]:
    found: tuple[int, ...] = tuple(_each(stored.get(name, [])))
    if -1 in found or any(a > b for a, b in pairwise(found)):
        raise ValueError(f"stream.{name} is not a list of ascending whole numbers")
    return found


def _each(given: Any) -> Iterator[int]:
    """Give whole numbers from 0; -1 for anything else."""
    if not is_list(given):
        yield -1
        return
    for each in given:
        yield each if type(each) is int and each >= 0 else -1


def _count(name: str, stored: Mapping[str, Any]) -> int:
    given = stored.get(name, 0)
    if type(given) is not int or given < 0:
        raise ValueError(f"stream.{name} is not a whole number")
    return given


def _one_of(name: str, given: Any, allowed: tuple[str, ...]) -> str:
    if given not in allowed:
        raise ValueError(f"stream.{name} is none of {', '.join(filter(None, allowed))}")
    return str(given)
