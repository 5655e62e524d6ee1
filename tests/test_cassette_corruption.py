"""What cannot be trusted is told apart, by what it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_argot.cassette.reader import load
from pytest_argot.errors import CassetteCorrupt, CassetteMissing
from tests.cassette_texts import MASKER, OURS, read, refused


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> main", "||||||| base"])
def test_conflict_markers(tmp_path: Path, marker: str) -> None:
    """Any one merge-conflict marker left is told as such, with its line and the way out."""
    lines = OURS.splitlines(keepends=True)
    error = refused(tmp_path, "".join([*lines[:5], f"{marker}\n", *lines[5:]]))
    assert "merge-conflict" in error.what
    assert error.where.endswith("c.yaml:6")
    assert "take either side" in error.fix
    assert "--argot-record=update" in error.fix


def test_windows_line_ends(tmp_path: Path) -> None:
    """A file whose line ends git turned into CRLF is the same cassette."""
    crlf = read(tmp_path, OURS.replace("\n", "\r\n"))
    assert crlf.interactions == read(tmp_path, OURS).interactions


def test_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark put there by an editor does no harm."""
    mark = b"\xef\xbb\xbf"
    assert len(read(tmp_path, mark + OURS.encode()).interactions) == 3
    assert read(tmp_path, mark + OURS.encode()).text == OURS
    assert read(tmp_path, mark + b'{"interactions": [], "version": 1}').interactions == ()


def test_no_file_is_missing(tmp_path: Path) -> None:
    """Only where there is nothing the cassette is missing; the message has the command."""
    with pytest.raises(CassetteMissing) as caught:
        load(tmp_path / "no.yaml", MASKER)
    assert caught.value.fix == "pytest --argot-record=once"


def test_directory_is_corrupt(tmp_path: Path) -> None:
    """A directory in the cassette's place is not taken for a missing cassette."""
    with pytest.raises(CassetteCorrupt, match="a directory is in the cassette's place"):
        load(tmp_path, MASKER)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipe_is_corrupt(tmp_path: Path) -> None:
    """A pipe is refused instead of waited for."""
    os.mkfifo(tmp_path / "c.yaml")
    with pytest.raises(CassetteCorrupt, match="regular"):
        load(tmp_path / "c.yaml", MASKER)


def test_unreadable_is_corrupt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be read is refused with the system's reason."""

    def deny(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "c.yaml"
    path.write_text(OURS)
    monkeypatch.setattr(Path, "read_bytes", deny)
    with pytest.raises(CassetteCorrupt, match="Permission denied"):
        load(path, MASKER)
