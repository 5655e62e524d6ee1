"""The commands that the messages of a run end with."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.plugin.variant_ids import instead_of_search

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.plugin.run import Run

MANY = 8
"""More tests than this are named without their parameters."""


def to_record(run: Run, mode: str = "once") -> str:
    """Give what brings a missing cassette; a test that only reads data cannot record it itself."""
    from pytest_argot.cassette.rejected import rejected_path
    from pytest_argot.tape.plan import shown

    plan = run.plan
    ways = list(_ways_for_data(run, mode)) if run.reads_data else [plan.record_command(mode)]
    refused = rejected_path(plan.path)
    if refused.exists():
        ways.append(f"keep what was refused: argot keep {shlex.quote(shown(refused, plan.here))}")
    return "\n  or:    ".join(ways)


def _ways_for_data(run: Run, mode: str) -> Iterator[str]:
    from pytest_argot.report.record_request import record_request

    recorder = run.session.collected.recorder(run.plan.path)
    if recorder is not None:
        yield recorder.record_command(mode)
    if alone := record_request(run.plan.path, run.plan.settings.folder):
        yield alone
    if recorder is None:
        yield f"run a test that makes the request, with --argot-record={mode}"


def to_run_again(run: Run) -> str:
    """Give what runs one variant, or one search, again."""
    full = run.session.fuzzing.switch == "full"  # it may lie beyond the limit
    return f"pytest {_item_of(run)}{' --argot-fuzz=full' if full else ''}"


def to_run_alone(run: Run, variant: str) -> str:
    """Give what runs one change that a search tried as the test of its own that it has."""
    (test,) = _seen_from(run.plan.here, run.item.config.rootpath, [run.item.nodeid])
    return f"pytest {shlex.quote(instead_of_search(test, variant))} --argot-fuzz=full"


def to_expect(run: Run) -> str:
    """Give what notes that a test fails under its variant, for the time being."""
    return f"argot accept {_item_of(run)} --reason '...'"


def _item_of(run: Run) -> str:
    (test,) = _seen_from(run.plan.here, run.item.config.rootpath, [run.item.nodeid])
    return shlex.quote(test)


def to_record_again(run: Run, drifted: Collection[str]) -> str:
    """Give what records anew what drifted, and loses nothing; ``drifted``: files as shown."""
    plan = run.plan
    if run.kept and set(drifted) == {run.kept}:
        return plan.record_command(_same_mode(run))
    if run.drifts_by_stale:
        return plan.record_command("update")
    return to_rewrite(run, drifted)


def to_rewrite(run: Run, files: Collection[str]) -> str:
    """Give what records cassettes anew, as a whole; ``files``: as shown."""
    plan = run.plan
    owners = _owners(run, files)
    if plan.record == "verify" or owners == {plan.test}:
        return plan.record_command("rewrite")
    if owners:
        return f"pytest {_joined(run, owners)} --argot-record=rewrite"
    return _without_owner(run)


def to_drop(run: Run) -> str:
    """Give what drops the interactions their tests no longer ask for, ``""`` without such tests."""
    owners = _living(run, run.open().loaded)
    return f"pytest {_joined(run, owners)} --argot-record=update" if owners else ""


def _same_mode(run: Run) -> str:
    """Give the mode that records what was refused; by then another test may have the cassette."""
    mode = run.plan.record
    shared = run.plan.path.exists() or run.session.collected.is_shared(run.plan.path)
    return "new_episodes" if mode == "once" and shared else mode


def _owners(run: Run, files: Collection[str]) -> set[str]:
    """Give every test that asks for something in the cassettes."""
    from pytest_argot.tape.plan import shown

    plan = run.plan
    paths = [path for path in plan.paths if path.exists() and shown(path, plan.here) in files]
    cassettes = [run.session.archive.load(path, plan.mask) for path in paths]
    return _living(run, [each for cassette in cassettes for each in cassette.interactions])


def _living(run: Run, interactions: Iterable[Interaction]) -> set[str]:
    """Give the tests that ask for interactions, but those that are no longer there."""
    root, is_gone = run.plan.settings.root, run.session.collected.is_gone
    owners = {test for each in interactions for test in each.tests}
    return {test for test in owners if not is_gone(root, test)}


def _without_owner(run: Run) -> str:
    from pytest_argot.report.record_request import record_request

    plan = run.plan
    recorder = plan if run.open().played or not run.reads_data else None
    recorder = recorder or run.session.collected.recorder(plan.path)
    if recorder is not None:
        return recorder.record_command("rewrite")
    alone = record_request(plan.path, plan.settings.folder)
    return f"{alone} --rewrite" if alone else plan.record_command("rewrite")


def _joined(run: Run, tests: Collection[str]) -> str:
    """Write node ids, which start at the settings' folder, as they read from where we are."""
    names = tests if len(tests) <= MANY else {test.partition("[")[0] for test in tests}
    return " ".join(map(shlex.quote, _seen_from(run.plan.here, run.plan.settings.root, names)))


def _seen_from(here: Path, root: Path, tests: Iterable[str]) -> Iterator[str]:
    for test in sorted(tests):
        file, colons, inside = test.partition("::")
        try:
            yield Path(os.path.relpath(root / file, here)).as_posix() + colons + inside
        except ValueError:  # another drive
            yield test
