"""``argot check`` for a person: drifts in columns that fit the terminal, then the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from pytest_argot.drift.finding import Level
from pytest_argot.report.drifts import Drift, group, notes_line, tally
from pytest_argot.report.entries import entries, wrapped
from pytest_argot.report.wording import count, place, printable, shortlist

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from pytest_argot.report.outcome import Outcome

STYLES = {Level.ERROR: "red", Level.WARN: "yellow", Level.INFO: "cyan"}


def print_check(outcome: Outcome, console: Console) -> None:
    """Print drifts, unreadable files and the closing lines; nothing is cut off, only folded.

    Drift at level info is one line unless it counts.
    """
    drifts = [drift for drift in group(outcome.findings) if not drift.accepted]
    print_drifts([drift for drift in drifts if drift.level >= outcome.listed], console)
    notes = [drift for drift in drifts if drift.level < outcome.listed]
    if notes:
        _print(f"  info   {notes_line(notes)} (listed with --fail-on info)", "cyan", console)
    for file in outcome.unreadable:
        _print(f"  unreadable  {place(file.cassette, file.line)}", "red", console)
        _print(f"    {printable(file.message)}", "", console)
    for old in outcome.stale:
        if old.fails:
            _print(f"  stale  {place(old.cassette, 0)} {old.said}", "red", console)
    for line, style in closing(outcome, drifts):
        _print(line, style, console)


def print_drifts(drifts: Sequence[Drift], console: Console) -> None:
    """Print one entry per drift, its level in colour."""
    for drift, lines in entries(drifts, console.width, fold=True):
        for number, line in enumerate(lines):
            text = Text(line)
            if number == 0:
                text.stylize(STYLES[drift.level], 2, 2 + len(drift.level.name))
            console.print(text, soft_wrap=True)


def closing(outcome: Outcome, drifts: Sequence[Drift]) -> Iterator[tuple[str, str]]:
    """Give the last lines, with styles: the verdict, and what was not judged or accepted."""
    cassettes = {finding.cassette for drift in drifts for finding in drift.findings}
    checked = count(outcome.cassettes, "cassette")
    if drifts:
        levels = tally(drift.level for drift in drifts)
        style = "bold red" if outcome.failing else "yellow"
        yield f"{levels} in {len(cassettes):,} of {checked}", style
    elif not outcome.unreadable:
        yield f"{checked} checked, no drift", "green"
    if outcome.unreadable:
        yield f"{len(outcome.unreadable):,} of {checked} unreadable", "bold red"
    if outcome.stale:
        names = shortlist(place(each.cassette, 0) for each in outcome.stale)
        text = f"{count(len(outcome.stale), 'stale cassette')} (older than max_age): {names}"
        yield text, "bold red" if any(each.fails for each in outcome.stale) else "yellow"
    if outcome.unmodelled:
        text = f"{count(outcome.unmodelled, 'response')} without a response model, not judged"
        yield text, "yellow"
    accepted = len(outcome.findings) - len(outcome.open_findings)
    if accepted:
        yield f"{count(accepted, 'finding')} accepted", "dim"
    if outcome.unseen:
        yield f"{outcome.unseen:,} accepted and no longer seen (remove from the file)", "dim"


def _print(text: str, style: str, console: Console) -> None:
    indent = text[: len(text) - len(text.lstrip())]
    for line in wrapped(text.strip(), console.width, indent, fold=True):
        console.print(Text(line, style), soft_wrap=True)
