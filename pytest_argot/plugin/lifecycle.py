"""When a tape opens and closes: around the test and its function-scoped fixtures, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import TestCase

import pytest

from pytest_argot.errors import Misuse
from pytest_argot.plugin.marker import MARKER
from pytest_argot.plugin.run import DATA_FIXTURES, RUN, Run
from pytest_argot.plugin.screen import NAME, Screen
from pytest_argot.plugin.session import SESSION

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_argot.tape.plan import Plan

MISUSE = "argot_misuse"
PLAN: pytest.StashKey[Plan] = pytest.StashKey()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Work out the plan of every decorated test: a wrong option is a usage error of collection."""
    decorated = [item for item in items if item.get_closest_marker(MARKER)]
    if not decorated:
        return
    from pytest_argot.plugin.planning import plan_of

    if not config.pluginmanager.has_plugin(NAME):
        config.pluginmanager.register(Screen(config), NAME)
    session = config.stash[SESSION]
    session.collected.whole = _is_whole(config)
    try:
        for item in decorated:
            plan = item.stash[PLAN] = plan_of(item, session)
            session.collected.add(plan, reads_data=_reads_data(item))
    except Misuse as error:
        _refuse(config, items, str(error))


def _is_whole(config: pytest.Config) -> bool:
    """Tell whether files were collected with all their tests; -k and -m come after that."""
    chosen = any("::" in each for each in config.args)
    return not (chosen or config.getoption("lf", default=False))


def _reads_data(item: pytest.Item) -> bool:
    return not DATA_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


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
    run = item.stash[RUN] = session.running = Run(item, plan, session)
    run.reads_data = _reads_data(item)
    result = yield
    tape = run.open()
    if isinstance(instance := getattr(item, "instance", None), TestCase):
        instance.argot = tape  # type: ignore[attr-defined]  # unittest has no fixtures
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
            run.open()
        except BaseException as error:
            # A fixture that failed without a result would not be torn down by pytest.
            key = getattr(request, "param", None)
            fixturedef.cached_result = (None, key, (error, error.__traceback__))
            raise
        return (yield)
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
