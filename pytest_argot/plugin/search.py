"""One test run under many combinations of changes, and the smallest that fails it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.errors import SchemaDrift
from pytest_argot.plugin.commands import to_run_again
from pytest_argot.plugin.fixtures import anew
from pytest_argot.plugin.fuzzing import own_places
from pytest_argot.plugin.run import DATA_FIXTURES, RUN, Run
from pytest_argot.plugin.variant_verdict import tolerates
from pytest_argot.plugin.variants import SEARCH, reads_data, varied
from pytest_argot.plugin.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from pytest_argot.fuzz.search import Combination
    from pytest_argot.tape.tape import Tape


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Search before the recorded answers are played.

    The test is called through this hook again and again, so that whoever runs async tests does so
    each time; fixtures are set up once.
    """
    run = pyfuncitem.stash.get(RUN, None)
    if run is not None and varied(pyfuncitem).variant == SEARCH and not run.searching:
        search(run, partial(pyfuncitem.ihook.pytest_pyfunc_call, pyfuncitem=pyfuncitem))
    return (yield)


def search(run: Run, call: Callable[[], object]) -> None:
    """Call a test under many combinations, then make ready for the recorded answers."""
    tape = run.tape
    if tape is None:
        return
    run.searching = True
    watching = tape.traffic.when_missed
    _search(run, tape, call)
    tape.rewind(None)
    tape.traffic.when_missed = watching
    _read_anew(run)


def _search(run: Run, tape: Tape, call: Callable[[], object]) -> None:
    from hypothesis import Phase, given, reproduce_failure, seed, settings

    from pytest_argot.fuzz.search import combinations

    fuzz = run.plan.fuzz
    if fuzz is None:
        return
    routes = run.session.archive.routes(run.plan)
    places = own_places(tape.loaded, run.plan.test)
    own = [tape.loaded[place] for place in places]
    strategy = combinations(own, routes, fuzz, parsing=reads_data(run.item))
    test = given(changed=strategy)(_named(_example(run, tape, places, call), run.item))
    # The changes explain a failure; lines of this package would not.
    phases = [each for each in settings().phases if each is not Phase.explain]
    asked = settings(max_examples=fuzz.search, deadline=None, print_blob=True, phases=phases)
    said = run.session.fuzzing.seed
    if isinstance(said, bytes):
        test = reproduce_failure(version("hypothesis"), said)(test)
    else:  # before the settings: a seed alone would switch the database off
        test = seed(fuzz.seed if said is None else said)(test)
    asked(test)()


def _example(
    run: Run, tape: Tape, places: Sequence[int], call: Callable[[], object]
) -> Callable[[Combination], None]:
    from hypothesis import note, reject

    def example(changed: Combination) -> None:
        tape.rewind(replace(changed.whole, interaction=places[changed.whole.interaction]))
        run.combinations += 1
        for each in changed.chosen:
            note(f"changed: {each.changed}")
        if not _read_anew(run):
            reject()
        dog = Watchdog(tape)
        try:
            with dog:
                call()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not dog.bit:
                raise
            if _is_forgiven(run, tape, error):
                return
            raise
        _is_forgiven(run, tape, None)

    return example


def _read_anew(run: Run) -> bool:
    """Give the test the data of this example; tell whether there is any: it may not parse."""
    item: Any = run.item
    try:
        item.funcargs.update(
            {name: anew(run, name) for name in DATA_FIXTURES if name in item.funcargs}
        )
    except SchemaDrift:
        run.unreadable = None
        return False
    return True


def _is_forgiven(run: Run, tape: Tape, error: BaseException | None) -> bool:
    """Tell whether an example counts as passed: it may raise this, or led where nobody knows."""
    tape.settle()
    if tape.diverged:
        return True
    if tape.miss is not None:
        raise run.failure(str(tape.miss)) from None
    return error is not None and tolerates(run, error)


def _named(test: Callable[..., None], item: pytest.Item) -> Callable[..., None]:
    """Name the search after its test.

    Hypothesis keeps what failed by source and signature, which all searches share: what it
    returns tells them apart, so that none throws away what another one found.
    """
    test.__name__ = varied(item).plain_name.partition("[")[0]
    test.__qualname__ = test.__name__
    test.__module__ = item.nodeid.partition("::")[0]
    test.__annotations__ = {"return": item.nodeid}
    return test


def how_to_repeat(run: Run) -> str:
    """Say how a failed search is run again."""
    fuzz = run.plan.fuzz
    said = run.session.fuzzing.seed
    number = said if said is not None else (fuzz.seed if fuzz else 0)
    told = number.decode() if isinstance(number, bytes) else number
    return (
        f"searched: {run.combinations:,} combinations of changes\n"
        f"run it again: {to_run_again(run)} --argot-fuzz-seed={told}\n"
        "  or with the blob of @reproduce_failure above as the seed: only that combination"
    )
