"""The text of the file of known things: tables of entries, read with their lines, and written."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.drift.json_types import as_array, is_object
from pytest_argot.errors import ArgotError, Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tomlkit import TOMLDocument

DRIFT: Final = "drift"
SECRET: Final = "secret"  # noqa: S105 - the name of a table
VARIANT: Final = "variant"
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        DRIFT: ("fingerprint", "kind", "path", "reason"),
        SECRET: ("fingerprint", "kind", "reason"),
        VARIANT: ("fingerprint", "kind", "path", "reason"),
    }
)
"""The tables of the file, and the keys an entry of each must have."""

_KEYS = ("fingerprint", "kind", "path", "reason", "until")
_FINGERPRINT = re.compile(r"[0-9a-f]{12}\Z")
_TOML_LINE = re.compile(r"line (\d+)")
_NEW = """\
# Known things of pytest-argot, reviewed like code: see docs/drift.md, "Accepting".
"""


@dataclass(frozen=True, slots=True)
class Known:
    """One entry: what is known, why, and until which day (``None``: no end).

    ``kind``: the kind of drift, the rule that took something for a secret, or ``variant``.
    ``path``: where in the body, the node id of a variant, ``""`` where the table has none.
    """

    fingerprint: str
    kind: str
    path: str = ""
    reason: str = ""
    until: date | None = None

    def is_past(self, day: date) -> bool:
        """Tell whether it has ended by then."""
        return self.until is not None and self.until < day


def variant_fingerprint(test: str) -> str:
    """Give the 12 hex digits of a node id, variant included, as it reads from the settings."""
    return hashlib.sha256(test.encode()).hexdigest()[:12]


def read_tables(file: Path) -> dict[str, dict[str, Known]]:
    """Read every table by fingerprint; a file that does not exist has empty ones.

    ``Misuse`` names file, line and what is allowed.
    """
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        return {table: {} for table in REQUIRED}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = _TOML_LINE.search(str(error))
        where = f"{file}:{line[1]}" if line else str(file)
        raise Misuse(f"not readable as TOML: {error}", where=where, fix="mend that line") from error
    except OSError as error:
        raise ArgotError(f"cannot read known things: {error.strerror}", where=str(file)) from error
    for name in data:
        if name not in REQUIRED:
            fix = "use " + " or ".join(f"[[{table}]]" for table in REQUIRED)
            raise Misuse(f"unknown table {name!r}", where=str(file), fix=fix)
    return {table: _checked(file, text, data, table) for table in REQUIRED}


def write_entries(file: Path, table: str, entries: Iterable[Known]) -> tuple[str, ...]:
    """Put entries into a table of the file; give the fingerprints that are new in it.

    What is there stays, comments and order included; an entry that is there already gets the new
    reason and end. ``Misuse`` for a broken file, ``ArgotError`` when the disk refuses.
    """
    import tomlkit

    from pytest_argot.cassette.atomic import locked, replace_file

    with locked(file):
        known = read_tables(file)[table]
        text = file.read_text(encoding="utf-8") if file.exists() else _NEW
        document = tomlkit.parse(text)
        added = [each.fingerprint for each in entries if _put(document, table, each)]
        try:
            replace_file(file, [tomlkit.dumps(document).encode()])
        except OSError as error:
            what = f"cannot write known things: {error.strerror}"
            raise ArgotError(what, where=str(file)) from error
    return tuple(each for each in added if each not in known)


def _put(document: TOMLDocument, table: str, entry: Known) -> bool:
    """Put an entry into the document; tell whether it is a new one."""
    import tomlkit

    if table not in document:
        document.append(table, tomlkit.aot())
    tables: Any = document[table]
    present = next((each for each in tables if each["fingerprint"] == entry.fingerprint), None)
    if present is not None:
        _fill(present, table, entry)
        return False
    new = tomlkit.table()
    _fill(new, table, entry)
    tables.append(new)
    return True


def _fill(into: Any, table: str, entry: Known) -> None:
    for key in _KEYS:
        value = getattr(entry, key)
        if key in REQUIRED[table] or value:
            into[key] = value
        else:
            into.pop(key, None)


def _checked(file: Path, text: str, data: Mapping[str, Any], table: str) -> dict[str, Known]:
    given = data.get(table, [])
    tables = as_array(given)
    if not isinstance(given, list) or not all(map(is_object, tables)):
        raise Misuse(f"{table} is no list of tables", where=str(file), fix=f"use [[{table}]]")
    header = re.compile(rf"^[ \t]*\[\[[ \t]*{table}[ \t]*\]\]", re.MULTILINE)
    lines = [text.count("\n", 0, found.start()) + 1 for found in header.finditer(text)]
    known: dict[str, Known] = {}
    for number, each in enumerate(tables):
        where = f"{file}:{lines[number]}" if number < len(lines) else str(file)
        entry = _entry(each, table, where)
        if entry.fingerprint in known:
            raise Misuse(f"{entry.fingerprint} is there twice", where=where, fix="remove one")
        known[entry.fingerprint] = entry
    return known


def _entry(given: Mapping[str, Any], table: str, where: str) -> Known:
    for key in given:
        if key not in _KEYS:
            raise Misuse(f"unknown key {key!r}", where=where, fix=f"use {', '.join(_KEYS)}")
    for key in dict.fromkeys((*REQUIRED[table], *(given.keys() - {"until"}))):
        if not isinstance(given.get(key), str):
            raise Misuse(f"{key} is missing or no string", where=where, fix=f'add {key} = "…"')
    if not _FINGERPRINT.match(given["fingerprint"]):
        fix = "copy it from the report (argot check --format json)"
        raise Misuse("a fingerprint is 12 hex digits", where=where, fix=fix)
    if not given["reason"].strip():
        raise Misuse("nothing is accepted without a reason", where=where, fix="fill in reason")
    if table == VARIANT:
        _check_variant(given["fingerprint"], given["path"], where)
    until = given.get("until")
    if until is not None and (not isinstance(until, date) or isinstance(until, datetime)):
        raise Misuse("until is no date", where=where, fix="write it as until = 2027-01-31")
    return Known(**{key: given[key] for key in _KEYS if key in given})


def _check_variant(fingerprint: str, path: str, where: str) -> None:
    """Refuse an entry that says two things: it would be that of no test."""
    own = variant_fingerprint(path)
    if fingerprint != own:
        what = f"the fingerprint {fingerprint} is not that of path {path!r}"
        raise Misuse(what, where=where, fix=f'write fingerprint = "{own}", or mend path')
