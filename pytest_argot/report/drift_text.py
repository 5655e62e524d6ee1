"""The message of a test that fails because its recording drifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_argot.drift.finding import Finding, Level
from pytest_argot.report.drifts import Drift, group, models, notes_line, tally
from pytest_argot.report.entries import entries, wrapped
from pytest_argot.report.wording import count, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH = 100
"""Width of the message, in characters: it is composed before any terminal is known."""


def drift_message(
    findings: Iterable[Finding], *, record_command: str, accept_command: str = "", kept: str = ""
) -> str:
    """Tell what no longer fits, where, and what to do about it.

    The first line is the verdict. Then comes one entry per drift: JSON path, expected, got, kind,
    count, ``file:line`` and the candidate change of the response model. Level info is one line
    below other drift. ``kept`` names the file a refused recording is in. Last come the commands,
    that which accepts only where there is one. Plain text, without any completion text.
    """
    drifts = [drift for drift in group(findings) if not drift.accepted]
    told = [drift for drift in drifts if drift.level > Level.INFO] or drifts
    notes = [drift for drift in drifts if drift not in told]
    lines = [verdict(drifts)]
    lines += [line for _, entry in entries(told, WIDTH) for line in entry]
    if notes:
        lines += wrapped(f"info   {notes_line(notes)}", WIDTH, "  ")
    lines += [f"kept:      {kept} holds what was recorded"] if kept else []
    lines += [f"re-record: {record_command}"]
    lines += [f"accept:    {accept_command}"] if accept_command else []
    return "\n".join(lines)


def verdict(drifts: Sequence[Drift]) -> str:
    """Give the first line: which cassette no longer fits which response model, and how badly."""
    cassettes = {finding.cassette for drift in drifts for finding in drift.findings}
    names = sorted(place(cassette, 0) for cassette in cassettes)
    one = len(names) == 1
    subject = names[0] if one else count(len(names), "cassette")
    fits = "no longer fits" if one else "no longer fit"
    return f"{subject} {fits} {models(drifts)}: {tally(drift.level for drift in drifts)}"
