"""What the disk makes of a write: nothing needless, nothing forbidden, errors of ours."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.cassette import atomic
from pytest_argot.cassette.store import save
from pytest_argot.errors import ArgotError
from tests.cassette_material import MASKER, adding, made, prompts

if TYPE_CHECKING:
    from pathlib import Path


def test_unchanged_file_is_not_touched(tmp_path: Path) -> None:
    """Saving what is there already does not even change the file's time."""
    path = tmp_path / "c.yaml"
    save(path, adding(made("one")), masker=MASKER)
    os.utime(path, (1, 1))
    save(path, adding(), masker=MASKER)
    assert path.stat().st_mtime == 1


def test_read_only_file_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cassette that was made read-only is not replaced behind its owner's back."""
    path = tmp_path / "c.yaml"
    save(path, adding(made("one")), masker=MASKER)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ArgotError, match="read-only"):
        save(path, adding(made("two")), masker=MASKER)
    assert prompts(path) == ["one"]


@pytest.mark.parametrize("step", ["fsync", "fdopen", "open"])
def test_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """When the disk refuses the error is ours, the old file is whole and nothing is left."""
    path = tmp_path / "c.yaml"
    save(path, adding(made("one")), masker=MASKER)
    before = path.read_bytes()

    def full(*_args: Any, **_kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "os", type("Os", (), {**vars(os), step: staticmethod(full)}))
    with pytest.raises(ArgotError, match="No space left"):
        save(path, adding(made("two")), masker=MASKER)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["c.yaml"]
