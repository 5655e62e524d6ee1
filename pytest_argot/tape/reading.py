"""The parsed and judged content of a tape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_argot.tape.plan import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.finding import Finding
    from pytest_argot.drift.judge import Verdict
    from pytest_argot.drift.routes import Route, Routes
    from pytest_argot.tape.archive import Archive
    from pytest_argot.tape.plan import Plan

SUCCESS = range(200, 300)
LIVE = Path("the live API")
"""What findings in mode ``verify`` name as their place."""


@dataclass(frozen=True)
class Reading:
    """The cassettes of a tape and what it recorded, parsed and judged on demand.

    ``standing``: the interactions the test shall see.
    """

    plan: Plan
    archive: Archive
    cassettes: tuple[Cassette, ...]
    recorded: tuple[Interaction, ...]
    standing: tuple[Interaction, ...]
    live: tuple[Interaction, ...] = ()
    kept: Path | None = None

    @property
    def state(self) -> tuple[object, ...]:
        """What tells one reading of a tape from the next."""
        ids = tuple(map(id, self.recorded))
        return ids, len(self.standing), tuple(map(id, self.live)), self.kept

    @cached_property
    def routes(self) -> Routes:
        """The routes that pick the response models."""
        return self.archive.routes(self.plan)

    def _each(self) -> Iterator[tuple[Interaction, Route | None]]:
        for interaction in self.standing:
            yield interaction, self.routes.find(interaction.request)

    @cached_property
    def completions(self) -> list[Any]:
        """The successful modelled responses, parsed."""
        from pytest_argot.drift.parse import parse

        return [
            parse(interaction, route)
            for interaction, route in self._each()
            if route is not None and interaction.response.status in SUCCESS
        ]

    @cached_property
    def responses(self) -> list[Any]:
        """Every response, parsed."""
        from pytest_argot.drift.parse import parse

        return [parse(interaction, route) for interaction, route in self._each()]

    @cached_property
    def parses(self) -> bool:
        """Whether every response fits its model well enough to be parsed."""
        from pytest_argot.drift.parse import parses

        return all(parses(interaction, route) for interaction, route in self._each())

    @cached_property
    def chunks(self) -> list[Any]:
        """The chunks of every streamed response."""
        from pytest_argot.drift.parse import chunks

        return [
            chunk
            for interaction, route in self._each()
            if route is not None
            for chunk in chunks(interaction, route)
        ]

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One verdict a cassette, then one for what was recorded now.

        In mode ``rewrite`` what was recorded is there to replace the cassettes: they do not count.
        Under a variant nothing is judged: no server gave its answers.
        """
        if self.plan.variant is not None:
            return ()
        old = () if self.plan.record == "rewrite" and self.recorded else self.cassettes
        verdicts = [self.archive.verdict(cassette, self.plan) for cassette in old]
        if self.recorded:
            verdicts.append(self.archive.judge(self._fresh(), self.plan))
        if self.live:
            verdicts.append(self.archive.judge(self._answers(), self.plan))
        return tuple(verdicts)

    def _answers(self) -> Cassette:
        """Give what the live API answered, for the judge alone: no file holds it."""
        from pytest_argot.cassette.cassette import Cassette

        return Cassette(LIVE, self.live)

    def _fresh(self) -> Cassette:
        """Give what was recorded now as the cassette it would be, or as the file it is kept in."""
        from pytest_argot.cassette.cassette import Cassette
        from pytest_argot.cassette.stored import stored

        if self.kept is not None:
            return self.archive.load(self.kept, self.plan.mask)
        at = max(interaction.recorded_at for interaction in self.recorded)
        laid_out = tuple(stored(interaction) for interaction in self.recorded)
        return Cassette(self.plan.path, laid_out, at, ours=True)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, the accepted ones marked so."""
        return self.findings_but(frozenset())

    def findings_but(self, going: frozenset[int]) -> tuple[Finding, ...]:
        """Give the findings, but those in which nothing else is concerned than ``going``.

        ``going``: indices of interactions that are to leave the cassette that is written.
        """
        written = bool(self.cassettes) and self.cassettes[0].path == self.plan.path
        named = [
            self._placed(finding)
            for number, verdict in enumerate(self.verdicts)
            for finding in verdict.findings
            if number or not written or not going.issuperset(finding.interactions)
        ]
        return tuple(self.archive.known(self.plan.settings).apply(named))

    def _placed(self, finding: Finding) -> Finding:
        """Name the file as messages show it; what no file holds is in no line of one."""
        if finding.cassette == str(LIVE):
            return replace(finding, line=0)
        return replace(finding, cassette=shown(Path(finding.cassette), self.plan.here))

    @property
    def unmodelled(self) -> int:
        """How many responses no model judged."""
        return sum(verdict.unmodelled for verdict in self.verdicts)
