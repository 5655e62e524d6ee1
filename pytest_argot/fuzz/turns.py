"""Taking from several sources in turn."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_T = TypeVar("_T")


def turns(sources: Iterable[Iterable[_T]]) -> Iterator[_T]:
    """Give the first of each source, then the second of each, until all are empty."""
    waiting = deque(map(iter, sources))
    while waiting:
        source = waiting.popleft()
        for each in source:
            yield each
            waiting.append(source)
            break
