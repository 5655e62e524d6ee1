"""The table of clients in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.client_matrix import HEAD, ROWS, Row, line

DOCS = Path(__file__).resolve().parent.parent / "docs" / "recording.md"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.client)
def test_the_table_is_true(row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the docs say of a client is what a recording and its replay show."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    assert line(row) in DOCS.read_text(encoding="utf-8").splitlines()


def test_no_client_is_missing() -> None:
    """The table has a line for each client that is tried, and no other."""
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    first = lines.index(HEAD[0])
    assert tuple(lines[first : first + 2]) == HEAD
    assert lines[first + 2 + len(ROWS)] == ""
