"""One drift, wherever it was seen: findings with the same fingerprint, told once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_argot.drift.finding import Finding, Level
from pytest_argot.report.wording import clipped, count, joined, place, printable, shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable


_DIALECTS = "pytest_argot.models.dialects"


@dataclass(frozen=True, slots=True)
class Drift:
    """Findings with one fingerprint, at most one per cassette; never empty."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding whose words stand for all."""
        return self.findings[0]

    @property
    def level(self) -> Level:
        """The worst level among the cassettes."""
        return max(finding.level for finding in self.findings)

    @property
    def accepted(self) -> bool:
        """Whether every one of them is accepted."""
        return all(finding.accepted for finding in self.findings)

    @property
    def times(self) -> int:
        """How often it was seen, over all cassettes."""
        return sum(finding.count for finding in self.findings)

    @property
    def path(self) -> str:
        """The JSON path, as printed."""
        return shown_path(self.first.path)

    @property
    def kind(self) -> str:
        """The kind, with how often it was seen when that is more than once."""
        return self.first.kind if self.times == 1 else f"{self.first.kind}, {self.times:,} times"

    @property
    def said(self) -> str:
        """What was expected and what came."""
        return f"expected {clipped(self.first.expected)}, got {clipped(self.first.actual)}"

    @property
    def fixes(self) -> tuple[str, ...]:
        """The candidate changes of the response model, as printed."""
        return tuple(clipped(fix) for fix in self.first.fixes)

    def places(self, limit: int) -> list[str]:
        """Give the first ``limit`` places as ``file:line``, then how many cassettes more."""
        found = [place(finding.cassette, finding.line) for finding in self.findings]
        rest = len(found) - limit
        return found if rest <= 0 else [*found[:limit], f"and {count(rest, 'more cassette')}"]


def group(findings: Iterable[Finding]) -> list[Drift]:
    """Group findings by fingerprint: worst level first, then by path and kind.

    A cassette two tests share counts once.
    """
    seen: dict[str, dict[str, Finding]] = {}
    for finding in findings:
        seen.setdefault(finding.fingerprint, {}).setdefault(finding.cassette, finding)
    drifts = [Drift(tuple(places.values())) for places in seen.values()]
    return sorted(drifts, key=lambda d: (-d.level, d.first.path, d.first.kind, d.first.fingerprint))


def level_word(level: Level) -> str:
    """Give the level as users write it: ``error``, ``warn``, ``info``."""
    return level.name.lower()


def tally(levels: Iterable[Level]) -> str:
    """Give ``"2 errors, 1 warning, 3 info"``; levels nobody has are left out."""
    numbers = Counter(levels)
    words = {
        Level.ERROR: count(numbers[Level.ERROR], "error"),
        Level.WARN: count(numbers[Level.WARN], "warning"),
        Level.INFO: f"{numbers[Level.INFO]:,} info",
    }
    return ", ".join(word for level, word in words.items() if numbers[level])


def models(drifts: Iterable[Drift]) -> str:
    """Name the response models concerned, without their modules."""
    names = dict.fromkeys(_model(f.model) for drift in drifts for f in drift.findings)
    known = [printable(name) for name in names if name]
    return joined(known) if 0 < len(known) < 3 else "its response models"  # noqa: PLR2004


def _model(name: str) -> str:
    """Name a response model; one of a dialect by the public model it varies."""
    module, _, word = name.rpartition(":")
    package, _, dialect = module.rpartition(".")
    if package != _DIALECTS:
        return word
    public = {"Chunk": "CreateCompletionChunk", "Response": "CreateCompletionResponse"}
    kind = next((each for each in public if word.endswith(each)), "")
    return f"{public.get(kind, 'ErrorResponse')} ({dialect})"


def notes_line(drifts: Iterable[Drift]) -> str:
    """Tell drift at level info in one line: kinds with their paths; empty without any."""
    paths: dict[str, list[str]] = {}
    for drift in drifts:
        paths.setdefault(drift.first.kind, []).append(drift.path)
    parts = [f"{kind} {', '.join(found)}" for kind, found in paths.items()]
    return clipped("; ".join(parts))
