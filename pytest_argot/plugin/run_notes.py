"""What a run has to tell at the end of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_argot.plugin.run import Run
    from pytest_argot.report.summary import TestNotes
    from pytest_argot.tape.tape import Tape


def notes_of(run: Run) -> TestNotes:
    """Give what the summary needs, as plain data that crosses process borders."""
    if run.tape is None:
        return _without_tape(run)
    notes = _of_tape(run, run.tape)
    if run.fuzz_notes is not None:
        notes["fuzz"] = run.fuzz_notes
    elif run.plan.record == "none" and not run.reads_data:
        notes["gone"] = _gone(run, run.tape)
    if lost := run.session.lost_variants(run.plan):
        notes["lost"] = lost
    return notes


def _without_tape(run: Run) -> TestNotes:
    """Give what there is to tell of a test that was skipped before its tape was opened."""
    if run.fuzz_notes is not None:
        return {"fuzz": run.fuzz_notes}
    return {"test": run.item.nodeid, "unrecorded": True} if run.unrecorded else {}


def _of_tape(run: Run, tape: Tape) -> TestNotes:
    from pytest_argot.tape.plan import shown

    return {
        "test": run.item.nodeid,
        "cassette": run.plan.name,
        "findings": [finding.to_dict() for finding in run.findings()],
        "recorded": len(tape.recorded),
        "unplayed": len(run.unplayed()) if run.passed else 0,
        "replayed": len(tape.played),
        "unmodelled": tape.reading.unmodelled,
        "rejected": run.kept,
        "overcome": tape.traffic.overcome,
        "left": run.left,
        "dropped": run.dropped,
        "waiting": run.waiting,
        "unvaried": run.unvaried,
        "stale": [shown(each.path, run.plan.here) for each in run.stale()],
    }


def _gone(run: Run, tape: Tape) -> list[int]:
    """Give the interactions nobody asked for now, of tests that are no longer there."""
    root = run.plan.settings.root
    owners = {test for each in tape.loaded for test in each.tests}
    gone = {test for test in owners if run.session.collected.is_gone(root, test)}
    unplayed = {id(each) for each in tape.unplayed if gone.issuperset(each.tests) and each.tests}
    return [n for n, each in enumerate(tape.loaded) if id(each) in unplayed]
