"""One test run under many combinations of changes, and the smallest that fails it."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.plugin.commands import to_run_again, to_run_alone
from pytest_argot.plugin.fuzzing import own_places
from pytest_argot.plugin.held import refuse_held
from pytest_argot.plugin.planning import known_as
from pytest_argot.plugin.run import RUN, Run
from pytest_argot.plugin.searched import Failure, Searched
from pytest_argot.plugin.trial import Left, OutOfTime, Trial, read_anew
from pytest_argot.plugin.variant_ids import SEARCH, instead_of_search
from pytest_argot.plugin.variants import reads_data, varied

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from pytest_argot.fuzz.fuzz import Fuzz
    from pytest_argot.fuzz.search import Combination
    from pytest_argot.fuzz.variant import Variant
    from pytest_argot.tape.tape import Tape

BLOB = "the blob given as --argot-fuzz-seed fails nothing here"
NO_BLOB = "--argot-fuzz-seed={} is no blob of a failure, nor a number"


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
    """Call a test under many combinations, then make ready for the recorded answers.

    They come first, too: a test that fails under them fails whatever is changed.
    """
    tape = run.tape
    if tape is None or tape.miss is not None:
        return
    run.searched = Searched()
    watching = tape.traffic.when_missed
    asked_first = frozenset(tape.traffic.shelf.played)
    _as_recorded(tape, watching)
    call()
    asked = frozenset(tape.traffic.shelf.played)
    refuse_held(run, asked, asked_first)
    if asked or run.reads_data:  # the rest is judged as without a search
        run.searched.begun = True
        _search(run, tape, run.searched, call, asked_first - asked)
    _as_recorded(tape, watching)
    read_anew(run)


def _as_recorded(tape: Tape, watching: Callable[[], None] | None) -> None:
    tape.rewind(None)
    tape.traffic.when_missed = watching


def _search(
    run: Run, tape: Tape, searched: Searched, call: Callable[[], object], spared: frozenset[int]
) -> None:
    fuzz = run.plan.fuzz
    places = own_places(tape.loaded, run.plan.test)
    plan = [each for each in _changes(run, tape, places) if places[each.interaction] not in spared]
    if fuzz is None or not plan:
        return
    trial = Trial(run, tape, searched, places, call)
    try:
        alone = 0 if isinstance(run.session.fuzzing.seed, bytes) else fuzz.search // 2
        _each_alone(trial, plan[:alone])
        found = _several(trial, plan, fuzz.search - min(alone, len(plan)))
    except Left as left:
        found = [left.failure]
    except OutOfTime:
        searched.left = max(0, fuzz.search - searched.tried)
        found = searched.smallest
    if found:
        searched.fail(run, found)


def _changes(run: Run, tape: Tape, places: Sequence[int]) -> list[Variant]:
    """Give the single changes to combine, the likeliest first, but those known to fail."""
    from pytest_argot.fuzz.search import changes

    plan, archive = run.plan, run.session.archive
    if plan.fuzz is None:
        return []
    own = [tape.loaded[place] for place in places]
    found = changes(own, archive.routes(plan), plan.fuzz, parsing=reads_data(run.item))
    known = archive.known(plan.settings)
    test = known_as(run.item, plan.settings)
    return [
        each for each in found if known.failing_variant(instead_of_search(test, each.id)) is None
    ]


def _each_alone(trial: Trial, plan: Sequence[Variant]) -> None:
    """Try single changes, the likeliest first; nothing is simpler than what fails here."""
    from pytest_argot.fuzz.search import Combination

    for each in plan:
        failure = trial(Combination.of_one(each))
        if failure is not None:
            trial.searched.alone.setdefault(failure.kind, failure)


def _several(trial: Trial, plan: Sequence[Variant], times: int) -> list[Failure]:
    """Let Hypothesis combine changes; give all failures, those of single changes first."""
    from hypothesis.errors import DidNotReproduce, HypothesisException, InvalidArgument

    run, searched = trial.run, trial.searched
    alone = [*searched.alone.values()]
    try:
        _asked(trial, plan, times)()
    except DidNotReproduce:
        pytest.skip(BLOB)
    except InvalidArgument:
        if not isinstance(run.session.fuzzing.seed, bytes):
            raise
        raise run.failure(NO_BLOB.format(run.session.fuzzing.seed.decode())) from None
    except HypothesisException:  # of its own: flaky, say
        if not alone:
            raise
        return alone
    except (Left, OutOfTime, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - it is raised again, cut and with notes
        searched.shrunk = True
        return [*alone, *searched.taken_apart(run, error)]
    return alone


def _asked(trial: Trial, plan: Sequence[Variant], times: int) -> Callable[[], None]:
    """Give what searches, reproducibly."""
    from hypothesis import Phase, given, reproduce_failure, seed, settings

    from pytest_argot.fuzz.search import several

    run, tape = trial.run, trial.tape
    own = [tape.loaded[place] for place in trial.places]
    strategy = several(own, run.session.archive.routes(run.plan), plan)
    test = given(changed=strategy)(_named(_example(trial), run.item))
    # The changes explain a failure; lines of this package would not.
    phases = [each for each in settings().phases if each is not Phase.explain]
    asked = settings(max_examples=times, deadline=None, print_blob=True, phases=phases)
    said = run.session.fuzzing.seed
    if isinstance(said, bytes):
        test = reproduce_failure(version("hypothesis"), said)(test)
    else:  # before the settings: a seed alone would switch the database off
        test = seed(_seed_of(run.plan.fuzz) if said is None else said)(test)
    return asked(test)


def _seed_of(fuzz: Fuzz | None) -> int:
    return fuzz.seed if fuzz else 0


def _example(trial: Trial) -> Callable[[Combination], None]:
    def example(changed: Combination) -> None:
        failure = trial(changed)
        if failure is None or failure.kind in trial.searched.alone:
            return
        trial.searched.note(failure)
        raise failure.error

    return example


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
    """Say what a failed search had changed, and how it is run again; ``""`` if it was refused."""
    searched = run.searched
    if searched is None or not searched.begun:
        told = "nothing was changed: the test fails with the recorded answers"
        return "" if run.said else told
    lines = [*_changed(searched), f"searched: {searched.tried:,} combinations of changes"]
    lines.append(f"run it again: {to_run_again(run)} --argot-fuzz-seed={_told_seed(run)}")
    if searched.shrunk:
        lines.append("  or with the blob of @reproduce_failure above as the seed: that combination")
    single = [each.chosen[0].id for each in searched.alone.values()]
    lines += [f"  or one change alone: {to_run_alone(run, each)}" for each in single]
    return "\n".join(lines)


def _told_seed(run: Run) -> str:
    said = run.session.fuzzing.seed
    if isinstance(said, bytes):
        return said.decode()
    return str(_seed_of(run.plan.fuzz) if said is None else said)


def _changed(searched: Searched) -> Generator[str]:
    for each in searched.failures:
        if len(searched.failures) > 1:
            yield f"{type(each.error).__name__} at {each.at}"
        yield from (f"changed: {one.changed}" for one in each.chosen)
