"""Whether a decorated test passed: its body, its tape, its cassette."""

from __future__ import annotations

import traceback
import warnings
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from pytest_argot.errors import ArgotError, ArgotWarning, DriftWarning, UnplayedWarning
from pytest_argot.plugin.run import RUN, Run
from pytest_argot.plugin.run_notes import notes_of
from pytest_argot.plugin.search import how_to_repeat
from pytest_argot.plugin.short_report import shorten
from pytest_argot.plugin.variant_verdict import (
    OUT_OF_TIME,
    at_test,
    demand,
    describe,
    notes,
    out_of_time,
    skip_diverged,
    tolerates,
)
from pytest_argot.plugin.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.finding import Finding
    from pytest_argot.tape.tape import Tape


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Run the body, then judge; everything wrong with the cassette is a FAILED, not an ERROR."""
    run = item.stash.get(RUN, None)
    if run is None or run.tape is None or run.plan.disabled:
        return (yield)
    try:
        return (yield from _judged(run, run.tape))
    finally:
        item.user_properties += run.properties()


def _judged(run: Run, tape: Tape) -> Generator[None, Any, Any]:
    if run.unreadable is not None:
        raise run.failure(str(run.unreadable))
    dog = Watchdog(tape)
    try:
        with dog, run.session.fuzzing.timed(run.plan.variant):
            result = yield
    except (pytest.skip.Exception, pytest.exit.Exception):
        raise
    except KeyboardInterrupt:
        if dog.bit:
            skip_diverged(run)
            fail(run, f"{tape.miss}\n  and then: the test waited on, and was ended")
        raise
    except BaseException as error:
        tape.settle()
        skip_diverged(run)
        if tolerates(run, error):
            run.passed = True
            return None
        _body_failed(run, tape, error)
        raise
    _judge(run, tape)
    run.passed = True
    return result


def _body_failed(run: Run, tape: Tape, error: BaseException) -> None:
    """Show the body's failure with the tape's below it, or the miss that caused it alone."""
    section = run.item.add_report_section
    if tape.miss is not None:
        if not _is_or_holds(error, tape.miss):
            section("call", "argot: what the test then said", _short(error))
        fail(run, str(tape.miss))
    if run.failing():
        section("call", "argot drift", run.drift_report())
    elif kept := run.reject():
        told = f"what was recorded is kept in {kept}\nargot keep {kept} makes it the cassette"
        section("call", "argot", told)


def _is_or_holds(error: BaseException, miss: BaseException) -> bool:
    if error is miss:
        return True
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return any(_is_or_holds(each, miss) for each in inner)


def _short(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip()


def _judge(run: Run, tape: Tape) -> None:
    """Judge a body that ended well."""
    tape.settle()
    skip_diverged(run)
    if tape.miss is not None:
        fail(run, str(tape.miss))
    if tape.traffic.unverified is not None:
        fail(run, tape.traffic.unverified)
    if run.failing():
        run.why_failed = "the recording drifted"
        raise run.failure(run.drift_report())
    _nothing_intercepted(run, tape)
    try:
        tape.check_secrets()
    except ArgotError as error:
        run.why_failed = "it holds something that looks like a secret"
        fail(run, f"{type(error).__name__}: {error}", promote=False)
    demand(run)
    _stale(run)
    _unplayed(run)
    _warn_of_drift(run)


def _nothing_intercepted(run: Run, tape: Tape) -> None:
    """Fail a test whose requests went past the tape: most of them went live."""
    recorded = run.plan.variant is None and not run.searching
    allowed = run.plan.options.allow_unplayed and recorded
    exempt = run.reads_data or run.plan.lenient or allowed
    if exempt or tape.played or tape.recorded:
        return
    fail(
        run,
        f"nothing was intercepted: {run.item.nodeid} asked its cassette for nothing, "
        "so whatever it called was not recorded or replayed\n"
        f"  where: {run.plan.name}, interactions: {len(tape.interactions)}\n"
        "  fix:   make the call inside the test through a client that is intercepted "
        "(httpx, httpx2, requests, urllib3, aiohttp, urllib, openai), "
        "or say @argot_cassette(..., allow_unplayed=True)",
    )


def _stale(run: Run) -> None:
    """Fail where that was asked for; otherwise no more than a line of the summary."""
    if run.plan.settings.stale != "fail" or not (old := run.stale()):
        return
    from pytest_argot.cassette.age import too_old
    from pytest_argot.errors import compose
    from pytest_argot.plugin.commands import to_rewrite
    from pytest_argot.tape.plan import shown

    names = [shown(each.path, run.plan.here) for each in old]
    said = too_old(old[0].recorded_at, run.plan.settings.max_age)
    fail(run, compose(f"{names[0]} {said}", fix=to_rewrite(run, names)))


def _unplayed(run: Run) -> None:
    own = run.unplayed()
    if not own:
        return
    text = _unplayed_text(run, own)
    if run.plan.settings.unplayed == "fail":
        fail(run, text)
    _warn(run, UnplayedWarning(text))


def _unplayed_text(run: Run, unplayed: Sequence[Interaction]) -> str:
    from pytest_argot.report.wording import count

    first = unplayed[0].request
    one = len(unplayed) == 1
    return (
        f"{run.plan.name}: {count(len(unplayed), 'recorded interaction')} the test did not ask "
        f"for, {'' if one else 'first '}{first.method} {first.url} ({_drop(run, unplayed)}"
        "allow_unplayed=True, or unplayed = 'ignore' in the settings, accepts "
        f"{'it' if one else 'them'})"
    )


def _drop(run: Run, unplayed: Sequence[Interaction]) -> str:
    """Say what drops the test's own interactions; those of nobody stay in every mode."""
    owned = sum(run.plan.test in each.tests for each in unplayed)
    if not owned:
        return ""
    what = f"{owned} of them" if owned < len(unplayed) else "it" if owned == 1 else "them"
    return f"{run.plan.record_command('update')} drops {what}; "


def _warn_of_drift(run: Run) -> None:
    for finding in run.findings():
        if finding.level.name == "WARN" and not finding.accepted:
            _warn(run, DriftWarning(_one_line(finding)))


def _one_line(finding: Finding) -> str:
    where = f"{finding.cassette}:{finding.line}" if finding.line else finding.cassette
    got = f"expected {finding.expected}, got {finding.actual}"
    return f"{finding.kind} at {finding.path or 'the body'}: {got} ({where})"


def _warn(run: Run, warning: Warning) -> None:
    file, line, _ = run.item.location
    path = run.item.config.rootpath / file
    try:
        warnings.warn_explicit(warning, None, str(path), (line or 0) + 1)
    except ArgotWarning as raised:
        fail(run, f"{type(raised).__name__}: {raised}")


def fail(run: Run, text: str | ArgotError, *, promote: bool = True) -> NoReturn:
    """Fail the test with a message alone; what was recorded is kept and the message says so."""
    if kept := run.reject():
        command = f" (argot keep {kept})" if promote else ""
        text = f"{text}\n  kept:  what was recorded is in {kept}{command}"
    raise run.failure(str(text)) from None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a response that cannot be parsed fail the call, and send what was found along."""
    report = yield
    run = item.stash.get(RUN, None)
    if run is None:
        return report
    if call.when == "setup" and run.unreadable is not None and report.failed:
        report.outcome = "passed"
        report.longrepr = None
    if call.when == "call":
        run.passed = run.passed and report.passed
    if call.when == "call" or (call.when == "setup" and not report.passed):
        _tell_variant(run, report, call)
    if report.failed and run.said:
        shorten(item, run, report)
    if call.when == "teardown":
        report.argot = notes_of(run)  # type: ignore[attr-defined]  # reports carry plain extras
    return report


def _tell_variant(run: Run, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """Say what a variant changed where the test failed under it."""
    if run.tape is None and report.skipped and OUT_OF_TIME in str(report.longrepr):
        run.fuzz_notes = out_of_time(run)
    if run.tape is None or not (run.searching or run.plan.variant):
        return
    run.fuzz_notes = notes(run, report, call)
    at_test(run, report)
    if not report.failed:
        return
    error = None if call.excinfo is None else call.excinfo.value
    if told := how_to_repeat(run) if run.searching else describe(run, error):
        report.sections.append(("argot variant", told))
