"""Several variants at once, found and shrunk by Hypothesis (the extra ``fuzz``)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.errors import Misuse
from pytest_argot.fuzz.planning import combined, meet, variants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import SearchStrategy

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.routes import Routes
    from pytest_argot.fuzz.fuzz import Fuzz
    from pytest_argot.fuzz.variant import Variant

LIKELIEST: Final = 6
"""How many fields, the likeliest to change, are changed more often than the others."""

OFTEN: Final = 2
SELDOM: Final = 7
"""A field is changed once in three, or once in eight combinations."""


class Combination:
    """Some variants of one interaction, applied together; Hypothesis prints it as the changes."""

    def __init__(self, chosen: Sequence[Variant], whole: Variant) -> None:
        self.chosen = tuple(chosen)
        self.whole = whole

    def __repr__(self) -> str:
        return "; ".join(f"{each.path} = {each.new}" for each in self.chosen)


def combinations(
    interactions: Sequence[Interaction], routes: Routes, fuzz: Fuzz, *, parsing: bool = False
) -> SearchStrategy[Combination]:
    """Give a strategy of combinations; the simplest are single changes, the likeliest first.

    ``Misuse`` without Hypothesis, and as ``planning.variants`` says.
    """
    require_hypothesis()
    from hypothesis import strategies

    plan = variants(interactions, routes, fuzz, full=True, parsing=parsing)
    groups: dict[int, list[Variant]] = {}
    for each in plan:
        if each.changes:
            groups.setdefault(each.interaction, []).append(each)
    if not groups:
        raise Misuse(
            "there is nothing to combine: no variant changes a field",
            fix='add a family that does: families={"valid"}',
        )

    @strategies.composite
    def of_group(draw: Any, group: list[Variant]) -> Combination | None:
        chosen: list[Variant] = []
        for number, options in enumerate(_by_path(group)):
            seldom = SELDOM if number >= LIKELIEST else OFTEN
            if draw(strategies.integers(0, seldom)) == seldom:
                place: int = draw(strategies.integers(0, len(options) - 1))
                one = options[place]
                chosen += [] if meet([*chosen, one]) else [one]
        whole = combined(interactions, routes, chosen)
        return None if whole is None else Combination(chosen, whole)

    some = strategies.one_of([of_group(group) for group in groups.values()])
    return some.filter(bool)  # type: ignore[return-value]  # None is filtered out


def require_hypothesis() -> None:
    """Raise ``Misuse`` where Hypothesis is not installed."""
    if find_spec("hypothesis") is None:
        raise Misuse(
            "searching needs Hypothesis, which is not installed",
            fix="pip install 'pytest-argot[fuzz]'",
        )


def _by_path(group: list[Variant]) -> list[list[Variant]]:
    paths: dict[str, list[Variant]] = {}
    for each in group:
        paths.setdefault(each.path, []).append(each)
    return list(paths.values())
