"""Plans that cannot be: selectors that match nothing, families without a variant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pytest_argot.errors import Misuse
from pytest_argot.fuzz.fuzz import FAMILIES
from pytest_argot.fuzz.selector import EVERYTHING
from pytest_argot.wire.json_path import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_argot.fuzz.fuzz import Fuzz
    from pytest_argot.fuzz.subject import Subject
    from pytest_argot.wire.json_path import Path

WHOLE: Final = frozenset({"stream", "http"})
"""The families that concern the answer as a whole, whatever the selectors say."""

_NAMED: Final = 8
_ALIKE: Final = 0.5
"""From where on, between 0 and 1, a path may be what was meant by another."""


def check_selectors(subjects: Sequence[Subject], fuzz: Fuzz) -> None:
    """Raise ``Misuse`` for a selector that names no field, with those that it may have meant.

    One that names a field which the families asked for leave alone is let pass: others vary it.
    """
    if not fuzz.selectors:
        return
    paths = [field.path for subject in subjects for field, _ in subject.fields if field.path]
    for selector in fuzz.parsed:
        if selector.steps != (EVERYTHING,) and not any(map(selector.names, paths)):
            known = sorted(dict.fromkeys(_offered(paths)), key=_place)
            alike = get_close_matches(selector.text.lstrip("!"), known, n=_NAMED, cutoff=_ALIKE)
            names = list(dict.fromkeys((*alike, *known)))
            fields = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
            raise Misuse(
                f"the fuzz selector {selector.text!r} matches nothing that was recorded",
                fix=f"use one of: {fields}" if known else _without_fields(subjects),
            )


def _offered(paths: Iterable[Path]) -> Iterator[str]:
    """Give selectors of fields: each by itself, and what is below an object with a name."""
    for path in paths:
        if len(path) > 1 and isinstance(path[-1], str) and isinstance(path[-2], str):
            yield f"{normalise(path[:-1])}.*"
        yield normalise(path)


def _place(selector: str) -> tuple[int, bool]:
    """Give where a selector is offered: what is at the top first, objects before single fields."""
    inside = selector.endswith(".*")
    return selector.count(".") - inside, not inside


def _without_fields(subjects: Sequence[Subject]) -> str:
    """Say what to do where no answer has a field that could be named."""
    if all(each.model is None for each in subjects):
        return "give the route a response model"
    return (
        "take out the selector: the recorded answers are no JSON, so only whole answers are varied "
        f"(families {', '.join(each for each in FAMILIES if each in WHOLE)})"
    )


def nothing_to_fuzz(
    subjects: Sequence[Subject], fuzz: Fuzz, others: Sequence[str], *, parsing: bool
) -> Misuse:
    """Say why a plan is empty; ``others``: the further families that would give variants."""
    families = ", ".join(each for each in FAMILIES if each in fuzz.families)
    what = f"there is nothing to fuzz: no variant of the families {families}"
    if not subjects:
        return Misuse(
            f"{what}, as nothing is recorded",
            fix="record first: pytest --argot-record=new_episodes",
        )
    if all(each.model is None for each in subjects):
        return Misuse(
            f"{what}, as no response model judges the recording",
            fix='give the route a model, or use families={"stream", "http"}',
        )
    if fuzz.families <= {"stream"} and all(each.stream is None for each in subjects):
        what += ", as no recorded response is one"
    elif not any(each.sound for each in subjects):
        return Misuse(f"{what}, as the recording itself drifts", fix="argot check tells how")
    elif parsing:
        what += " that can be read as data"
    return Misuse(what, fix=_more(fuzz, others))


def _more(fuzz: Fuzz, others: Sequence[str]) -> str:
    """Say what would give variants: other families, those of the selected fields alone if any."""
    fitting = [each for each in others if each not in WHOLE] if fuzz.selectors else []
    families = ", ".join(fitting or others)
    ways = ["take out selectors"] if fuzz.selectors else []
    ways += [f"add families: {families}"] if families else []
    return ", or ".join(reversed(ways)) or "record an answer with more in it"
