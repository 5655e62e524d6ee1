"""The terminal lines about variants."""

from __future__ import annotations

from pytest_argot.report.fuzz_summary import FuzzNotes, fuzz_lines


def note(variant: str, outcome: str = "passed", family: str = "valid", **more: object) -> FuzzNotes:
    """Give what one variant tells."""
    return {"variant": variant, "family": family, "outcome": outcome, **more}  # type: ignore[typeddict-item]


def failure(variant: str, at: str, error: str, rank: int = 0) -> FuzzNotes:
    """Give what a failed variant tells."""
    return note(variant, "failed", at=at, error=error, rank=rank)


def test_nothing_is_said_without_variants() -> None:
    """A session that is not fuzzed has no line."""
    assert fuzz_lines([]) == []


def test_one_plain_line_when_all_is_well() -> None:
    """Variants are counted by family; what did not happen is not mentioned."""
    assert fuzz_lines([note("c", family="http"), note("a"), note("b")]) == [
        ("fuzz: 3 variants (valid 2; http 1)", "")
    ]


def test_improvised_and_diverged_are_counted() -> None:
    """A variant with improvised answers counts once, however many there were."""
    notes = [note("a", improvised=7), note("b", "diverged", improvised=0), note("c", "skipped")]
    assert fuzz_lines(notes) == [("fuzz: 3 variants, 1 improvised, 1 diverged (valid 3)", "")]


def test_failures_are_grouped_by_place_and_error() -> None:
    """The largest group comes first, and names the variant that is simplest in the plan."""
    notes = [
        failure("usage.total_tokens=0", "app.py:9", "ValueError", 7),
        failure("choices=empty", "app.py:3", "IndexError", 3),
        failure("text=absent", "app.py:9", "KeyError", 1),
        failure("usage=absent", "app.py:9", "ValueError", 2),
        note("search", "failed", "search", at="app.py:9", error="ValueError"),
        note("id=empty"),
    ]
    assert fuzz_lines(notes) == [
        ("fuzz: 6 variants, 5 failed (valid 5, 4 failed; search 1, 1 failed)", "red"),
        ("  app.py:9 ValueError ← 3 variants, simplest: usage absent", "red"),
        ("  app.py:9 KeyError ← 1 variant, simplest: text absent", "red"),
        ("  app.py:3 IndexError ← 1 variant, simplest: choices empty", "red"),
    ]


def test_a_search_tells_each_failure_it_found() -> None:
    """By its own line and error, with the changes it was shrunk to."""
    found = [
        {"at": "app.py:9", "error": "ValueError", "changed": ["usage=absent", "choices=empty"]},
        {"at": "app.py:3", "error": "KeyError", "changed": ["id=empty"]},
    ]
    notes = [
        note("search", "failed", "search", at="test.py:1", error="ExceptionGroup", found=found),
        failure("usage=absent", "app.py:3", "KeyError", 2),
    ]
    assert fuzz_lines(notes)[1:] == [
        ("  app.py:3 KeyError ← 2 variants, simplest: usage absent", "red"),
        ("  app.py:9 ValueError ← 1 variant, simplest: usage absent + choices empty", "red"),
    ]


def test_what_was_left_out_is_counted() -> None:
    """Variants, and combinations of searches; they are not among those that ran."""
    notes = [
        note("a"),
        note("b", "left out"),
        note("c", "left out"),
        note("search", family="search", left=30),
        note("search", "left out", left=200),
    ]
    told = "2 variants and 230 combinations left out (--argot-fuzz-time)"
    assert fuzz_lines(notes) == [(f"fuzz: 2 variants, {told} (valid 1; search 1)", "")]
    assert fuzz_lines([note("b", "left out")]) == [
        ("fuzz: 0 variants, 1 variant left out (--argot-fuzz-time)", "")
    ]


def test_values_are_short_and_safe() -> None:
    """A line shows at most 200 characters of an id, and no control characters."""
    ((_, _), (text, _)) = fuzz_lines([failure("x=" + "\x1b" * 500, "app.py:1", "E")])
    assert len(text) < 260
    assert "\x1b" not in text
