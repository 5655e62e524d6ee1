"""Every family of variants reaches every client in every form of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fuzz_matrix import CLIENTS, FORMS, lines, tried

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_matrix_has_no_hole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two variants of each family are met by each client, sync and async, in each form."""
    monkeypatch.delenv("CI", raising=False)
    whole = [f"| {client} |{' all six families |' * len(FORMS)}" for client in CLIENTS]
    assert lines(tried(tmp_path)) == whole
