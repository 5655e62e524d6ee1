"""The file of known things: drift that was looked at and accepted, with a reason."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pytest_argot.drift.finding import Finding, Level
from pytest_argot.drift.json_types import as_array, is_object
from pytest_argot.errors import ArgotError, Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from tomlkit import TOMLDocument

TABLE = "drift"
_KEYS = ("fingerprint", "kind", "path", "reason", "until")
_FINGERPRINT = re.compile(r"[0-9a-f]{12}\Z")
_HEADER = re.compile(rf"^[ \t]*\[\[[ \t]*{TABLE}[ \t]*\]\]", re.MULTILINE)
_TOML_LINE = re.compile(r"line (\d+)")


@dataclass(frozen=True, slots=True)
class KnownDrift:
    """One ``[[drift]]`` entry: what was accepted, why, and until which day (``None``: no end)."""

    fingerprint: str
    kind: str
    path: str
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class KnownThings:
    """The entries of one file, by fingerprint."""

    file: Path
    drifts: Mapping[str, KnownDrift]

    def apply(self, findings: Iterable[Finding], today: date | None = None) -> tuple[Finding, ...]:
        """Mark the findings that are accepted.

        One whose acceptance has expired counts again, as an error, and says so.
        """
        day = today or _today()
        return tuple(self._applied(finding, day) for finding in findings)

    def expired(
        self, findings: Iterable[Finding], today: date | None = None
    ) -> tuple[KnownDrift, ...]:
        """Give the entries that have expired and whose finding is still there."""
        day = today or _today()
        seen = self._seen(findings)
        return tuple(each for each in self.drifts.values() if each in seen and _is_past(each, day))

    def unseen(self, findings: Iterable[Finding]) -> tuple[KnownDrift, ...]:
        """Give the entries without a finding; means little unless a whole tree was judged."""
        seen = self._seen(findings)
        return tuple(each for each in self.drifts.values() if each not in seen)

    def _seen(self, findings: Iterable[Finding]) -> set[KnownDrift]:
        prints = {each for finding in findings for each in _all_prints(finding)}
        return {drift for each, drift in self.drifts.items() if each in prints}

    def _applied(self, finding: Finding, day: date) -> Finding:
        entries = self._entries(finding)
        if not entries:
            return finding
        past = next((each for each in entries if _is_past(each, day)), None)
        if past is None:
            return replace(finding, accepted=True)
        said = (
            f"its acceptance expired on {past.until} ({past.reason[:80]}): mend or accept it anew"
        )
        return replace(finding, level=Level.ERROR, fixes=(said, *finding.fixes))

    def _entries(self, finding: Finding) -> list[KnownDrift]:
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
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        return KnownThings(file, {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = _TOML_LINE.search(str(error))
        where = f"{file}:{line[1]}" if line else str(file)
        raise Misuse(f"not readable as TOML: {error}", where=where, fix="mend that line") from error
    except OSError as error:
        raise ArgotError(f"cannot read known things: {error.strerror}", where=str(file)) from error
    return KnownThings(file, _checked(file, text, data))


def accept(
    file: Path, findings: Sequence[Finding], reason: str, until: date | None = None
) -> tuple[str, ...]:
    """Write findings into a file of known things; give the fingerprints that are new in it.

    What is there stays, comments and order included; an entry that is there already gets the new
    reason and end. ``Misuse`` without a reason or for a broken file, ``ArgotError`` when the disk
    refuses.
    """
    import tomlkit

    from pytest_argot.cassette.atomic import locked, replace_file

    if not reason.strip():
        raise Misuse("nothing is accepted without a reason", fix='add --reason "why"')
    with locked(file):
        known = read(file).drifts
        text = file.read_text(encoding="utf-8") if file.exists() else _NEW
        document = tomlkit.parse(text)
        added = [each for each in _entries(findings, reason, until) if _put(document, each)]
        try:
            replace_file(file, tomlkit.dumps(document).encode())
        except OSError as error:
            what = f"cannot write known things: {error.strerror}"
            raise ArgotError(what, where=str(file)) from error
    return tuple(each.fingerprint for each in added if each.fingerprint not in known)


_NEW = """\
# Known things of pytest-argot, reviewed like code: see docs/drift.md, "Accepting".
"""


def _entries(findings: Sequence[Finding], reason: str, until: date | None) -> list[KnownDrift]:
    entries = {
        each: KnownDrift(each, finding.kind, finding.path, reason.strip(), until)
        for finding in findings
        for each in finding.fingerprints
    }
    return list(entries.values())


def _put(document: TOMLDocument, entry: KnownDrift) -> bool:
    """Put an entry into the document; tell whether it is a new one."""
    import tomlkit

    if TABLE not in document:
        document.append(TABLE, tomlkit.aot())
    tables: Any = document[TABLE]
    present = next((each for each in tables if each["fingerprint"] == entry.fingerprint), None)
    if present is not None:
        _fill(present, entry)
        return False
    table = tomlkit.table()
    _fill(table, entry)
    tables.append(table)
    return True


def _fill(table: Any, entry: KnownDrift) -> None:
    for key in _KEYS:
        value = getattr(entry, key)
        if value is not None:
            table[key] = value
        else:
            table.pop(key, None)


def _checked(file: Path, text: str, data: Mapping[str, Any]) -> dict[str, KnownDrift]:
    for name in data:
        if name != TABLE:
            raise Misuse(f"unknown table {name!r}", where=str(file), fix=f"use [[{TABLE}]]")
    tables = as_array(data.get(TABLE, []))
    if not isinstance(data.get(TABLE, []), list) or not all(map(is_object, tables)):
        raise Misuse(f"{TABLE} is no list of tables", where=str(file), fix=f"use [[{TABLE}]]")
    lines = [text.count("\n", 0, found.start()) + 1 for found in _HEADER.finditer(text)]
    known: dict[str, KnownDrift] = {}
    for number, table in enumerate(tables):
        where = f"{file}:{lines[number]}" if number < len(lines) else str(file)
        entry = _entry(table, where)
        if entry.fingerprint in known:
            raise Misuse(f"{entry.fingerprint} is there twice", where=where, fix="remove one")
        known[entry.fingerprint] = entry
    return known


def _entry(table: Mapping[str, Any], where: str) -> KnownDrift:
    for key in table:
        if key not in _KEYS:
            raise Misuse(f"unknown key {key!r}", where=where, fix=f"use {', '.join(_KEYS)}")
    for key in ("fingerprint", "kind", "path", "reason"):
        if not isinstance(table.get(key), str):
            raise Misuse(f"{key} is missing or no string", where=where, fix=f'add {key} = "…"')
    if not _FINGERPRINT.match(table["fingerprint"]):
        fix = "copy it from the report (argot check --format json)"
        raise Misuse("a fingerprint is 12 hex digits", where=where, fix=fix)
    if not table["reason"].strip():
        raise Misuse("nothing is accepted without a reason", where=where, fix="fill in reason")
    until = table.get("until")
    if until is not None and (not isinstance(until, date) or isinstance(until, datetime)):
        raise Misuse("until is no date", where=where, fix="write it as until = 2027-01-31")
    return KnownDrift(**{key: table[key] for key in _KEYS if key in table})


def _all_prints(finding: Finding) -> set[str]:
    return {finding.fingerprint, *finding.fingerprints}


def _is_past(entry: KnownDrift, day: date) -> bool:
    return entry.until is not None and entry.until < day


def _today() -> date:
    return datetime.now().astimezone().date()
