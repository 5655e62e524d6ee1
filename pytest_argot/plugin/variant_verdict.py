"""Whether a test passed under a variant, and what is told of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_argot.fuzz.expecting import expected
from pytest_argot.plugin.commands import to_expect, to_record, to_run_again
from pytest_argot.plugin.own_code import PACKAGE, own_line, place
from pytest_argot.plugin.searched import Failure
from pytest_argot.plugin.tolerance import allowed, is_one_of, worded
from pytest_argot.plugin.variant_ids import RECORDED, SEARCH
from pytest_argot.report.fuzz_summary import LEFT_OUT
from pytest_argot.report.wording import clipped, ordinal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_argot.cassette.interaction import Request
    from pytest_argot.fuzz.variant import Variant
    from pytest_argot.plugin.run import Run
    from pytest_argot.report.fuzz_summary import FuzzNotes
    from pytest_argot.tape.variation import Variation

DIVERGED = "diverged"
UNASKED = "unasked"
SET_UP = "the set-up raised {}, as it may under this variant"
OUT_OF_TIME = "the time for variants is over (--argot-fuzz-time)"


def variation_of(run: Run) -> Variation | None:
    """Give what changes the answers of a running test, ``None`` for the recorded ones."""
    return None if run.tape is None else run.tape.traffic.variation


def tolerates(run: Run, error: BaseException) -> bool:
    """Tell whether a test may raise this under its variant, and note it.

    ``pytest.fail`` is nothing an application raises, whatever ``raises`` says: a test that hangs
    is ended by it.
    """
    fuzz = run.plan.fuzz
    variant = None if run.tape is None else run.tape.variant
    if variant is None or fuzz is None or run.tape is None:
        return False
    if isinstance(error, pytest.fail.Exception):
        return False
    run.tolerated = run.tape.miss is None and is_one_of(error, allowed(fuzz, variant))
    return run.tolerated


def skip_diverged(run: Run) -> None:
    """Skip a test whose variant led it where the cassette knows nothing."""
    if run.tape is not None and run.tape.diverged:
        pytest.skip(f"{DIVERGED}: {run.tape.diverged} was not recorded")


def skip_set_up(run: Run, error: Exception) -> None:
    """Skip a test whose fixtures raised what it may raise under its variant: there is no more."""
    skip_diverged(run)
    if run.tape is not None and tolerates(run, error):
        pytest.skip(SET_UP.format(type(error).__qualname__))


def record_first(run: Run) -> str:
    """Say what records the answers a test is to be run under variants of."""
    empty = all(path.exists() for path in run.plan.paths)  # mode once would only replay it
    ways = to_record(run, "new_episodes" if empty else "once").split("\n  or:")
    return "record first: " + ", or ".join(each.strip() for each in ways)


def at_test(run: Run, report: pytest.TestReport) -> None:
    """Let a skip that was decided here name the test's own place."""
    if isinstance(report.longrepr, tuple) and PACKAGE in Path(report.longrepr[0]).parents:
        file, line, _ = run.item.location
        report.longrepr = (file, (line or 0) + 1, report.longrepr[2])


def demand(run: Run) -> None:
    """Judge a test that ended well under its variant.

    It fails where it had to raise something, and is skipped where it never met the variant: the
    cassette holds what others asked for, too, and nobody knows whose what is.
    """
    variant, fuzz = run.plan.variant, run.plan.fuzz
    if run.tolerated or variant is None or fuzz is None:
        return
    if must := expected(fuzz, variant):
        raise run.failure(f"under its variant the test had to raise {worded(must)}, and did not")
    if not _is_met(run):
        pytest.skip(f"{UNASKED}: the test did not ask for what the variant changes")


def _is_met(run: Run) -> bool:
    """Tell whether a test was given the answer that its variant changes, if it has to ask."""
    variation = variation_of(run)
    if variation is None or run.tape is None:
        return True
    may_ask_nothing = run.reads_data or (run.plan.lenient and not run.tape.played)
    return variation.met or may_ask_nothing


def describe(run: Run, error: BaseException | None) -> str:
    """Say what was changed, in the answer to what, and how to run that again.

    ``error``: what the test raised, ``None`` for one that passed though it is known to fail.
    """
    variant = run.plan.variant
    if variant is None or run.tape is None:
        return ""
    request = run.tape.interactions[variant.interaction].request
    number = _number(run.tape.requests, variant.interaction)
    body = clipped(request.body.decode("utf-8", "replace"))
    unasked = "" if _is_met(run) else "  (the test did not ask for it)"
    return "\n".join(
        [
            f"changed: {variant.changed}",
            f"  in the answer to {request.method} {request.url} {body}{number}{unasked}",
            *_demanded(run, variant, error),
            f"run it again: {to_run_again(run)}",
            *_known(run, passed=error is None),
        ]
    )


def _number(requests: Sequence[Request], place: int) -> str:
    """Tell equal requests apart: ``(2nd of 2)``, ``""`` for one that is there once."""
    one = requests[place]
    alike = [
        index
        for index, each in enumerate(requests)
        if (each.method, each.url, each.body) == (one.method, one.url, one.body)
    ]
    if len(alike) == 1:
        return ""
    return f"  ({ordinal(alike.index(place) + 1)} of {len(alike)})"


def _demanded(run: Run, variant: Variant, error: BaseException | None) -> Iterator[str]:
    """Say what the test had to raise, and what came instead."""
    must = () if run.plan.fuzz is None else expected(run.plan.fuzz, variant)
    if must and error is not None and not run.said:  # what was said is that nothing was raised
        yield f"expected: {worded(must)}, but {type(error).__qualname__} was raised"


def _known(run: Run, *, passed: bool) -> Iterator[str]:
    """Say what the file of known things has, or should have, to do with it."""
    from pytest_argot.plugin.planning import known_as
    from pytest_argot.tape.plan import shown

    settings = run.plan.settings
    entry = run.session.archive.known(settings).of_variant(known_as(run.item, settings))
    if entry is not None and passed:
        file = shown(settings.accepted_file, run.plan.here)
        yield f"no longer known to fail: take it out of {file}"
    elif entry is not None:
        yield f"its acceptance expired on {entry.until} ({clipped(entry.reason)}): mend it, or"
    if not passed:
        yield f"known to fail: {to_expect(run)}"


def notes(run: Run, report: pytest.TestReport, call: pytest.CallInfo[None]) -> FuzzNotes:
    """Give what the summary needs to know of a variant, as plain data."""
    told: FuzzNotes = {"outcome": report.outcome}
    variation, variant = variation_of(run), run.plan.variant
    if variant is None or variation is None:
        told |= {"variant": SEARCH, "family": SEARCH, **_found(run)}
    else:
        told |= {"variant": variant.id, "family": variant.family}
        told["improvised"] = variation.improvised
        if variation.diverged:
            told["outcome"] = DIVERGED
        elif report.skipped and not _is_met(run):
            told["outcome"] = UNASKED
        told["rank"] = list(run.session.variants(run.plan, data=run.reads_data)).index(variant.id)
    if report.failed and call.excinfo is not None:
        told["at"] = own_line(run, call.excinfo.value)
        told["error"] = call.excinfo.typename
    elif report.failed:
        told["at"] = place(run.item)
        told["error"] = "passed, though it is known to fail"
    return told


def out_of_time(run: Run) -> FuzzNotes:
    """Give what the summary needs to know of what was skipped because the time was over."""
    variant, fuzz = run.plan.variant, run.plan.fuzz
    if variant is not None:
        return {"variant": variant.id, "family": variant.family, "outcome": LEFT_OUT}
    return {"variant": SEARCH, "outcome": LEFT_OUT, "left": fuzz.search if fuzz else 0}


def _found(run: Run) -> FuzzNotes:
    """Give what a search found, and how much of it was left for lack of time."""
    searched = run.searched
    if searched is None:
        return {}
    found = {(each["at"], each["error"]): each for each in map(Failure.told, searched.failures)}
    told: FuzzNotes = {"found": [*found.values()], "left": searched.left}
    return told if searched.begun or run.said else {"variant": RECORDED}
