"""The same calls with a tape that records, and with one that only replays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from pytest_argot import use_cassette

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Given = TypeVar("Given")

READ: dict[str, Any] = {"fail_on": "never", "allow_unplayed": True}
"""Options of tapes that are not about drift."""


@pytest.fixture
def tape_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, outside of any CI."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def recorded_and_replayed(call: Callable[[], Given]) -> tuple[Given, Given]:
    """Call with a tape that records, and again with one that only replays."""
    with use_cassette("calls", record="once", **READ):
        recorded = call()
    with use_cassette("calls", record="none", **READ):
        replayed = call()
    return recorded, replayed
