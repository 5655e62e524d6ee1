"""Joining what was recorded now with what the file holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.cassette.matching import Matcher


def merged(
    old: Sequence[Interaction], new: Sequence[Interaction], matcher: Matcher
) -> list[Interaction]:
    """Give the old interactions, then those new ones whose (request, ordinal) is not there.

    The same request asked for the same time by two tests or two processes is one interaction.
    """
    seen: set[tuple[Hashable, int]] = set()
    result: list[Interaction] = []
    for interaction in (*_ordered(old, matcher), *new):
        identity = (matcher.key(interaction.request), interaction.ordinal)
        if identity not in seen:
            seen.add(identity)
            result.append(interaction)
    return result


def _ordered(old: Iterable[Interaction], matcher: Matcher) -> Iterable[Interaction]:
    """Give interactions without an ordinal (recorded by other tools) their place among equals."""
    counts: Counter[Hashable] = Counter()
    for interaction in old:
        key = matcher.key(interaction.request)
        counts[key] += 1
        yield interaction if interaction.ordinal else replace(interaction, ordinal=counts[key])
