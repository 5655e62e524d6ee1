"""What the disk makes of a cassette that is to be written."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_argot.cassette.atomic import replace_file
from pytest_argot.cassette.corruption import shown
from pytest_argot.errors import ArgotError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path


def write(path: Path, data: Sequence[bytes]) -> None:
    """Put a cassette, in parts, on the disk under ``locked(path)``; ``OSError`` as it comes.

    A file that would not change is not touched.
    """
    if path.exists():
        if _holds(path, data):
            return
        if not os.access(path, os.W_OK):
            raise PermissionError(13, "the file is read-only", str(path))
    replace_file(path, data)


def _holds(path: Path, data: Sequence[bytes]) -> bool:
    if path.stat().st_size != sum(map(len, data)):
        return False
    with path.open("rb") as file:
        return all(file.read(len(part)) == part for part in data)


@contextmanager
def disk_errors(path: Path) -> Generator[None]:
    """Turn what the disk says into an error of ours."""
    try:
        yield
    except OSError as error:
        raise ArgotError(
            f"the cassette could not be written: {error.strerror or error}",
            where=shown(path),
            fix=f"make room for it or make {shown(path.parent)} writable, then record again",
        ) from error
