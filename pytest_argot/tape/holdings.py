"""The cassettes a tape was opened with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_argot.errors import CassetteMissing
from pytest_argot.tape.keeping import merged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.cassette.matching import Matcher
    from pytest_argot.tape.archive import Archive
    from pytest_argot.tape.keeping import Take
    from pytest_argot.tape.plan import Plan

READING = frozenset({"none", "verify"})
"""Modes in which the cassette has to be there."""


@dataclass(frozen=True)
class Holdings:
    """The cassettes of a plan that are there, in its order; the plan's own is first, if at all."""

    cassettes: tuple[Cassette, ...]

    @classmethod
    def of(cls, plan: Plan, archive: Archive) -> Holdings:
        """Read the cassettes of a plan.

        ``CassetteMissing`` where one has to be there, ``CassetteCorrupt`` as the reader says.
        """
        return cls(tuple(_read(plan, archive)))

    @cached_property
    def interactions(self) -> tuple[Interaction, ...]:
        """What all of them hold, one after the other."""
        return tuple(each for cassette in self.cassettes for each in cassette.interactions)

    @property
    def recorded_at(self) -> str:
        """When the last of them was recorded (RFC 3339, UTC), ``""`` where none says it."""
        return max((cassette.recorded_at for cassette in self.cassettes), default="")

    def lacks(self, path: Path) -> bool:
        """Whether none of them is the file at ``path``."""
        return all(cassette.path != path for cassette in self.cassettes)

    def with_take(self, path: Path, take: Take, matcher: Matcher) -> tuple[Interaction, ...]:
        """Give what the file at ``path`` would hold after a take, then what the others hold."""
        written: list[Interaction] = []
        others: list[Interaction] = []
        for cassette in self.cassettes:
            is_written = cassette.path == path
            (written if is_written else others).extend(cassette.interactions)
        return (*merged(written, take, matcher), *others)

    def stale(self, max_age: str, renewed: Path | None) -> tuple[Cassette, ...]:
        """Give those older than ``max_age``, but the one that was ``renewed``."""
        from pytest_argot.cassette.age import is_stale

        return tuple(
            each
            for each in self.cassettes
            if each.path != renewed and is_stale(each.recorded_at, max_age)
        )


def _read(plan: Plan, archive: Archive) -> Iterator[Cassette]:
    for path in plan.paths:
        try:
            yield archive.load(path, plan.mask)
        except CassetteMissing:
            optional = plan.lenient or plan.disabled or plan.record not in READING
            if path == plan.path and optional:
                continue
            raise
