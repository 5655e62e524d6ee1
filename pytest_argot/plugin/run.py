"""One decorated test from set-up to tear-down."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.plugin.commands import to_record, to_record_again
from pytest_argot.plugin.set_up import SetUp

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.finding import Finding
    from pytest_argot.errors import ArgotError
    from pytest_argot.plugin.searched import Searched
    from pytest_argot.plugin.session import Session
    from pytest_argot.report.fuzz_summary import FuzzNotes
    from pytest_argot.tape.plan import Plan
    from pytest_argot.tape.reading import Reading
    from pytest_argot.tape.tape import Tape


DATA_FIXTURES = frozenset({"completion", "completions", "response", "responses"})


@dataclass
class Run:
    """The tape of a test that is running, and what is known of its outcome.

    ``unreadable`` is set when a data fixture could not be built; ``kept`` names the file that
    holds what a failed test recorded; ``left`` counts the old interactions that mode ``rewrite``
    left alone, ``dropped`` those that mode ``update`` took out; ``waiting``: a data test without
    a recording. ``said``: the message that failed the test. ``fuzz_notes``: what is to be told
    of its variant. ``tolerated``: the test raised what it may (or has to) raise under it.
    ``unrecorded``: it is skipped, as there is nothing yet to make variants of. ``unvaried``: all
    were asked for, in vain. ``searched``: what a search found. ``set_up``: what only that did.
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
    dropped: int = 0
    waiting: bool = False
    said: str = ""
    fuzz_notes: FuzzNotes | None = None
    tolerated: bool = False
    unrecorded: bool = False
    unvaried: bool = False
    searched: Searched | None = None
    set_up: SetUp = field(default_factory=SetUp)

    @property
    def searching(self) -> bool:
        """Whether this is a search."""
        return self.searched is not None

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
                raise self.failure(self._told(error)) from None
            self.item.addfinalizer(self.close)
            tape.open()
            self.tape = tape
        return self.tape

    def failure(self, text: str) -> BaseException:
        """Give what fails the test with a message alone, no traceback."""
        self.said = text
        return pytest.fail.Exception(text, pytrace=False)

    def _told(self, error: ArgotError) -> str:
        from pytest_argot.errors import CassetteMissing, compose

        name = type(error).__name__
        if isinstance(error, CassetteMissing):
            what = f"{name}: there is no cassette {error.where or self.plan.name}"
            what += f" ({self.plan.held})" if self.plan.held else ""
            return compose(what, fix=to_record(self))
        return f"{name}: {error}"

    @contextmanager
    def suspended(self) -> Generator[None]:
        """Stand aside while a fixture of wider scope is set up."""
        if self.tape is None:
            yield
        else:
            with self.tape.suspended():
                yield

    def standing_in(self) -> AbstractContextManager[None]:
        """Set the keys a client of wider scope may want, where no test sends it anything live."""
        from pytest_argot.tape.environment import stand_ins

        replays = self.session.collected.only_replays
        return stand_ins(self.plan.settings.replay_env if replays else {})

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
            told = f"{type(error).__name__}: {error}"
            told += f"\n  kept:  what was recorded is in {kept}" if kept else ""
            raise self.failure(told) from None

    def _save(self, tape: Tape) -> None:
        cassette = tape.save(reads_data=self.reads_data)
        if cassette is not None and self.plan.record == "rewrite":
            since = self.session.started
            self.left = sum(each.recorded_at < since for each in cassette.interactions)
        elif cassette is not None and self.plan.record == "update":
            kept = [(each.request, each.ordinal) for each in cassette.interactions]
            unasked = (each for each in tape.unplayed if self.plan.test in each.tests)
            self.dropped = sum((each.request, each.ordinal) not in kept for each in unasked)

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
        if self.plan.variant is not None or self.searching:  # the recorded answers tell it
            return []
        if self.reads_data or options.allow_unplayed or settings.unplayed == "ignore":
            return []
        if self.plan.record == "rewrite":  # asked live; what nobody asked for is counted as left
            return []
        unplayed = self.open().unplayed
        # Mode update takes the test's own out of the file, or leaves them to other tests.
        own = "" if self.plan.record == "update" else self.plan.test
        return [each for each in unplayed if not each.tests or own in each.tests]

    def stale(self) -> tuple[Cassette, ...]:
        """Give the cassettes of this test that are older than ``max_age``."""
        return () if self.plan.settings.stale == "ignore" else self.open().stale

    def failing(self) -> list[Finding]:
        """Give the findings that fail the test."""
        from pytest_argot.drift.levels import failing

        return failing(self.findings(), self.plan.fail_on)

    def drift_report(self) -> str:
        """Word the failing findings with the commands that re-record and that accept.

        A recording is refused first, so that the lines are those of the file it is kept in.
        """
        from pytest_argot.report.accepting import accepting
        from pytest_argot.report.drift_text import drift_message
        from pytest_argot.tape.reading import LIVE

        kept = self.reject()
        findings = self.failing()
        files = dict.fromkeys(each.cassette for each in findings if each.cassette != str(LIVE))
        return drift_message(
            findings,
            kept=kept,
            record_command=to_record_again(self, files),
            accept_command=accepting(files, kept),
        )

    def findings(self) -> tuple[Finding, ...]:
        """Give the findings, with the lines of the file a refused recording is kept in.

        What mode ``update`` takes out of the file, should the test pass, does not count.
        """
        updates = self.plan.record == "update"
        return self._reading().findings_but(self._stale() if updates else frozenset())

    @property
    def drifts_by_stale(self) -> bool:
        """Whether the test fails by interactions alone that it does not ask for (any more)."""
        from pytest_argot.drift.levels import failing

        left = self._reading().findings_but(self._stale())
        return bool(self.open().played) and not failing(left, self.plan.fail_on)

    def _reading(self) -> Reading:
        path = self.plan.here / self.kept if self.kept else None
        return self.open().reading_of(path)

    def _stale(self) -> frozenset[int]:
        """Give the interactions that only this test used to ask for, and did not ask for now."""
        tape = self.open()
        if self.reads_data:
            return frozenset()
        own = {id(each) for each in tape.unplayed if each.tests == self.plan.tests}
        return frozenset(n for n, each in enumerate(tape.loaded) if id(each) in own)

    def properties(self) -> list[tuple[str, object]]:
        """Give the JUnit properties."""
        open_findings = [f for f in self.open().findings if not f.accepted]
        properties: list[tuple[str, object]] = [("argot.cassette", self.plan.name)]
        if self.plan.variant is not None:
            properties.append(("argot.variant", self.plan.variant.id))
        if open_findings:
            properties.append(("argot.drift", len(open_findings)))
        return properties


RUN = pytest.StashKey[Run]()
