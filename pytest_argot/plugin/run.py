"""One decorated test from set-up to tear-down."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.finding import Finding
    from pytest_argot.errors import ArgotError
    from pytest_argot.plugin.session import Session
    from pytest_argot.report.summary import TestNotes
    from pytest_argot.tape.plan import Plan
    from pytest_argot.tape.tape import Tape


DATA_FIXTURES = frozenset({"completion", "completions", "response", "responses"})


@dataclass
class Run:
    """The tape of a test that is running, and what is known of its outcome.

    ``unreadable`` is set when a data fixture could not be built; ``kept`` names the file that
    holds what a failed test recorded; ``left`` counts the old interactions that mode ``rewrite``
    left alone.
    """

    item: pytest.Item
    plan: Plan
    session: Session
    tape: Tape | None = None
    reads_data: bool = False
    unreadable: ArgotError | None = None
    passed: bool = False
    why_failed: str = "the test failed"
    rejected: int = 0
    kept: str = ""
    left: int = 0

    def open(self) -> Tape:
        """Open the tape; the first call of a test does, later ones give the same tape.

        A missing or corrupt cassette fails with its message alone, no traceback: in the set-up
        phase pytest reports that as an ERROR.
        """
        if self.tape is None:
            from pytest_argot.errors import ArgotError
            from pytest_argot.tape.tape import Tape

            try:
                tape = Tape(self.plan, self.session.archive)
            except ArgotError as error:
                raise pytest.fail.Exception(self._told(error), pytrace=False) from None
            self.item.addfinalizer(self.close)
            tape.open()
            self.tape = tape
        return self.tape

    def _told(self, error: ArgotError) -> str:
        from pytest_argot.errors import CassetteMissing, compose

        name = type(error).__name__
        if isinstance(error, CassetteMissing):
            what = f"{name}: there is no cassette {error.where or self.plan.name}"
            return compose(what, fix=self.record_commands())
        return f"{name}: {error}"

    def record_commands(self) -> str:
        """Give the command that records; a test that only reads data may need another one."""
        from pytest_argot.report.record_request import record_request

        again = self.plan.record_command("once")
        alone = record_request(self.plan.path, self.plan.settings.folder)
        if alone and self.reads_data:
            return f"{again}\n  or, if it makes no request itself: {alone}"
        return again

    @contextmanager
    def suspended(self) -> Generator[None]:
        """Stand aside while a fixture of wider scope is set up."""
        if self.tape is None:
            yield
        else:
            with self.tape.suspended():
                yield

    def close(self) -> None:
        """Close the tape after the test's own fixtures; write, or keep beside the cassette."""
        from pytest_argot.errors import ArgotError

        tape = self.tape
        if tape is None:
            return
        tape.close()
        try:
            if self.passed:
                self._save(tape)
            else:
                self.reject()
        except ArgotError as error:
            self.why_failed = "the cassette could not be written"
            kept = self.reject()
            told = f"{type(error).__name__}: {error}\n  kept:  what was recorded is in {kept}"
            raise pytest.fail.Exception(told, pytrace=False) from None

    def _save(self, tape: Tape) -> None:
        cassette = tape.save()
        if cassette is not None and self.plan.record == "rewrite":
            since = self.session.started
            self.left = sum(each.recorded_at < since for each in cassette.interactions)

    def reject(self) -> str:
        """Keep what was recorded beside the cassette; say where, ``""`` when there is nothing."""
        from pytest_argot.tape.plan import shown

        if self.tape is not None and self.rejected != len(self.tape.recorded):
            self.rejected = len(self.tape.recorded)
            path = self.tape.reject(self.why_failed)
            self.kept = "" if path is None else shown(path, self.plan.here)
        return self.kept

    def read(self, kind: str) -> list[Any]:
        """Give the parsed ``completions`` or ``responses``.

        ``SchemaDrift`` with the drift report when one of them does not parse and its drift fails
        the test; it is remembered, so that the test FAILS whichever fixture asked.
        """
        from pytest_argot.errors import SchemaDrift

        tape = self.open()
        if self.failing() and not tape.reading.parses:
            self.unreadable = SchemaDrift(self.drift_report())
            raise self.unreadable
        try:
            return list(getattr(tape, kind))
        except SchemaDrift as error:
            self.unreadable = error
            raise

    def unplayed(self) -> list[Interaction]:
        """Give the interactions of this test, or of no known one, that it should have asked for."""
        settings, options = self.plan.settings, self.plan.options
        if self.reads_data or options.allow_unplayed or settings.unplayed == "ignore":
            return []
        unplayed = self.open().unplayed
        return [each for each in unplayed if not each.tests or self.plan.test in each.tests]

    def failing(self) -> list[Finding]:
        """Give the findings that fail the test."""
        from pytest_argot.drift.levels import failing

        return failing(self.open().findings, self.plan.fail_on)

    def drift_report(self) -> str:
        """Word the failing findings with the commands that re-record and that accept.

        A recording is refused first, so that the lines are those of the file it is kept in.
        """
        from pytest_argot.drift.levels import failing
        from pytest_argot.report.drift_text import drift_message

        kept = self.reject()
        findings = failing(self.findings(), self.plan.fail_on)
        files = dict.fromkeys(finding.cassette for finding in findings)
        again = self._record_again()
        return drift_message(
            findings,
            kept=kept,
            record_command=again if kept else f"rm {' '.join(files)} && {again}",
            accept_command=f"argot accept {' '.join(files)} --all --reason '...'",
        )

    def findings(self) -> tuple[Finding, ...]:
        """Give the findings, with the lines of the file a refused recording is kept in."""
        path = self.plan.here / self.kept if self.kept else None
        return self.open().reading_of(path).findings

    def _record_again(self) -> str:
        """Give the command that records; a data test cannot, the tests that recorded can."""
        recorders = {test for each in self.open().interactions for test in each.tests}
        if not self.reads_data or not recorders:
            return self.plan.record_command("once")
        root = self.plan.settings.root
        tests = (_seen_from(self.plan.here, root, test) for test in sorted(recorders))
        return f"pytest {' '.join(map(shlex.quote, tests))} --argot-record=once"

    def told(self) -> TestNotes:
        """Give what the summary needs, as plain data that crosses process borders."""
        tape = self.tape
        if tape is None:
            return {}
        return {
            "test": self.item.nodeid,
            "cassette": self.plan.name,
            "findings": [finding.to_dict() for finding in self.findings()],
            "recorded": len(tape.recorded),
            "unplayed": len(self.unplayed()) if self.passed else 0,
            "replayed": len(tape.played),
            "unmodelled": tape.reading.unmodelled,
            "rejected": self.kept,
            "overcome": tape.traffic.overcome,
            "left": self.left,
        }

    def properties(self) -> list[tuple[str, object]]:
        """Give the JUnit properties."""
        open_findings = [f for f in self.open().findings if not f.accepted]
        properties: list[tuple[str, object]] = [("argot.cassette", self.plan.name)]
        if open_findings:
            properties.append(("argot.drift", len(open_findings)))
        return properties


def _seen_from(here: Path, root: Path, test: str) -> str:
    """Give a node id that starts at the settings' folder as it reads from another one."""
    file, colons, inside = test.partition("::")
    try:
        return Path(os.path.relpath(root / file, here)).as_posix() + colons + inside
    except ValueError:  # another drive
        return test


RUN = pytest.StashKey[Run]()
