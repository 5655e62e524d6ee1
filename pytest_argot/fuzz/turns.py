"""Taking from several sources in turn."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

_T = TypeVar("_T")

FEW: Final = 4
"""Sources of which each gives its best, whatever the others gave."""

AHEAD: Final = 24
"""How far a source is looked into for something else than the others gave."""


def turns(sources: Iterable[Iterable[_T]]) -> Iterator[_T]:
    """Give the first of each source, then the second of each, until all are empty."""
    waiting = deque(map(iter, sources))
    while waiting:
        source = waiting.popleft()
        for each in source:
            yield each
            waiting.append(source)
            break


def spread(sources: Iterable[Iterable[_T]], label: Callable[[_T], Hashable]) -> Iterator[_T]:
    """Give from each source in turn, the sooner what fewer of the others gave.

    The more sources there are, the more that counts against the order of a source.
    """
    waiting = deque(_Source(iter(each)) for each in sources)
    weight = max(1, len(waiting) / FEW)
    given = Counter[object]()
    while waiting:
        source = waiting.popleft()
        for each in source.best(lambda each: weight * given[label(each)]):
            given[label(each)] += 1
            yield each
            waiting.append(source)


class _Source(Generic[_T]):
    """What one source has yet to give."""

    def __init__(self, items: Iterator[_T]) -> None:
        self._items = items
        self._ahead: list[tuple[int, _T]] = []
        self._looked = 0

    def best(self, penalty: Callable[[_T], float]) -> Iterator[_T]:
        """Give the one of the least place and penalty, nothing once all are given."""
        costs = [place + penalty(each) for place, each in self._ahead]
        while len(costs) < AHEAD and self._looked < min(costs, default=self._looked + 1):
            found = next(self._items, None)
            if found is None:
                break
            self._ahead.append((self._looked, found))
            costs.append(self._looked + penalty(found))
            self._looked += 1
        if costs:
            yield self._ahead.pop(costs.index(min(costs)))[1]
