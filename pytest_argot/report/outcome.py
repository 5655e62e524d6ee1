"""What a check of many cassettes found, before anyone words it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_argot.drift.finding import Level

if TYPE_CHECKING:
    from pytest_argot.drift.finding import Finding


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be judged; ``line`` is 0 where no line is to blame."""

    cassette: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Stale:
    """A cassette older than ``max_age``; ``said``: how old, as the end of a sentence."""

    cassette: str
    said: str
    fails: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of judging a tree of cassettes.

    ``findings``: one per cassette, kind and path, accepted ones included. ``failing``: how
    many of them are at or above the failing level and not accepted. ``listed``: the lowest level
    told in full. ``stale``: cassettes that are too old. ``unseen``: accepted drift that is no
    longer found. The other counts are of files (``cassettes``), recorded exchanges
    (``interactions``) and responses (``judged``, ``unmodelled``).
    """

    findings: tuple[Finding, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    stale: tuple[Stale, ...] = ()
    failing: int = 0
    listed: Level = Level.WARN
    cassettes: int = 0
    interactions: int = 0
    judged: int = 0
    unmodelled: int = 0
    unseen: int = 0

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """The findings nobody accepted."""
        return tuple(finding for finding in self.findings if not finding.accepted)

    def number(self, level: Level) -> int:
        """Count the open findings of one level."""
        return sum(finding.level == level for finding in self.open_findings)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings or stale cassettes that fail, 2 something was unreadable."""
        if self.unreadable:
            return 2
        return 1 if self.failing or any(each.fails for each in self.stale) else 0
