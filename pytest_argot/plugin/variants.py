"""One test per variant: made when tests are collected, from the cassette and the response model."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pytest

from pytest_argot.errors import ArgotError, CassetteCorrupt, CassetteMissing, Misuse
from pytest_argot.plugin.marker import MARKER
from pytest_argot.plugin.run import DATA_FIXTURES
from pytest_argot.plugin.session import SESSION
from pytest_argot.plugin.variant_ids import RECORDED, SEARCH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pytest_argot.fuzz.variant import Variant
    from pytest_argot.plugin.session import Session
    from pytest_argot.tape.plan import Plan

PARAM: Final = "argot_variant"
_HASHED: Final = re.compile(r"-[0-9a-f]{8}$")


@dataclass(frozen=True, slots=True)
class Varied:
    """The variant a test item stands for, by id, and the name the test has without it."""

    variant: str
    plain_name: str


VARIED: pytest.StashKey[Varied] = pytest.StashKey()
UNRECORDED: pytest.StashKey[bool] = pytest.StashKey()
UNVARIED: pytest.StashKey[bool] = pytest.StashKey()
"""Whether all variants were asked for, and there are none while recording."""


def varied(item: pytest.Item) -> Varied:
    """Tell what variant an item stands for, ``""`` for one that is not fuzzed."""
    if (known := item.stash.get(VARIED, None)) is not None:
        return known
    params: Mapping[str, object] = getattr(getattr(item, "callspec", None), "params", {})
    variant = str(params.get(PARAM, ""))
    name = item.name
    if variant:
        for ending, rest in ((f"[{variant}]", ""), (f"-{variant}]", "]")):
            if name.endswith(ending):
                name = name.removesuffix(ending) + rest
                break
    found = item.stash[VARIED] = Varied(variant, name)
    return found


def plain_nodeid(item: pytest.Item) -> str:
    """Give the node id of the test without the variant: the one that owns recordings."""
    return item.nodeid.removesuffix(item.name) + varied(item).plain_name


def reads_data(item: pytest.Item) -> bool:
    """Tell whether a test asks for a data fixture."""
    return not DATA_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a fuzzed test one more parameter, the last of its id."""
    test = metafunc.definition
    if not is_fuzzed(test):
        return
    session = metafunc.config.stash[SESSION]
    data = not DATA_FIXTURES.isdisjoint(metafunc.fixturenames)
    ids = list(ids_of(test, session, data=data))
    if ids == [RECORDED] and _has_parameters(metafunc):
        return
    if ids:
        metafunc.fixturenames.append(PARAM)
        metafunc.parametrize(PARAM, ids, ids=ids)


def _has_parameters(metafunc: pytest.Metafunc) -> bool:
    """Tell whether a test has parameters of its own, by mark, by fixture or by another plugin.

    Recordings and commands name tests without the variant: ``pytest test_it.py::test_a`` finds
    ``test_a[recorded]``, but nothing finds ``test_a[1-recorded]`` by ``test_a[1]``. So only a test
    without parameters keeps the id ``recorded`` where it has no variants. No public attribute
    tells of parameters; without the one there is now, a test counts as having some.
    """
    return bool(getattr(metafunc, "_calls", True))


def is_fuzzed(test: pytest.Item) -> bool:
    """Tell whether a test, or anything above it, asks for variants."""
    return any("fuzz" in mark.kwargs for mark in test.iter_markers(MARKER))


def ids_of(test: pytest.Item, session: Session, *, data: bool) -> Iterator[str]:
    """Give the ids of a test's variants, over all cassettes it may have.

    ``recorded`` alone where there are none: while fuzzing is off, and without a recording.
    What is wrong with the test's options is told when its items are planned.
    """
    from pytest_argot.plugin.planning import plan_of

    try:
        plan = plan_of(test, session)
    except ArgotError:
        return
    if plan.fuzz is None:
        return
    if not session.fuzzing.is_on(plan):
        yield RECORDED
        return
    ids: dict[str, None] = {}
    refused: Misuse | None = None
    planned = False
    for each in _plans(test, plan, session):
        try:
            ids |= dict.fromkeys(session.variants(each, data=data))
            planned = True
        except CassetteMissing:  # an empty one
            continue
        except Misuse as error:
            refused = Misuse(error.what, where=error.where or test.nodeid, fix=error.fix)
    if refused is not None and not planned:
        session.fuzzing.refused.append(refused)
        return
    searched = planned and plan.fuzz.search
    yield from (RECORDED, *ids, *([SEARCH] if searched else []))


def _plans(test: pytest.Item, plan: Plan, session: Session) -> Iterator[Plan]:
    """Give the plans of a test and of its parameters, as far as their recordings tell."""
    for paths in _cassettes(test, plan, session):
        with suppress(CassetteMissing, CassetteCorrupt):
            here = replace(plan, paths=paths)
            interactions = session.archive.interactions(here)
            owners = {owner for each in interactions for owner in each.tests}
            own = {owner for owner in owners if f"{owner}[".startswith(f"{plan.test}[")}
            yield from (replace(here, test=owner) for owner in sorted(own or {plan.test}))


def _cassettes(test: pytest.Item, plan: Plan, session: Session) -> Iterator[tuple[Path, ...]]:
    """Give the cassettes of a test and of each of its parameters, so far as they exist."""
    from pytest_argot.cassette.naming import REJECTED
    from pytest_argot.plugin.planning import named_paths

    yield plan.paths
    if not plan.options.names:
        stem = _HASHED.sub("", plan.path.stem)
        found = plan.path.parent.glob("*.yaml")
        alike = (each for each in sorted(found) if each.name.startswith(f"{stem}["))
        yield from ((each,) for each in alike if not each.stem.endswith(REJECTED))
    for mark in test.iter_markers("parametrize"):
        for values in mark.args[1] if len(mark.args) > 1 else mark.kwargs.get("argvalues", ()):
            for own in getattr(values, "marks", ()):
                if own.name == MARKER and own.args:
                    yield from named_paths(test, session, own.args)


def applied(item: pytest.Item, plan: Plan, session: Session) -> Plan | None:
    """Give the plan of a collected item with its variant; ``None``: no such variant here.

    A test that is to be fuzzed before it was recorded is skipped when its turn comes.
    """
    _refuse_param(item)
    if plan.fuzz is None:
        return plan
    if not session.fuzzing.is_on(plan):
        item.stash[UNVARIED] = session.fuzzing.switch == "full" and not plan.disabled
        return plan
    wanted = varied(item).variant
    variants = _variants_of(item, plan, session)
    if wanted in {"", RECORDED}:
        return plan
    if wanted == SEARCH and variants is not None:
        return replace(plan, record="none")
    if not variants or wanted not in variants:
        return None
    _expect_failure(item, plan, session)
    return replace(plan, variant=variants[wanted], record="none")


def _variants_of(item: pytest.Item, plan: Plan, session: Session) -> Mapping[str, Variant] | None:
    """Give the variants of an item's cassette, ``None`` for an empty, corrupt or missing one."""
    try:
        return session.variants(plan, data=reads_data(item))
    except CassetteMissing:
        item.stash[UNRECORDED] = not plan.lenient
    except CassetteCorrupt:
        pass  # told when the test opens it
    return None


def _refuse_param(item: pytest.Item) -> None:
    """Refuse variants asked for by one parameter: they are planned before it is known."""
    marks = getattr(getattr(item, "callspec", None), "marks", ())
    if any(mark.name == MARKER and mark.kwargs.get("fuzz") is not None for mark in marks):
        raise Misuse(
            "fuzz cannot be said in pytest.param(marks=...)",
            where=item.nodeid,
            fix="say it in the decorator of the test: @argot_cassette(..., fuzz=True)",
        )


def _expect_failure(item: pytest.Item, plan: Plan, session: Session) -> None:
    """Mark a variant that is known to fail; once it passes, it fails until it is taken out."""
    from pytest_argot.plugin.planning import known_as

    test = known_as(item, plan.settings)
    entry = session.archive.known(plan.settings).failing_variant(test)
    if entry is not None:
        item.add_marker(pytest.mark.xfail(reason=entry.reason, strict=True))
