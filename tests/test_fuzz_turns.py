"""Taking from several sources: in turn, and rather something new."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pytest_argot.fuzz.turns import spread, turns

if TYPE_CHECKING:
    from collections.abc import Iterator


def given(sources: int, count: int, items: str = "abcdefghijklmnopqrstuvwxyz") -> list[str]:
    """Give the first of so many sources that all have the same, each with its source's number."""

    def source(number: int) -> Iterator[str]:
        return (f"{item}{number}" for item in items)

    return list(islice(spread(map(source, range(sources)), lambda each: each[0]), count))


def test_turns() -> None:
    """The first of each, then the second of each, until all are empty."""
    assert list(turns(["abc", "", "x"])) == ["a", "x", "b", "c"]


def test_two_sources_give_their_best_in_turn() -> None:
    """Of few sources each gives its own best, whatever the other gave."""
    assert given(2, 6) == ["a0", "a1", "b0", "b1", "c0", "c1"]


def test_many_sources_give_something_new() -> None:
    """Of many sources each gives what the others did not, and what is likeliest most often."""
    found = given(40, 40)
    assert [each[0] for each in found[:8]] == list("abcdefgh")
    letters = [each[0] for each in found]
    assert len(set(letters)) > 12
    assert letters.count("a") == max(map(letters.count, letters))


def test_nothing_is_lost_or_given_twice() -> None:
    """In the end all was given, also by sources of different length."""
    found = given(7, 1000)
    assert len(set(found)) == len(found) == 7 * 26
    uneven = spread(["ab", "", "abcdef", "c"], lambda each: each)
    assert sorted(uneven) == sorted("ababcdefc")


def test_no_source_is_looked_into_further_than_needed() -> None:
    """What is made one after the other is made when it is wanted, or nearly."""
    looked = list[int]()

    def source() -> Iterator[int]:
        for number in range(1000):
            looked.append(number)
            yield number

    sources = [source() for _ in range(10)]
    assert len(list(islice(spread(sources, lambda each: each), 10))) == 10
    assert len(looked) < 60
