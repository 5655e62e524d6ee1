"""Several variants of one response as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_argot.fuzz.fuzz import FAMILIES
from pytest_argot.fuzz.subject import Subject
from pytest_argot.fuzz.variant import END, Variant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.routes import Routes


def combined(
    interactions: Sequence[Interaction], routes: Routes, chosen: Sequence[Variant]
) -> Variant | None:
    """Give one variant with the changes of several, all of the same interaction.

    ``None`` when two of them touch the same value or one a part of the other's, when one is no
    change of JSON, and when there are none.
    """
    if not chosen or any(not each.changes for each in chosen):
        return None
    if len({each.interaction for each in chosen}) > 1 or meet(chosen):
        return None
    if len(chosen) == 1:
        return chosen[0]
    index = chosen[0].interaction
    interaction = interactions[index]
    return _combination(Subject(index, interaction, routes.find(interaction.request)), chosen)


def _combination(subject: Subject, chosen: Sequence[Variant]) -> Variant | None:
    changes = tuple(change for each in chosen for change in each.changes)
    try:
        revised = subject.after(changes)
    except (LookupError, TypeError):
        return None
    families = {each.family for each in chosen}
    events = {each.event for each in chosen}
    return Variant(
        id="+".join(each.id for each in chosen),
        family=next(each for each in reversed(FAMILIES) if each in families),
        path=", ".join(each.path for each in chosen),
        old=", ".join(each.old for each in chosen),
        new=", ".join(each.new for each in chosen),
        valid=subject.allows(changes, revised),
        interaction=subject.index,
        make=lambda: (subject.answer(revised),),
        then=END,
        event=events.pop() if len(events) == 1 else None,
        changes=changes,
        parts=tuple(chosen),
    )


def meet(chosen: Sequence[Variant]) -> bool:
    """Tell whether two variants change the same value, or one of them a part of the other's."""
    return any(
        ours.meets(theirs)
        for number, one in enumerate(chosen)
        for other in chosen[:number]
        for ours in one.changes
        for theirs in other.changes
    )
