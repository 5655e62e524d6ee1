"""Promise: a failure is told once, in our words, and says what holds the record mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cassette_tree import BODY, interaction, write

if TYPE_CHECKING:
    import pytest

    from tests.conftest import House

URL = "http://127.0.0.1:9/v1/completions"
HEAD = f"""
    import unittest
    import httpx, pytest
    from pytest_argot import argot_cassette

    def ask(prompt):
        return httpx.post("{URL}", json={{"prompt": prompt}})
"""


def test_a_miss_is_told_once(plain_house: House) -> None:
    """Of function and unittest method: the message alone, once, no traceback of the client."""
    tests = """
    @argot_cassette("haiku", allow_unplayed=True)
    def test_function():
        print("what the test prints stays")
        ask("new")

    class TestMethod(unittest.TestCase):
        @argot_cassette("haiku", allow_unplayed=True)
        def test_method(self):
            ask("new")

        @argot_cassette("haiku", allow_unplayed=True)
        def test_own(self):
            self.assertEqual(1, 2)
"""
    plain_house.write("test_it.py", HEAD + tests)
    write(plain_house.cassettes / "haiku.yaml", interaction(BODY, url=URL))
    result = plain_house.run()
    result.assert_outcomes(failed=3)
    text = result.stdout.str()
    assert text.count("  record it: ") == 2
    assert "httpx" not in text
    assert "Captured stderr" not in text
    assert "what the test prints stays" in text
    assert "AssertionError: 1 != 2" in text


def test_the_short_summary_is_short_in_ci(
    plain_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With CI set each failure is one line there; what CI keeps from recording is said."""
    tests = """
    @argot_cassette("haiku", allow_unplayed=True)
    def test_miss():
        ask("new")

    @argot_cassette("gone", record="once")
    def test_missing():
        ask("new")

    @argot_cassette("haiku", record="none", allow_unplayed=True)
    def test_locked():
        ask("new")
"""
    plain_house.write("test_it.py", HEAD + tests)
    write(plain_house.cassettes / "haiku.yaml", interaction(BODY, url=URL))
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("ARGOT_RECORD", "once")
    result = plain_house.run()
    result.assert_outcomes(failed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "argot: ARGOT_RECORD=once does not count while CI is set *",
            '* cassettes/gone.yaml (CI is set, so record="once" in the decorator does not count)',
            "*(mode none; CI is set, so ARGOT_RECORD=once does not count)",
            '*(mode none; locked by record="none" in the decorator)',
            '  record it: take record="none" out of the decorator, then pytest *',
            "FAILED test_it.py::test_miss - Failed: NoMatch: no recorded answer for POST *",
        ]
    )
    head = next(n for n, line in enumerate(result.outlines) if "short test summary" in line)
    assert len(result.outlines[head:]) == 5  # with its head and the last line of the run
