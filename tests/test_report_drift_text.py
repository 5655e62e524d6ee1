"""The message of a test that fails because its recording drifted."""

from __future__ import annotations

from dataclasses import replace

from pytest_argot.drift.finding import Finding, Level
from pytest_argot.report.accepting import accepting
from pytest_argot.report.drift_text import drift_message
from tests.cassette_tree import FINDING, NOTE, WARNING

RECORD = "pytest tests/test_haiku.py::test_haiku --argot-record=once"
ACCEPT = "argot accept cassettes/haiku.yaml --all --reason '...'"


def message(*findings: Finding) -> str:
    """Give the message with the commands of these tests."""
    return drift_message(findings, record_command=RECORD, accept_command=ACCEPT)


def test_the_first_line_is_the_verdict() -> None:
    """The first line names the cassette, the response model and the numbers by level."""
    second = replace(FINDING, path="created", fingerprint="b" * 12)
    first = message(FINDING, second, WARNING).splitlines()[0]
    fits = "cassettes/haiku.yaml no longer fits CreateCompletionResponse"
    assert first == f"{fits}: 2 errors, 1 warning"


def test_a_drift_is_told_whole() -> None:
    """An entry has path, kind, expected, got, count, file:line and the change of the model."""
    told = message(replace(FINDING, count=3))
    for part in (
        "error  choices[*].finish_reason",
        'expected "stop", "length" or "content_filter", got "end_of_text"',
        "enum.unknown, 3 times",
        "cassettes/haiku.yaml:31",
        'fix: finish_reason: Literal["stop", "length", "content_filter", "end_of_text"]',
    ):
        assert part in told


def test_the_message_ends_with_the_two_commands() -> None:
    """The last lines are the commands that re-record and that accept."""
    assert message(FINDING).splitlines()[-2:] == [f"re-record: {RECORD}", f"accept:    {ACCEPT}"]


def test_what_no_file_holds_cannot_be_accepted() -> None:
    """Without a command that accepts, that line is left out; without a line, the place is bare."""
    live = replace(FINDING, cassette="the live API", line=0)
    lines = drift_message([live], record_command=RECORD).splitlines()
    assert lines[-1] == f"re-record: {RECORD}"
    assert any(line.endswith(" the live API") for line in lines)


def test_accepting_a_refused_recording_keeps_it() -> None:
    """The command that accepts what a refused recording holds promotes it, too."""
    kept = "cassettes/haiku.rejected.yaml"
    assert accepting(["cassettes/haiku.yaml"]) == ACCEPT
    assert accepting([kept], kept) == (
        f"argot accept {kept} --all --reason '...' && argot keep {kept}"
    )
    assert accepting([]) == ""


def test_columns_are_aligned_and_fit() -> None:
    """Expected values and places start in one column; no line is wider than 100 characters."""
    many = '"' + '", "'.join(f"reason_{number}" for number in range(12)) + '"'
    lines = message(replace(FINDING, expected=many), WARNING).splitlines()
    column = {line.index("expected") for line in lines if "expected" in line}
    assert len(column) == 1
    assert {line.index("cassettes/") for line in lines[1:-2] if "cassettes/" in line} == column
    assert max(len(line) for line in lines) <= 100


def test_a_long_path_is_folded_and_not_cut() -> None:
    """A JSON path wider than its column keeps every character."""
    path = ".".join(f"level_{number}" for number in range(12))
    told = message(replace(FINDING, path=path))
    left = "".join(line[9:53].strip() for line in told.splitlines()[1:-2])
    assert path in left


def test_the_same_drift_in_many_cassettes_is_told_once() -> None:
    """Findings with one fingerprint are one entry that counts the cassettes."""
    findings = [replace(FINDING, cassette=f"cassettes/{n}.yaml") for n in range(400)]
    told = message(*findings)
    assert told.startswith("400 cassettes no longer fit CreateCompletionResponse: 1 error\n")
    assert told.count("enum.unknown") == 1
    assert "and 397 more cassettes" in told


def test_level_info_is_one_line_below_other_drift() -> None:
    """Drift at level info is one line with kinds and paths."""
    second = replace(NOTE, path="choices[*].stop_reason", fingerprint="d" * 12)
    lines = message(NOTE, FINDING, second).splitlines()
    notes = [line for line in lines if line.startswith("  info")]
    assert notes == ["  info   field.added choices[*].stop_reason, service_tier"]


def test_level_info_alone_is_told_whole() -> None:
    """When nothing but info fails a test, its entries are complete."""
    assert "fix: service_tier: str | None = None" in message(NOTE)


def test_accepted_drift_is_left_out() -> None:
    """What was accepted is neither counted nor listed."""
    told = message(FINDING, replace(WARNING, accepted=True))
    assert "1 error\n" in told
    assert "key.duplicate" not in told


def test_values_are_short_and_safe() -> None:
    """A value longer than 200 characters is cut, control characters are shown as escapes."""
    told = message(replace(FINDING, actual="\x1b[31m" + "x" * 5000, fixes=()))
    assert "\x1b" not in told
    assert "\\x1b[31m" in told
    assert "x" * 201 not in told


def test_the_whole_body_has_a_name() -> None:
    """The empty path is told as the whole body."""
    assert "(whole body)" in message(replace(FINDING, path="", kind="body.not_json"))


def test_worst_comes_first() -> None:
    """Errors stand above warnings whatever order they come in."""
    told = message(WARNING, FINDING)
    assert told.index("enum.unknown") < told.index("key.duplicate")
    assert Level.ERROR > Level.WARN
