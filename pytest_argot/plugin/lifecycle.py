"""When a tape opens and closes: around the test and its function-scoped fixtures, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import TestCase

import pytest

from pytest_argot.errors import Misuse, NetworkBlocked, NoMatch
from pytest_argot.plugin.held import noting
from pytest_argot.plugin.marker import MARKER
from pytest_argot.plugin.run import RUN, Run
from pytest_argot.plugin.screen import NAME, Screen
from pytest_argot.plugin.session import SESSION
from pytest_argot.plugin.unittest_variants import note_loop, watch_set_up
from pytest_argot.plugin.variant_ids import SEARCH
from pytest_argot.plugin.variant_verdict import (
    OUT_OF_TIME,
    record_first,
    skip_diverged,
    skip_set_up,
)
from pytest_argot.plugin.variants import UNRECORDED, UNVARIED, applied, reads_data, varied

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_argot.plugin.session import Session
    from pytest_argot.tape.plan import Plan

MISUSE = "argot_misuse"
PLAN: pytest.StashKey[Plan] = pytest.StashKey()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Work out the plan of every decorated test: a wrong option is a usage error of collection."""
    session = config.stash[SESSION]
    decorated = [item for item in items if item.get_closest_marker(MARKER)]
    if not decorated and not session.fuzzing.refused:
        return
    if not config.pluginmanager.has_plugin(NAME):
        config.pluginmanager.register(Screen(config), NAME)
    session.collected.whole = _is_whole(config)
    try:
        foreign = {item for item in decorated if not _planned(item, session)}
        for error in session.fuzzing.refused:
            raise error
    except Misuse as error:
        _refuse(config, items, str(error))
    else:
        items[:] = [item for item in items if item not in foreign]


def _planned(item: pytest.Item, session: Session) -> bool:
    """Plan a test; tell whether there is one, or only a variant of another cassette's."""
    from pytest_argot.plugin.planning import known_as, plan_of, where

    try:
        plan = applied(item, plan_of(item, session), session)
    except Misuse as error:
        raise Misuse(error.what, where=error.where or where(item), fix=error.fix) from error
    if plan is None:
        return False
    item.stash[PLAN] = plan
    if plan.variant is not None:
        session.collected.add_variant(plan.settings.root, known_as(item, plan.settings))
    elif varied(item).variant != SEARCH:
        session.collected.add(plan, reads_data=reads_data(item))
    return True


def _is_whole(config: pytest.Config) -> bool:
    """Tell whether files were collected with all their tests; -k and -m come after that."""
    chosen = any("::" in each for each in config.args)
    return not (chosen or config.getoption("lf", default=False))


def _refuse(config: pytest.Config, items: list[pytest.Item], text: str) -> None:
    """End the run with a usage error; an xdist worker can only tell the controller to."""
    output: dict[str, object] | None = getattr(config, "workeroutput", None)
    if output is None:
        raise pytest.UsageError(text)
    output[MISUSE] = text
    items.clear()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    """Begin a run; a test without function-scoped fixtures gets its tape last."""
    plan = item.stash.get(PLAN, None)
    if plan is None:
        return (yield)
    session = item.config.stash[SESSION]
    if session.fuzzing.is_over and (plan.variant or varied(item).variant == SEARCH):
        item.add_marker(pytest.mark.skip(reason=OUT_OF_TIME))
    run = item.stash[RUN] = session.running = Run(item, plan, session)
    run.reads_data = reads_data(item)
    run.unvaried = item.stash.get(UNVARIED, False)
    if item.stash.get(UNRECORDED, False):
        run.unrecorded = True
        item.add_marker(pytest.mark.skip(reason=record_first(run)))
    try:
        result = yield
    except Exception as error:
        skip_set_up(run, error)
        raise
    except (NoMatch, NetworkBlocked):
        skip_diverged(run)
        raise
    tape = run.open()
    if isinstance(instance := getattr(item, "instance", None), TestCase):
        instance.argot = tape  # type: ignore[attr-defined]  # unittest has no fixtures
        if plan.variant is not None:
            watch_set_up(instance, session)
        if varied(item).variant == SEARCH:
            note_loop(instance)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Open the tape before the first function-scoped fixture; wider scopes run outside."""
    run = request.config.stash[SESSION].running
    if run is None:
        return (yield)
    if fixturedef.scope == "function":
        try:
            with noting(run, run.open(), fixturedef):
                return (yield)
        except BaseException as error:
            # A fixture that failed without a result would not be torn down by pytest, which
            # keeps none of what a request without an answer raises.
            if fixturedef.cached_result is None:
                key = getattr(request, "param", None)
                fixturedef.cached_result = (None, key, (error, error.__traceback__))
            raise
    with run.suspended(), run.standing_in():
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """End the run."""
    try:
        return (yield)
    finally:
        if PLAN in item.stash:
            item.config.stash[SESSION].running = None
