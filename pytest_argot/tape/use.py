"""A cassette outside pytest."""

from __future__ import annotations

import inspect
import os
import warnings
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.cassette.naming import named
from pytest_argot.errors import (
    ArgotError,
    CassetteMissing,
    DriftWarning,
    Misuse,
    SchemaDrift,
    UnplayedWarning,
)
from pytest_argot.settings import Settings, find, load, options_of
from pytest_argot.tape.archive import Archive
from pytest_argot.tape.plan import Plan, shown
from pytest_argot.tape.reading import LIVE
from pytest_argot.tape.sleeping import caller
from pytest_argot.tape.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_argot.drift.finding import Finding
    from pytest_argot.fuzz.variant import Variant

OPENING: Final = frozenset({"contextlib", __name__})
"""Modules between a script and its tape."""


DRIFTED = "the recording drifted"


@contextmanager
def use_cassette(
    name: str, *more: str, variant: Variant | None = None, **options: Any
) -> Generator[Tape]:
    """Open a cassette outside pytest and give its tape.

    Takes the options of ``argot_cassette``; settings are those at or above the working
    directory. ``record`` given here is honoured in CI too: no flag could say so. After a body
    that ended well what was recorded is written; after an exception it is kept beside the
    cassette as ``<name>.rejected.yaml``.

    ``variant``: one changed response, as ``pytest_argot.fuzz.variants`` gives them; nothing is
    recorded or judged then. A body that it leads to a request the cassette knows nothing like
    ends there, without an error; ``tape.diverged`` names that request. A body that ended well and
    asked for nothing is an error (``ArgotError``), unless it read the tape's parsed responses or
    ``allow_unplayed=True`` was said.

    Raises ``CassetteMissing``, ``CassetteCorrupt`` or ``Misuse`` on entering, ``NoMatch`` for a
    request without an answer (again on leaving, if the body swallowed it), and on leaving
    ``SchemaDrift`` when a response does not fit its model, ``SecretFound`` when a recording
    still holds something like a secret, ``ArgotError`` for a stale cassette where ``stale`` is
    ``fail``.
    """
    plan = _plan((name, *more), options)
    if variant is not None:
        plan = replace(plan, variant=variant, record="none")
    tape = _open(plan)
    try:
        with tape.intercepting():
            yield tape
        tape.settle()
        _check(tape)
    except BaseException as error:
        if tape.diverged:
            return
        tape.reject(DRIFTED if isinstance(error, SchemaDrift) else "the script failed")
        raise
    try:
        tape.save()
    except ArgotError:
        tape.reject("the cassette could not be written")
        raise


def _plan(names: tuple[str, ...], given: dict[str, Any]) -> Plan:
    if "" in names:
        fix = 'name the file, without its ending: use_cassette("script")'
        raise Misuse("a cassette needs a name", where="use_cassette", fix=fix)
    if given.get("fuzz"):
        fix = "use_cassette(..., variant=...) plays one variant: see docs/fuzzing.md"
        raise Misuse("fuzz belongs to a test", where="use_cassette", fix=fix)
    here = Path.cwd()
    settings = load(find(here), here)
    options = options_of([(names, given)], "use_cassette")
    return Plan(
        paths=tuple(named(settings.folder, each) for each in names),
        record=options.record or _ambient(settings),
        settings=settings,
        options=options,
        file=_opener(),
    )


def _open(plan: Plan) -> Tape:
    try:
        return Tape(plan, Archive())
    except CassetteMissing as error:
        raise CassetteMissing(
            error.what, where=error.where, fix=plan.record_command("once")
        ) from None


def _opener() -> Path | None:
    frame = caller(inspect.currentframe(), OPENING)
    return Path(frame.f_code.co_filename) if frame else None


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
    if tape.variant is not None:
        _check_played(tape)
        return
    findings = tape.findings
    if failing := _failing(findings, tape.plan.fail_on):
        raise SchemaDrift(_message(tape, failing))
    for finding in findings:
        if not finding.accepted and finding.level.name == "WARN":
            warnings.warn(f"{finding.kind} {finding.path}: {finding.actual}", DriftWarning, 4)
    if tape.stale and tape.plan.settings.stale == "fail":
        raise ArgotError(_too_old(tape), fix=tape.plan.record_command("rewrite"))
    if tape.unplayed and not tape.plan.options.allow_unplayed:
        warnings.warn(_unplayed(tape), UnplayedWarning, stacklevel=4)


def _check_played(tape: Tape) -> None:
    """Refuse a variant that nobody met: whatever was called went past the tape."""
    if not (tape.played or tape.was_read or tape.plan.options.allow_unplayed):
        raise ArgotError(
            "nothing was intercepted: the block asked the cassette for nothing under its variant",
            where=tape.plan.name,
            fix="make the call inside the block through a client that is intercepted, "
            "or say use_cassette(..., allow_unplayed=True)",
        )


def _too_old(tape: Tape) -> str:
    from pytest_argot.cassette.age import too_old

    first = tape.stale[0]
    said = too_old(first.recorded_at, tape.plan.settings.max_age)
    return f"{shown(first.path, tape.plan.here)} {said}"


def _unplayed(tape: Tape) -> str:
    from pytest_argot.report.wording import count

    number = count(len(tape.unplayed), "recorded interaction")
    return f"{tape.plan.name}: {number} the script did not ask for (allow_unplayed=True accepts it)"


def _failing(findings: tuple[Finding, ...], fail_on: str) -> list[Finding]:
    from pytest_argot.drift.levels import failing

    return failing(findings, fail_on)


def _message(tape: Tape, findings: list[Finding]) -> str:
    """Word the drift; a recording is refused first, so that the lines are those of its file."""
    from pytest_argot.report.accepting import accepting
    from pytest_argot.report.drift_text import drift_message

    path = tape.reject(DRIFTED)
    kept = "" if path is None else shown(path, tape.plan.here)
    drifted = _failing(tape.reading_of(path).findings, tape.plan.fail_on) if path else findings
    files = dict.fromkeys(each.cassette for each in drifted if each.cassette != str(LIVE))
    mode = tape.plan.record if set(files) == {kept} else "rewrite"
    return drift_message(
        drifted,
        kept=kept,
        record_command=tape.plan.record_command(mode),
        accept_command=accepting(files, kept),
    )
