"""Putting recordings into a cassette by hand, without a test that asks for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_argot.tape.keeping import identified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.cassette.matching import Matcher


def promoted(
    old: Iterable[Interaction], new: Iterable[Interaction], matcher: Matcher
) -> list[Interaction]:
    """Give what the cassette shall hold: of two equal interactions the newer, and all the rest.

    The same request asked for the same time is one interaction; whoever asked for it still does.
    """
    kept = dict(identified(old, matcher))
    for identity, each in identified(new, matcher):
        present = kept.get(identity, each)
        newer = present if present.recorded_at > each.recorded_at else each
        kept[identity] = replace(newer, tests=tuple(sorted({*present.tests, *each.tests})))
    return list(kept.values())
