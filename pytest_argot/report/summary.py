"""The lines of pytest's terminal section: what a session found, told once, quiet when clean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from pytest_argot.drift.finding import Finding, Level
from pytest_argot.report.drifts import Drift, group, level_word, notes_line
from pytest_argot.report.fuzz_summary import FuzzNotes, fuzz_lines
from pytest_argot.report.gitignore import gitignore_hint
from pytest_argot.report.wording import clipped, count, nearby, printable, shortlist

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Line = tuple[str, str]
"""Text and its style: ``"red"``, ``"yellow"`` or ``""`` (plain)."""

_STYLES = {Level.ERROR: "red", Level.WARN: "yellow", Level.INFO: ""}


class TestNotes(TypedDict, total=False):
    """What one test has to tell, as plain data that crosses process borders.

    ``test``: node id. ``cassette``: its file as shown. ``findings``: ``Finding.to_dict()`` of each.
    ``stale``: cassettes of it that are older than ``max_age``, as shown.
    ``recorded``, ``replayed``, ``unplayed``, ``dropped``: interactions. ``unmodelled``: responses
    no model judged. ``rejected``: the file a refused recording was kept in. ``overcome``: transient
    answers that were not recorded. ``left``: old interactions nobody asked for while all were
    rewritten. ``waiting``: whether it reads what nobody has recorded yet. ``gone``: indices of
    interactions it did not ask for, of tests that are no longer there. ``fuzz``: of a variant.
    ``lost``: node ids of variants that are known to fail and are no longer there. ``unrecorded``:
    whether it was skipped because there is nothing yet to make variants of. ``unvaried``: whether
    all its variants were asked for while it may record.
    """

    test: str
    cassette: str
    findings: Sequence[Mapping[str, Any]]
    recorded: int
    replayed: int
    unmodelled: int
    unplayed: int
    rejected: str
    overcome: int
    left: int
    dropped: int
    waiting: bool
    gone: Sequence[int]
    fuzz: FuzzNotes
    stale: Sequence[str]
    lost: Sequence[str]
    unrecorded: bool
    unvaried: bool


def summary_lines(data: Iterable[TestNotes]) -> list[Line]:
    """Give the lines to print, none when there is nothing to say.

    ``data`` holds one entry per test, in any order. Drift is grouped over all tests by
    fingerprint; accepted drift is not mentioned.
    """
    tests = list(data)
    drifts = [drift for drift in group(_findings(tests)) if not drift.accepted]
    return [
        *_drift(drifts),
        *_notes([drift for drift in drifts if drift.level == Level.INFO]),
        *_unmodelled(tests),
        *_unplayed(tests),
        *_rejected(tests),
        *_overcome(tests),
        *_left(tests),
        *_gone(tests),
        *_stale(tests),
        *_waiting(tests),
        *fuzz_lines([test["fuzz"] for test in tests if "fuzz" in test]),
        *_unvaried(tests),
        *_unrecorded(tests),
        *_lost(tests),
        *_recorded(tests),
    ]


def _findings(tests: Iterable[TestNotes]) -> list[Finding]:
    return [Finding.from_dict(item) for test in tests for item in test.get("findings", ())]


def _drift(drifts: Iterable[Drift]) -> list[Line]:
    told = [drift for drift in drifts if drift.level > Level.INFO]
    if not told:
        return []
    cassettes = {finding.cassette for drift in told for finding in drift.findings}
    head = f"{count(len(told), 'drift')}, {count(len(cassettes), 'cassette')}"
    lines = [(head, _STYLES[max(drift.level for drift in told)])]
    for drift in told:
        level = level_word(drift.level)
        text = f"{drift.first.kind} at {drift.path}, got {clipped(drift.first.actual)}"
        where = " ".join(drift.places(1))
        lines.append((f"  {level:<5}  {text}: {where}", _STYLES[drift.level]))
    return lines


def _notes(drifts: Sequence[Drift]) -> list[Line]:
    if not drifts:
        return []
    return [(f"{len(drifts):,} info: {notes_line(drifts)}", "")]


def _unmodelled(tests: Iterable[TestNotes]) -> list[Line]:
    bodies: dict[str, int] = {}
    for test in tests:  # tests that share a cassette tell of the same responses
        cassette, number = test.get("cassette", ""), test.get("unmodelled", 0)
        if number > bodies.get(cassette, 0):
            bodies[cassette] = number
    total = sum(bodies.values())
    if not total:
        return []
    text = f"{count(total, 'response')} without a response model, not judged: {_named(bodies)}"
    return [(text, "yellow")]


def _unplayed(tests: Iterable[TestNotes]) -> list[Line]:
    unplayed = {test.get("test", ""): test.get("unplayed", 0) for test in tests}
    asked = {test: number for test, number in unplayed.items() if number}
    if not asked:
        return []
    return [(f"{count(sum(asked.values()), 'interaction')} unplayed by {_named(asked)}", "yellow")]


def _rejected(tests: Iterable[TestNotes]) -> list[Line]:
    files = [file for file in dict.fromkeys(test.get("rejected", "") for test in tests) if file]
    lines = [(f"recording refused, kept as {nearby(file)}", "yellow") for file in files]
    hint = gitignore_hint(files)
    return [*lines, (hint, "")] if hint else lines


def _overcome(tests: Iterable[TestNotes]) -> list[Line]:
    total = sum(test.get("overcome", 0) for test in tests)
    if not total:
        return []
    text = f"{count(total, 'transient answer')} overcome by a retry, not recorded"
    return [(f"{text} (record_errors = true keeps them)", "")]


def _left(tests: Iterable[TestNotes]) -> list[Line]:
    """Tell of old interactions: the last test to rewrite a cassette leaves the fewest.

    A test whose recording was refused left the cassette as it was, and counted nothing.
    """
    left: dict[str, int] = {}
    for test in tests:
        if test.get("recorded", 0) and not test.get("rejected"):
            cassette, number = test.get("cassette", ""), test.get("left", 0)
            left[cassette] = min(left.get(cassette, number), number)
    asked = {cassette: number for cassette, number in left.items() if number}
    if not asked:
        return []
    return [(f"{count(sum(asked.values()), 'old interaction')} left in {_named(asked)}", "yellow")]


def _gone(tests: Iterable[TestNotes]) -> list[Line]:
    """Tell of interactions whose tests are gone, and which none of the others asked for."""
    gone: dict[str, set[int]] = {}
    for test in tests:
        if "gone" in test:
            cassette, found = test.get("cassette", ""), set(test["gone"])
            gone[cassette] = gone.get(cassette, found) & found
    asked = {cassette: len(found) for cassette, found in gone.items() if found}
    if not asked:
        return []
    text = f"{count(sum(asked.values()), 'interaction')} of tests that are gone, asked for by none"
    return [(f"{text}: {_named(asked)}", "yellow")]


def _unvaried(tests: Iterable[TestNotes]) -> list[Line]:
    if not any(test.get("unvaried") for test in tests):
        return []
    return [("fuzzing is off while recording: --argot-fuzz=full was not heeded", "yellow")]


def _unrecorded(tests: Iterable[TestNotes]) -> list[Line]:
    """Tell of tests that were skipped for want of a recording: a green run hides them."""
    names = {test.get("test", "") for test in tests if test.get("unrecorded")}
    if not names:
        return []
    wait = "waits" if len(names) == 1 else "wait"
    return [(f"{count(len(names), 'fuzz test')} {wait} for a recording: {_named(names)}", "yellow")]


def _lost(tests: Iterable[TestNotes]) -> list[Line]:
    """Tell of entries of known failing variants that mean nothing any more."""
    lost = {each for test in tests for each in test.get("lost", ())}
    if not lost:
        return []
    text = f"{count(len(lost), 'known failing variant')} that no test has any more"
    return [(f"{text}, take out of argot-accepted.toml: {_named(lost)}", "yellow")]


def _stale(tests: Iterable[TestNotes]) -> list[Line]:
    """Tell of old cassettes, but those another test recorded into meanwhile."""
    notes = list(tests)
    renewed = {
        test.get("cassette", "")
        for test in notes
        if test.get("recorded", 0) and not test.get("rejected")
    }
    stale = {name for test in notes for name in test.get("stale", ())} - renewed
    if not stale:
        return []
    return [(f"{count(len(stale), 'stale cassette')} (older than max_age): {_named(stale)}", "")]


def _waiting(tests: Iterable[TestNotes]) -> list[Line]:
    """Tell of data tests that found no recording; some may have come before it in the run."""
    names = [test.get("cassette", "") for test in tests if test.get("waiting")]
    missing = [name for name in names if not Path(name).exists()]
    lines: list[Line] = []
    if missing:
        text = f"{count(len(missing), 'data test')} without a recording yet: "
        lines.append((text + _named(set(missing)), "yellow"))
    if late := len(names) - len(missing):
        lines.append((f"{count(late, 'data test')} skipped before the recording: run again", ""))
    return lines


def _recorded(tests: Sequence[TestNotes]) -> list[Line]:
    """Count what is in the cassettes now, what was refused and what went out."""
    refused = sum(test.get("recorded", 0) for test in tests if test.get("rejected"))
    recorded = sum(test.get("recorded", 0) for test in tests) - refused
    dropped = sum(test.get("dropped", 0) for test in tests)
    replayed = sum(test.get("replayed", 0) for test in tests)
    if not recorded + refused + dropped:
        return []
    text = f"recorded {count(recorded, 'interaction')}"
    others = {"refused": refused, "dropped": dropped, "replayed": replayed}
    more = [f"{word} {number:,}" for word, number in others.items() if number]
    return [(", ".join([text, *more]), "")]


def _named(items: Iterable[str]) -> str:
    return shortlist(printable(nearby(item)) if "::" not in item else item for item in items)
