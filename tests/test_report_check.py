"""What ``argot check`` prints: for people and for machines."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from pytest_argot.drift.finding import Finding, Level
from pytest_argot.report.check_json import check_json
from pytest_argot.report.check_text import print_check
from pytest_argot.report.outcome import Outcome, Unreadable
from tests.cassette_tree import FINDING, NOTE, WARNING

BROKEN = Unreadable("cassettes/some/deeply/nested/folder/with/a/long/name.yaml", 3, "it is empty")


def text(outcome: Outcome, width: int = 100) -> str:
    """Give what is printed."""
    paper = io.StringIO()
    print_check(outcome, Console(file=paper, width=width, color_system=None))
    return paper.getvalue()


@pytest.mark.parametrize("width", [20, 40, 72, 80, 100, 200])
def test_every_line_fits(width: int) -> None:
    """No line is wider than the terminal, and no character of a path is lost."""
    deep = replace(FINDING, path="choices[*].logprobs.top_logprobs[*].a_key_with_a_long_name")
    told = text(Outcome(findings=(deep, WARNING, NOTE), unreadable=(BROKEN,), cassettes=3), width)
    assert max(len(line) for line in told.splitlines()) <= width
    dense = "".join(told.split())
    assert "cassettes/haiku.yaml:31" in dense
    if width < 72:  # stacked: nothing stands beside a folded path
        assert deep.path in dense
        assert f"{BROKEN.cassette}:3" in dense


def test_the_verdict_counts_drifts_and_cassettes() -> None:
    """The closing line counts drifts by level, cassettes concerned and cassettes checked."""
    twice = replace(FINDING, cassette="cassettes/other.yaml")
    told = text(Outcome(findings=(FINDING, twice, WARNING), cassettes=14, failing=2))
    assert told.splitlines()[-1] == "1 error, 1 warning in 2 of 14 cassettes"


def test_a_clean_tree_is_one_line() -> None:
    """Nothing found is one line that says how much was looked at."""
    assert text(Outcome(cassettes=2)) == "2 cassettes checked, no drift\n"


def test_what_was_not_judged_is_said() -> None:
    """Unreadable files, unmodelled responses, accepted and vanished drift are never silent."""
    accepted = replace(FINDING, accepted=True)
    told = text(
        Outcome(findings=(accepted,), unreadable=(BROKEN,), cassettes=2, unmodelled=3, unseen=1)
    )
    assert "1 of 2 cassettes unreadable" in told
    assert "3 responses without a response model, not judged" in told
    assert "1 finding accepted" in told
    assert "1 accepted and no longer seen" in told
    assert "it is empty" in told
    assert "no drift" not in told


def test_info_is_one_line_unless_it_counts() -> None:
    """Drift at level info is listed whole only when info is what fails."""
    outcome = Outcome(findings=(NOTE,), cassettes=1)
    assert "fix: service_tier" not in text(outcome)
    assert "field.added service_tier" in text(outcome)
    assert "fix: service_tier" in text(replace(outcome, listed=Level.INFO))


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome(), 0),
        (Outcome(findings=(FINDING,)), 0),
        (Outcome(findings=(FINDING,), failing=1), 1),
        (Outcome(failing=1, unreadable=(BROKEN,)), 2),
    ],
)
def test_the_exit_code(outcome: Outcome, code: int) -> None:
    """0 is clean, 1 findings at the failing level, 2 something unreadable."""
    assert outcome.exit_code == code


def test_json_holds_everything() -> None:
    """The document has version, summary, findings that read back, and the unreadable files."""
    findings = (FINDING, replace(NOTE, accepted=True))
    outcome = Outcome(findings=findings, unreadable=(BROKEN,), cassettes=2, judged=4, failing=1)
    document = json.loads(check_json(outcome))
    assert list(document) == ["version", "summary", "findings", "unreadable"]
    assert document["version"] == 1
    assert tuple(Finding.from_dict(each) for each in document["findings"]) == findings
    expected = {"cassette": BROKEN.cassette, "line": 3, "message": "it is empty"}
    assert document["unreadable"] == [expected]
    assert document["summary"] == {
        "cassettes": 2,
        "interactions": 0,
        "judged": 4,
        "unmodelled": 0,
        "error": 1,
        "warn": 0,
        "info": 0,
        "accepted": 1,
        "unseen": 0,
        "stale": 0,
        "unreadable": 1,
        "exit": 2,
    }
