"""The lines of pytest's terminal section."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_argot.report.summary import summary_lines
from tests.cassette_tree import FINDING, NOTE, WARNING

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_argot.report.summary import TestNotes


def test_a_clean_session_says_nothing() -> None:
    """Replaying without findings prints no line at all."""
    assert summary_lines([]) == []
    assert summary_lines([{}, {"test": "t", "cassette": "c.yaml", "replayed": 3}]) == []


def test_one_drift_in_many_cassettes_is_one_drift() -> None:
    """One drift in 400 tests reads "1 drift, 400 cassettes" and is listed once."""
    findings = [replace(FINDING, cassette=f"cassettes/{n}.yaml").to_dict() for n in range(400)]
    lines = summary_lines(
        {"test": f"t{n}", "findings": [finding]} for n, finding in enumerate(findings)
    )
    assert lines[0] == ("1 drift, 400 cassettes", "red")
    assert len(lines) == 2
    assert "and 399 more cassettes" in lines[1][0]


def test_tests_that_share_a_cassette_count_it_once() -> None:
    """Two tests on one cassette report its drift and its unmodelled responses once."""
    notes = {"cassette": "cassettes/haiku.yaml", "findings": [FINDING.to_dict()], "unmodelled": 2}
    lines = [text for text, _ in summary_lines([notes, notes])]  # type: ignore[list-item]
    assert lines[0] == "1 drift, 1 cassette"
    assert "2 responses without a response model, not judged: cassettes/haiku.yaml" in lines


def test_a_warning_is_yellow() -> None:
    """A session whose worst drift is a warning is not painted red."""
    lines = summary_lines([{"findings": [WARNING.to_dict()]}])
    assert {style for _, style in lines} == {"yellow"}


def test_info_is_one_line() -> None:
    """Drift at level info takes one line, whatever there is of it."""
    others = [replace(NOTE, path=f"f{n}", fingerprint=f"{n:012x}").to_dict() for n in range(30)]
    lines = summary_lines([{"findings": others}])
    assert len(lines) == 1
    assert lines[0][0].startswith("30 info: field.added f0, f1")
    assert len(lines[0][0]) < 220


def test_accepted_drift_is_quiet() -> None:
    """A session with nothing but accepted drift prints nothing."""
    assert summary_lines([{"findings": [replace(FINDING, accepted=True).to_dict()]}]) == []


def test_counts_appear_when_something_was_recorded() -> None:
    """Recorded and replayed are told when there was a recording, and only then."""
    lines = summary_lines([{"recorded": 2, "replayed": 1}, {"replayed": 4}])
    assert lines == [("recorded 2 interactions, replayed 5", "")]


def test_what_was_kept_refused_and_dropped_is_counted_apart() -> None:
    """A refused recording is not counted as recorded; what mode update took out is told."""
    refused = {"recorded": 3, "rejected": "c.rejected.yaml"}
    lines = summary_lines([{"recorded": 2, "dropped": 4}, refused])  # type: ignore[list-item]
    assert lines[-1] == ("recorded 2 interactions, refused 3, dropped 4", "")
    assert summary_lines([{"dropped": 1}]) == [("recorded 0 interactions, dropped 1", "")]


def test_data_tests_without_a_recording_are_told(tmp_path: Path) -> None:
    """Skipped data tests name their cassette, or say that it came later in the run."""
    waiting = [{"cassette": "nowhere/a.yaml", "waiting": True}, {"cassette": "b", "waiting": False}]
    lines = summary_lines(waiting)  # type: ignore[arg-type]
    assert lines == [("1 data test without a recording yet: nowhere/a.yaml", "yellow")]
    (tmp_path / "late.yaml").touch()
    late = summary_lines([{"cassette": str(tmp_path / "late.yaml"), "waiting": True}])
    assert late == [("1 data test skipped before the recording: run again", "")]


def test_what_tests_left_that_are_gone_is_told() -> None:
    """Only what none of the tests that share the cassette asked for counts."""
    one = {"cassette": "a.yaml", "gone": [0, 1, 2]}
    other = {"cassette": "a.yaml", "gone": [1]}
    text = "1 interaction of tests that are gone, asked for by none: a.yaml"
    assert summary_lines([one, other, {"cassette": "a.yaml"}]) == [(text, "yellow")]  # type: ignore[list-item]
    assert summary_lines([one, {"cassette": "a.yaml", "gone": []}]) == []  # type: ignore[list-item]


def test_known_variants_that_are_gone_are_told_once() -> None:
    """Every test may tell of them; they are named once."""
    note = {"test": "t", "lost": ["a.py::t[usage=absent]"]}
    text = "1 known failing variant that no test has any more, take out of argot-accepted.toml"
    lines = summary_lines([note, note])  # type: ignore[list-item]
    assert lines == [(f"{text}: a.py::t[usage=absent]", "yellow")]


def test_unplayed_and_refused_are_told() -> None:
    """Unplayed interactions name their tests, a refused recording its file."""
    lines = summary_lines(
        [{"test": "a.py::t", "unplayed": 2}, {"rejected": "cassettes/a.rejected.yaml"}]
    )
    texts = [text for text, _ in lines]
    assert "2 interactions unplayed by a.py::t" in texts
    assert "recording refused, kept as cassettes/a.rejected.yaml" in texts


def test_what_crossed_a_process_border_reads_the_same() -> None:
    """Notes that went through JSON give the same lines."""
    notes = [{"test": "t", "cassette": "c", "findings": [FINDING.to_dict(), NOTE.to_dict()]}]
    assert summary_lines(json.loads(json.dumps(notes))) == summary_lines(notes)  # type: ignore[arg-type]


def test_a_cassette_recorded_meanwhile_is_not_stale() -> None:
    """Stale cassettes are named once, but those another test of the run recorded into."""
    old: TestNotes = {"stale": ["cassettes/a.yaml", "cassettes/b.yaml"]}
    renewed: TestNotes = {"cassette": "cassettes/b.yaml", "recorded": 1}
    said = "1 stale cassette (older than max_age): cassettes/a.yaml"
    assert ("recorded 1 interaction", "") in summary_lines([old, renewed, old])
    assert (said, "") in summary_lines([old, renewed, old])
