"""The advice to keep rejected recordings out of git."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot.report.gitignore import HINT, gitignore_hint

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("cassettes", "*.rejected.yaml"),
        (".", "# ours\n\n/cassettes/**/*.rejected.yaml  "),
        (".", "cassettes/"),
        (".", "*.rejected.*"),
    ],
)
def test_what_git_ignores_needs_no_advice(tmp_path: Path, place: str, line: str) -> None:
    """A line for the file or for a folder it is in, in any .gitignore above it, is enough."""
    file = tmp_path / "cassettes" / "deep" / "haiku.rejected.yaml"
    file.parent.mkdir(parents=True)
    (tmp_path / place / ".gitignore").write_text(line, encoding="utf-8")
    assert not gitignore_hint([file])


@pytest.mark.parametrize("line", ["# no/*.rejected.yaml", "!/*.rejected.yaml", "*.rejected", ""])
def test_what_git_would_take_along_is_told(tmp_path: Path, line: str) -> None:
    """Comments, exceptions and other names ignore nothing; one file of many is enough."""
    (tmp_path / ".gitignore").write_text(line, encoding="utf-8")
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / ".gitignore").write_text("*", encoding="utf-8")
    files = [tmp_path / "ours" / "a.rejected.yaml", tmp_path / "b.rejected.yaml"]
    assert gitignore_hint(files) == HINT


def test_another_repository_says_nothing(tmp_path: Path) -> None:
    """The search ends at the folder that holds .git, and nothing to ignore needs no advice."""
    (tmp_path / "inner" / ".git").mkdir(parents=True)
    (tmp_path / ".gitignore").write_text("*.rejected.yaml", encoding="utf-8")
    assert gitignore_hint([tmp_path / "inner" / "a.rejected.yaml"]) == HINT
    assert not gitignore_hint([])
