"""Joining what a test asked for with what the file holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.cassette.matching import Matcher

Identity: TypeAlias = "tuple[Hashable, int]"
"""A request's key and its place among equal requests: equal ones are one interaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """What one run of a test did: the interactions it was answered with and those it recorded.

    ``test``: its node id, ``""`` for a script. ``since``: when the session began (RFC 3339).
    """

    mode: str
    test: str
    played: frozenset[Identity]
    recorded: Sequence[Interaction]
    since: str = ""


def identified(
    interactions: Iterable[Interaction], matcher: Matcher
) -> Iterator[tuple[Identity, Interaction]]:
    """Give each interaction with its identity; other tools' recordings get their place counted."""
    counts: Counter[Hashable] = Counter()
    for interaction in interactions:
        key = matcher.key(interaction.request)
        counts[key] += 1
        ordinal = interaction.ordinal or counts[key]
        yield (key, ordinal), replace(interaction, ordinal=ordinal)


def merged(old: Iterable[Interaction], take: Take, matcher: Matcher) -> list[Interaction]:
    """Give the interactions the file shall hold.

    The same request asked for the same time by two tests or two processes is one interaction. In
    mode ``rewrite`` what was recorded replaces the old interactions with its key; in mode
    ``update`` what only this test used to ask, and no longer does, is dropped.
    """
    kept = dict(identified(old, matcher))
    new = dict(identified(take.recorded, matcher))
    if take.mode == "rewrite":
        keys = {key for key, _ in new}
        kept = {
            identity: each
            for identity, each in kept.items()
            if identity[0] not in keys or identity in new or each.recorded_at >= take.since > ""
        }
    for identity, each in new.items():
        kept[identity] = _joined(kept.get(identity), each, take.mode)
    kept = {identity: _owned(identity, each, take) for identity, each in kept.items()}
    if take.mode == "update" and take.test:
        kept = dict(_asked(kept, take, frozenset(new)))
    return list(kept.values())


def _joined(old: Interaction | None, new: Interaction, mode: str) -> Interaction:
    if old is None:
        return new
    tests = tuple(sorted({*old.tests, *new.tests}))
    return replace(new if mode == "rewrite" else old, tests=tests)


def _owned(identity: Identity, interaction: Interaction, take: Take) -> Interaction:
    """Note that the test asks for it too; what no test is known to ask for stays so."""
    if identity not in take.played or not interaction.tests or not take.test:
        return interaction
    return replace(interaction, tests=tuple(sorted({*interaction.tests, take.test})))


def _asked(
    kept: dict[Identity, Interaction], take: Take, new: frozenset[Identity]
) -> Iterator[tuple[Identity, Interaction]]:
    """Leave out what the test no longer asks for, unless another test does."""
    for identity, each in kept.items():
        if take.test not in each.tests or identity in take.played or identity in new:
            yield identity, each
        elif others := tuple(test for test in each.tests if test != take.test):
            yield identity, replace(each, tests=others)
