"""What was recorded, written into its cassette or kept beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pytest_argot.tape.keeping import merged
from pytest_argot.tape.retries import FAILED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.tape.archive import Archive
    from pytest_argot.tape.keeping import Take
    from pytest_argot.tape.plan import Plan
    from pytest_argot.tape.traffic import Traffic
    from pytest_argot.wire.masking import Masker


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes what one tape recorded; under a variant nothing: no server ever gave its answers.

    ``found``: whether the tape held interactions when it was opened.
    """

    plan: Plan
    archive: Archive
    traffic: Traffic
    found: bool

    @property
    def _recorded(self) -> tuple[Interaction, ...]:
        """What is to be written; its messages are masked already."""
        return tuple(self.traffic.recorded)

    def save(self, *, reads_data: bool) -> Cassette | None:
        """Write into the cassette; ``None`` if it was not touched. Errors as ``store.save`` says.

        ``reads_data``: the test read the file itself, so none of it is what it no longer asks for.
        """
        from pytest_argot.cassette.store import save

        if self.plan.variant is not None:
            return None
        if not (self.traffic.recorded or (self._owns_anew() and not reads_data)):
            return None
        take = self.traffic.take()
        if reads_data and take.mode == "update":
            take = replace(take, mode="new_episodes")
        return save(
            self.plan.path,
            partial(self._merge, take),
            masker=self._masker,
            harmless=self._harmless,
            clean=self._recorded,
        )

    def _owns_anew(self) -> bool:
        """Whether the file is to learn what this test asks for, though nothing was recorded."""
        mode = self.plan.record
        known = self.found and bool(self.plan.test)
        return known and (mode == "update" or (mode == "once" and self.traffic.writing))

    def _merge(self, take: Take, present: Cassette | None) -> Sequence[Interaction]:
        old = present.interactions if present else ()
        return merged(old, take, self.traffic.matcher)

    def check_secrets(self) -> None:
        """Raise ``SecretFound`` when what was recorded still holds something like a secret."""
        from pytest_argot.cassette.store import refuse_secrets

        if new := self._recorded:
            refuse_secrets(
                self.plan.path, new, masker=self._masker, harmless=self._harmless, clean=new
            )

    def reject(self, reason: str) -> Path | None:
        """Keep what was recorded beside the cassette; give that file, ``None`` without any.

        Nobody paid for requests that were never answered: those alone are not kept.
        """
        from pytest_argot.cassette.rejected import reject

        new = self._recorded
        if self.plan.variant is not None or all(each.response.status == FAILED for each in new):
            return None
        return reject(
            self.plan.path,
            new,
            reason=reason,
            masker=self._masker,
            harmless=self._harmless,
            clean=new,
        )

    @property
    def _masker(self) -> Masker:
        return self.archive.masker(self.plan.mask)

    @property
    def _harmless(self) -> frozenset[str]:
        """The fingerprints of what only looks like a secret; read when something is written."""
        return self.archive.known(self.plan.settings).harmless()
