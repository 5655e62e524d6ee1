"""Several variants at once, found and shrunk by Hypothesis (the extra ``fuzz``)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.errors import Misuse
from pytest_argot.fuzz.combining import combined, meet
from pytest_argot.fuzz.planning import variants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import SearchStrategy

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.routes import Routes
    from pytest_argot.fuzz.fuzz import Fuzz
    from pytest_argot.fuzz.variant import Variant

LIKELIEST: Final = 6
"""How many fields, the likeliest to change, are changed more often than the others."""

OFTEN: Final = 1
SELDOM: Final = 7
"""A field is changed in every other combination, or in one of eight."""

LATEST: Final = 3
"""Of two changes that meet the likelier is made, the other in one of four combinations."""

FIRST: Final = 24
"""How many single changes, the likeliest, are drawn more often than the others."""


class Combination:
    """Some variants of one interaction, applied together; Hypothesis prints it as the changes."""

    def __init__(self, chosen: Sequence[Variant], whole: Variant) -> None:
        self.chosen = tuple(chosen)
        self.whole = whole

    @classmethod
    def of_one(cls, variant: Variant) -> Combination:
        """Give the combination that is one change alone."""
        return cls([variant], variant)

    def __repr__(self) -> str:
        return "; ".join(f"{each.path} = {each.new}" for each in self.chosen)


def combinations(
    interactions: Sequence[Interaction], routes: Routes, fuzz: Fuzz, *, parsing: bool = False
) -> SearchStrategy[Combination]:
    """Give a strategy of combinations: single changes, the likeliest more often, and several.

    The simplest are single changes. ``Misuse`` without Hypothesis, and as ``changes`` says.
    """
    require_hypothesis()
    from hypothesis import strategies

    plan = changes(interactions, routes, fuzz, parsing=parsing)
    one = strategies.one_of(strategies.sampled_from(plan[:FIRST]), strategies.sampled_from(plan))
    return strategies.one_of(one.map(Combination.of_one), several(interactions, routes, plan))


def changes(
    interactions: Sequence[Interaction], routes: Routes, fuzz: Fuzz, *, parsing: bool = False
) -> tuple[Variant, ...]:
    """Give all single changes of fields that can be combined, the likeliest first.

    ``Misuse`` where there are none, and as ``planning.variants`` says.
    """
    plan = variants(interactions, routes, fuzz, full=True, parsing=parsing)
    found = tuple(each for each in plan if each.changes)
    if not found:
        raise Misuse(
            "there is nothing to combine: no variant changes a field",
            fix='add a family that does: families={"valid"}',
        )
    return found


def several(
    interactions: Sequence[Interaction], routes: Routes, plan: Sequence[Variant]
) -> SearchStrategy[Combination]:
    """Give a strategy of combinations of the changes in ``plan``, which shrinks to the fewest."""
    from hypothesis import strategies

    @strategies.composite
    def of_group(draw: Any, paths: list[list[Variant]]) -> Combination | None:
        chosen: list[Variant] = []
        latest = draw(strategies.integers(0, LATEST)) == LATEST
        for number, options in enumerate(paths):
            times = SELDOM if number >= LIKELIEST else OFTEN
            if draw(strategies.integers(0, times)) != times:
                continue
            place: int = draw(strategies.integers(0, len(options) - 1))
            one = options[place]
            if meet([*chosen, one]):
                if not latest:
                    continue
                chosen = [each for each in chosen if not meet([each, one])]
            chosen.append(one)
        whole = combined(interactions, routes, chosen)
        return None if whole is None else Combination(chosen, whole)

    some = strategies.one_of([of_group(_by_path(group)) for group in _by_interaction(plan)])
    return some.filter(bool)  # type: ignore[return-value]  # None is filtered out


def require_hypothesis() -> None:
    """Raise ``Misuse`` where Hypothesis is not installed."""
    if find_spec("hypothesis") is None:
        raise Misuse(
            "searching needs Hypothesis, which is not installed",
            fix="pip install 'pytest-argot[fuzz]'",
        )


def _by_interaction(plan: Sequence[Variant]) -> list[list[Variant]]:
    groups: dict[int, list[Variant]] = {}
    for each in plan:
        groups.setdefault(each.interaction, []).append(each)
    return list(groups.values())


def _by_path(group: list[Variant]) -> list[list[Variant]]:
    paths: dict[str, list[Variant]] = {}
    for each in group:
        paths.setdefault(each.path, []).append(each)
    return list(paths.values())
