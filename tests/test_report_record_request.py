"""The command that records a request without a test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.report.record_request import record_request

if TYPE_CHECKING:
    from tests.conftest import House

FOLDER = Path("/project/cassettes")


def test_names_the_cassette_as_a_shell_reads_it() -> None:
    """The name is that of the decorator, quoted; a cassette elsewhere has none."""
    assert record_request(FOLDER / "a" / "b.c.yaml", FOLDER) == (
        "argot record a/b.c REQUEST.json --url URL"
    )
    assert "'test_x[1]'" in record_request(FOLDER / "test_x[1].yaml", FOLDER)
    assert record_request(Path("/project/tests/cassettes/a.yaml"), FOLDER) == ""


def test_a_data_test_without_a_recording_prints_it(plain_house: House) -> None:
    """A test that only reads is told how to record without a test."""
    plain_house.write(
        "test_it.py",
        """
        from pytest_argot import argot_cassette

        pytestmark = argot_cassette("poems/haiku")

        def test_data(completion):
            pass
        """,
    )
    result = plain_house.run()
    result.stdout.fnmatch_lines(["*argot record poems/haiku REQUEST.json --url URL"])
