"""Which recorded request answers the one that is asked."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final, TypeVar

from pytest_argot.cassette.differences import closest, differences
from pytest_argot.cassette.request_parts import PARTS, Part, body_key, split_url
from pytest_argot.cassette.stored import content_type
from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from pytest_argot.cassette.interaction import Interaction, Request

__all__ = ["Matcher", "Shelf", "closest", "differences"]

_MEMO_SIZE: Final = 4096
Known = TypeVar("Known")


class Matcher:
    """Turns requests into keys: equal keys, equal requests.

    ``match_on`` names the parts that count: method, scheme, host, port, path, query, body.
    Hosts are compared without case, default ports are no ports, an empty path is ``/``, percent
    escapes are undone, query parameters may come in any order. JSON bodies are compared as
    values: key order, white space and ``1`` against ``1.0`` make no difference, ``true``
    against ``1`` does. The boundary of a multipart body does not count. A function may stand
    among the names: it takes a ``Request`` and gives something hashable that counts in its place.

    ``Misuse`` for an unknown part.
    """

    def __init__(self, match_on: Sequence[Part]) -> None:
        unknown = [part for part in match_on if isinstance(part, str) and part not in PARTS]
        if unknown:
            raise Misuse(f"match_on has no {unknown[0]!r}", fix=f"use some of: {', '.join(PARTS)}")
        self.match_on = tuple(match_on)
        self._own = tuple(part for part in match_on if not isinstance(part, str))
        self._lines: dict[tuple[str, str], Hashable] = {}
        self._bodies: dict[tuple[bytes, str], Hashable] = {}

    def key(self, request: Request) -> Hashable:
        """Give the key of a request; equal URLs and equal bodies are parsed once."""
        body = self._body(request) if "body" in self.match_on else None
        return self._line(request), body, *(part(request) for part in self._own)

    def _line(self, request: Request) -> Hashable:
        """Give what counts of the method and the URL."""
        asked = request.method, request.url
        known = self._lines.get(asked)
        if known is None:
            url = split_url(request.url)
            named = [part for part in self.match_on if isinstance(part, str) and part != "body"]
            known = tuple(PARTS[part](request, url) for part in named)
            _keep(self._lines, asked, known)
        return known

    def _body(self, request: Request) -> Hashable:
        if not request.body:
            return b""
        raw = request.body, content_type(request.headers)
        known = self._bodies.get(raw)
        if known is None:
            known = body_key(request)
            _keep(self._bodies, raw, known)
        return known


def _keep(memo: dict[Known, Hashable], known: Known, key: Hashable) -> None:
    """Remember a part of a key; what is full begins anew."""
    if len(memo) >= _MEMO_SIZE:
        memo.clear()
    memo[known] = key


class Shelf:
    """The interactions of a tape, found by request in constant time; safe to use from threads.

    Equal requests are answered in the order they were recorded, each interaction once. With
    ``allow_repeats`` the last of them answers for ever after. ``played`` lists the indices in
    the order they answered.
    """

    def __init__(
        self,
        interactions: Iterable[Interaction],
        matcher: Matcher,
        *,
        allow_repeats: bool = False,
    ) -> None:
        self._matcher = matcher
        self._allow_repeats = allow_repeats
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, deque[int]] = {}
        self._last: dict[Hashable, int] = {}
        self._size = 0
        self._played: list[int] = []
        for interaction in interactions:
            self.add(interaction)

    def add(self, interaction: Interaction) -> int:
        """Put an interaction at the end; give its index."""
        key = self._matcher.key(interaction.request)
        with self._lock:
            index = self._size
            self._size += 1
            self._waiting.setdefault(key, deque()).append(index)
            return index

    def take(self, request: Request) -> int | None:
        """Give the index of the interaction that answers ``request``, ``None`` if none does."""
        return self.take_key(self._matcher.key(request))

    def take_key(self, key: Hashable) -> int | None:
        """Do the same for a request whose key is known."""
        with self._lock:
            waiting = self._waiting.get(key)
            index = waiting.popleft() if waiting else self._repeated(key)
            if index is not None:
                self._last[key] = index
                self._played.append(index)
            return index

    def peek(self, request: Request) -> bool:
        """Tell whether ``take`` would find an answer."""
        key = self._matcher.key(request)
        with self._lock:
            return bool(self._waiting.get(key)) or self._repeated(key) is not None

    def _repeated(self, key: Hashable) -> int | None:
        return self._last.get(key) if self._allow_repeats else None

    @property
    def played(self) -> list[int]:
        """The indices that answered, in that order; repeated ones repeatedly."""
        with self._lock:
            return list(self._played)

    @property
    def unplayed(self) -> list[int]:
        """The indices that have not answered yet, ascending."""
        with self._lock:
            return sorted(index for waiting in self._waiting.values() for index in waiting)
