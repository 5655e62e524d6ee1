"""The known things: what was looked at and accepted, with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from pytest_argot.drift.finding import Finding, Level
from pytest_argot.drift.known_file import (
    DRIFT,
    SECRET,
    VARIANT,
    Known,
    read_tables,
    variant_fingerprint,
    write_entries,
)
from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class KnownThings:
    """The entries of one file, by fingerprint.

    Accepted ``drifts``, ``secrets`` that are false alarms of the scan, ``variants`` under which a
    test is known to fail.
    """

    file: Path
    drifts: Mapping[str, Known]
    secrets: Mapping[str, Known] = field(default_factory=dict[str, Known])
    variants: Mapping[str, Known] = field(default_factory=dict[str, Known])

    def of_variant(self, test: str) -> Known | None:
        """Give the entry of a variant by its node id, expired or not."""
        return self.variants.get(variant_fingerprint(test))

    def failing_variant(self, test: str, today: date | None = None) -> Known | None:
        """Give the entry of a variant by its node id; one that has expired is none."""
        entry = self.of_variant(test)
        return None if entry is None or entry.is_past(today or _today()) else entry

    def apply(self, findings: Iterable[Finding], today: date | None = None) -> tuple[Finding, ...]:
        """Mark the findings that are accepted.

        One whose acceptance has expired counts again, as an error, and says so.
        """
        day = today or _today()
        return tuple(self._applied(finding, day) for finding in findings)

    def harmless(self, today: date | None = None) -> frozenset[str]:
        """Give the fingerprints of what only looks like a secret, and was accepted until now."""
        day = today or _today()
        return frozenset(each for each, known in self.secrets.items() if not known.is_past(day))

    def expired(self, findings: Iterable[Finding], today: date | None = None) -> tuple[Known, ...]:
        """Give the entries that have expired and whose finding is still there."""
        day = today or _today()
        seen = self._seen(findings)
        return tuple(each for each in self.drifts.values() if each in seen and each.is_past(day))

    def unseen(self, findings: Iterable[Finding]) -> tuple[Known, ...]:
        """Give the entries without a finding; means little unless a whole tree was judged."""
        seen = self._seen(findings)
        return tuple(each for each in self.drifts.values() if each not in seen)

    def _seen(self, findings: Iterable[Finding]) -> set[Known]:
        prints = {each for finding in findings for each in _all_prints(finding)}
        return {drift for each, drift in self.drifts.items() if each in prints}

    def _applied(self, finding: Finding, day: date) -> Finding:
        entries = self._entries(finding)
        if not entries:
            return finding
        past = next((each for each in entries if each.is_past(day)), None)
        if past is None:
            return replace(finding, accepted=True)
        said = (
            f"its acceptance expired on {past.until} ({past.reason[:80]}): mend or accept it anew"
        )
        return replace(finding, level=Level.ERROR, fixes=(said, *finding.fixes))

    def _entries(self, finding: Finding) -> list[Known]:
        """Give the entries that accept a finding: its own, or one for each of its parts."""
        if finding.fingerprint in self.drifts:
            return [self.drifts[finding.fingerprint]]
        if all(each in self.drifts for each in finding.fingerprints):
            return [self.drifts[each] for each in finding.fingerprints]
        return []


def read(file: Path) -> KnownThings:
    """Read a file of known things; one that does not exist knows nothing.

    ``Misuse`` names file, line and what is allowed.
    """
    tables = read_tables(file)
    return KnownThings(file, tables[DRIFT], tables[SECRET], tables[VARIANT])


def accept(
    file: Path, findings: Sequence[Finding], reason: str, until: date | None = None
) -> tuple[str, ...]:
    """Write findings into a file of known things; give the fingerprints that are new in it.

    ``Misuse`` without a reason or for a broken file, ``ArgotError`` when the disk refuses.
    """
    entries = {
        each: Known(each, finding.kind, finding.path, reason.strip(), until)
        for finding in findings
        for each in finding.fingerprints
    }
    return _accepted(file, DRIFT, list(entries.values()))


def accept_secrets(
    file: Path, rules: Mapping[str, str], reason: str, until: date | None = None
) -> tuple[str, ...]:
    """Write false alarms of the secret scan, by fingerprint the rule; give the new fingerprints.

    ``Misuse`` and ``ArgotError`` as ``accept``.
    """
    entries = [
        Known(each, rule, reason=reason.strip(), until=until) for each, rule in rules.items()
    ]
    return _accepted(file, SECRET, entries)


def accept_variants(
    file: Path, tests: Iterable[str], reason: str, until: date | None = None
) -> tuple[str, ...]:
    """Write variants under which a test may fail, by node id; give the new fingerprints.

    ``Misuse`` and ``ArgotError`` as ``accept``.
    """
    entries = [
        Known(variant_fingerprint(each), VARIANT, each, reason.strip(), until) for each in tests
    ]
    return _accepted(file, VARIANT, entries)


def _accepted(file: Path, table: str, entries: Sequence[Known]) -> tuple[str, ...]:
    if not all(each.reason for each in entries):
        raise Misuse("nothing is accepted without a reason", fix='add --reason "why"')
    return write_entries(file, table, entries)


def _all_prints(finding: Finding) -> set[str]:
    return {finding.fingerprint, *finding.fingerprints}


def _today() -> date:
    return datetime.now().astimezone().date()
