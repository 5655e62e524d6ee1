"""A cassette outside pytest."""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_argot.cassette.naming import named
from pytest_argot.errors import ArgotError, DriftWarning, SchemaDrift, UnplayedWarning
from pytest_argot.settings import Settings, find, load, options_of
from pytest_argot.tape.archive import Archive
from pytest_argot.tape.plan import Plan
from pytest_argot.tape.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_argot.drift.finding import Finding


@contextmanager
def use_cassette(name: str, *more: str, **options: Any) -> Generator[Tape]:
    """Open a cassette outside pytest and give its tape.

    Takes the options of ``argot_cassette``; settings are those at or above the working
    directory. ``record`` given here is honoured in CI too: no flag could say so. After a body
    that ended well what was recorded is written; after an exception it is kept beside the
    cassette as ``<name>.rejected.yaml``.

    Raises ``CassetteMissing``, ``CassetteCorrupt`` or ``Misuse`` on entering, ``NoMatch`` for a
    request without an answer (again on leaving, if the body swallowed it), and on leaving
    ``SchemaDrift`` when a response does not fit its model, ``SecretFound`` when a recording
    still holds something like a secret.
    """
    plan = _plan((name, *more), options)
    tape = Tape(plan, Archive())
    try:
        with tape.intercepting():
            yield tape
        _check(tape)
    except BaseException:
        tape.reject("the script failed")
        raise
    try:
        tape.save()
    except ArgotError:
        tape.reject("the cassette could not be written")
        raise


def _plan(names: tuple[str, ...], given: dict[str, Any]) -> Plan:
    here = Path.cwd()
    settings = load(find(here), here)
    options = options_of([(names, given)], "use_cassette")
    return Plan(
        paths=tuple(named(settings.folder, each) for each in names),
        record=options.record or _ambient(settings),
        settings=settings,
        options=options,
    )


def _ambient(settings: Settings) -> str:
    if os.environ.get("CI"):
        return "none"
    asked = os.environ.get("ARGOT_RECORD")
    if asked:
        return settings.updated({"record": asked}, "environment ARGOT_RECORD").record
    return settings.record


def _check(tape: Tape) -> None:
    if tape.miss is not None:
        raise tape.miss
    findings = tape.findings
    if failing := _failing(findings, tape.plan.fail_on):
        raise SchemaDrift(_message(tape, failing))
    for finding in findings:
        if not finding.accepted and finding.level.name == "WARN":
            warnings.warn(f"{finding.kind} {finding.path}: {finding.actual}", DriftWarning, 4)
    if tape.unplayed and not tape.plan.options.allow_unplayed:
        text = f"{tape.plan.name}: {len(tape.unplayed)} interactions were not asked for"
        warnings.warn(text, UnplayedWarning, stacklevel=4)


def _failing(findings: tuple[Finding, ...], fail_on: str) -> list[Finding]:
    from pytest_argot.drift.levels import failing

    return failing(findings, fail_on)


def _message(tape: Tape, findings: list[Finding]) -> str:
    from pytest_argot.report.drift_text import drift_message

    return drift_message(
        findings,
        record_command=tape.plan.record_command("new_episodes"),
        accept_command=f"argot accept {tape.plan.name} --all --reason '...'",
    )
