"""The open cassette of one test or script."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pytest_argot.tape.environment import stand_ins
from pytest_argot.tape.holdings import Holdings
from pytest_argot.tape.line import Line
from pytest_argot.tape.reading import Reading
from pytest_argot.tape.switchboard import SWITCHBOARD
from pytest_argot.tape.traffic import Traffic
from pytest_argot.tape.variation import varied
from pytest_argot.tape.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.cassette.interaction import Interaction, Request
    from pytest_argot.drift.finding import Finding
    from pytest_argot.errors import NetworkBlocked, NoMatch
    from pytest_argot.fuzz.variant import Variant
    from pytest_argot.tape.archive import Archive
    from pytest_argot.tape.plan import Plan


REPLACING = frozenset({"rewrite", "update"})
"""Modes in which what is recorded takes the place of what is there."""


class Tape:
    """The open cassette a test holds: what is recorded, what was asked, what was found.

    Made by the ``argot`` fixture or by ``use_cassette``. Read its properties; interactions stand
    in the order of the file, those recorded now at the end or in the place of what they replace.
    ``was_read``: somebody looked at the parsed responses.
    """

    def __init__(self, plan: Plan, archive: Archive) -> None:
        self._plan = plan
        self._archive = archive
        self._masker = archive.masker(plan.mask)
        self._held = Holdings.of(plan, archive)
        self.traffic = self._traffic()
        self.line = Line(self.traffic)
        self.was_read = False
        self._stack = ExitStack()
        self._reading = self._read()

    # What a test reads.

    @property
    def path(self) -> Path:
        """The file this tape writes to."""
        return self._plan.path

    @property
    def record(self) -> str:
        """The record mode in force."""
        return self._plan.record

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """What the file would hold if the test passed now, then what other cassettes hold.

        In mode ``rewrite`` what was recorded stands in the place of what it replaces, in ``update``
        what only this test used to ask for is gone as soon as something was recorded. Under a
        variant the changed response stands in the place of the recorded one.
        """
        if self._plan.variant is not None:
            return varied(self.loaded, self._plan.variant)
        if self._plan.record in REPLACING and self.traffic.recorded:
            take = self.traffic.take()
            return self._held.with_take(self._plan.path, take, self.traffic.matcher)
        return (*self.loaded, *self.traffic.recorded)

    @property
    def loaded(self) -> tuple[Interaction, ...]:
        """The interactions that were in the files when the tape was opened."""
        return self._held.interactions

    @property
    def requests(self) -> tuple[Request, ...]:
        """The request of every interaction, masked as in the file."""
        return tuple(interaction.request for interaction in self.interactions)

    @property
    def completions(self) -> list[Any]:
        """Every successful modelled response, parsed; a streamed one is merged from its chunks."""
        self.was_read = True
        return self.reading.completions

    @property
    def responses(self) -> list[Any]:
        """Every response, parsed with its model: errors too, plain JSON where no model is known."""
        self.was_read = True
        return self.reading.responses

    @property
    def chunks(self) -> list[Any]:
        """The parsed chunks of every streamed response, in order."""
        self.was_read = True
        return self.reading.chunks

    @property
    def played(self) -> tuple[Interaction, ...]:
        """The interactions that answered a request, in the order of the file."""
        return tuple(self.loaded[index] for index in sorted(set(self.traffic.shelf.played)))

    @property
    def unplayed(self) -> tuple[Interaction, ...]:
        """The interactions nobody asked for."""
        return tuple(self.loaded[index] for index in self.traffic.shelf.unplayed)

    @property
    def recorded(self) -> tuple[Interaction, ...]:
        """The interactions recorded by this tape."""
        return tuple(self.traffic.recorded)

    @property
    def recorded_at(self) -> datetime | None:
        """When the cassette was last recorded (UTC); ``None`` where the file does not say."""
        at = self._held.recorded_at
        return datetime.fromisoformat(at) if at else None

    @property
    def variant(self) -> Variant | None:
        """What is changed in the responses, ``None`` where they are the recorded ones."""
        return self._plan.variant

    @property
    def diverged(self) -> str:
        """The request the variant led to that nothing recorded resembles, ``""`` without one."""
        return "" if self.traffic.variation is None else self.traffic.variation.diverged

    @property
    def stale(self) -> tuple[Cassette, ...]:
        """The cassettes older than ``max_age``, but the one that has been recorded into now."""
        renewed = self._plan.path if self.traffic.recorded else None
        return self._held.stale(self._plan.settings.max_age, renewed)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The drift found in the file and in what was recorded now."""
        return self.reading.findings

    @property
    def reading(self) -> Reading:
        """Everything parsed and judged, for the interactions there are now."""
        return self.reading_of(None)

    def reading_of(self, kept: Path | None) -> Reading:
        """Give the reading; ``kept`` is the file that what was recorded now is kept in."""
        now = self._read(kept)
        if now.state != self._reading.state:
            self._reading = now
        return self._reading

    def _read(self, kept: Path | None = None) -> Reading:
        live, standing = tuple(self.traffic.live), self.interactions
        return Reading(
            self._plan, self._archive, self._held.cassettes, self.recorded, standing, live, kept
        )

    def _traffic(self) -> Traffic:
        missing = self._held.lacks(self.path)
        return Traffic(self._plan, self.loaded, self._masker, missing=missing)

    # Its life.

    def rewind(self, variant: Variant | None) -> None:
        """Answer from the beginning again, under another variant or as recorded."""
        self._plan = replace(self._plan, variant=variant)
        told = self.traffic.told
        self.traffic = self.line.traffic = self._traffic()
        self.traffic.told |= told  # nobody wants to read the same a hundred times
        self._reading = self._read()

    @contextmanager
    def intercepting(self) -> Generator[Tape]:
        """Answer and record the requests made inside; nothing stays patched afterwards."""
        replay_env = self._plan.settings.replay_env
        unset = dict[str, str]() if self.traffic.writing else replay_env
        with stand_ins(unset), SWITCHBOARD.listening(self.line):
            yield self

    def open(self) -> None:
        """Start answering; a disabled tape lets everything go live."""
        if self._plan.disabled:
            return
        self._stack.enter_context(self.intercepting())

    def close(self) -> None:
        """Stop answering; nothing is written."""
        self._stack.close()
        self.line.release()
        self.settle()

    @contextmanager
    def suspended(self) -> Generator[None]:
        """Stand aside: requests made inside are not the tape's."""
        self._stack.close()
        try:
            yield
        finally:
            self.open()

    def settle(self) -> None:
        """End the answers that are still on their way: nobody will read on."""
        self.traffic.takings.settle()

    def save(self, *, reads_data: bool = False) -> Cassette | None:
        """Write what was recorded; give the cassette as it is now, ``None`` if it was not touched.

        ``reads_data``: the test read the file itself, so none of it is what it no longer asks for.

        ``SecretFound`` when something in it still looks like a secret, ``ArgotError`` when the
        disk refuses; the old file stays as it was.
        """
        return self._writer.save(reads_data=reads_data)

    def check_secrets(self) -> None:
        """Raise ``SecretFound`` when what was recorded still holds something like a secret."""
        self._writer.check_secrets()

    def reject(self, reason: str) -> Path | None:
        """Keep what was recorded beside the cassette; give that file, ``None`` without any.

        Nobody paid for requests that were never answered: those alone are not kept.
        """
        return self._writer.reject(reason)

    @property
    def _writer(self) -> Writer:
        found = bool(self.loaded)
        return Writer(plan=self._plan, archive=self._archive, traffic=self.traffic, found=found)

    @property
    def miss(self) -> NoMatch | NetworkBlocked | None:
        """The first request nobody could answer, or the first connection that was blocked."""
        return self.traffic.miss

    @property
    def plan(self) -> Plan:
        """What this tape was told to do."""
        return self._plan

    def __repr__(self) -> str:
        return (
            f"<Tape {self._plan.name} record={self.record} {len(self.interactions)} interactions>"
        )
