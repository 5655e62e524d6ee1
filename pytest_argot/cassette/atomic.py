"""Files that are either the old one or the new one, whatever happens in between."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from pytest_argot.errors import ArgotError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

WAIT_SECONDS: Final = 120.0


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Keep other threads and processes of this user out of ``path``.

    The lock is a file in the temporary directory, so nothing is left beside the cassette; it
    goes with the process that holds it, however that ends. ``ArgotError`` after
    ``WAIT_SECONDS``.
    """
    folder = Path(tempfile.gettempdir()) / f"pytest-argot-{_user()}"
    name = hashlib.sha256(os.fsencode(os.path.normcase(path))).hexdigest()[:32]
    lock = FileLock(folder / f"{name}.lock", timeout=WAIT_SECONDS)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise ArgotError(
            f"another process has been writing the cassette for {WAIT_SECONDS:.0f} seconds",
            where=str(path),
            fix="end that process",
        ) from error
    except OSError as error:
        raise ArgotError(
            f"there is no room for the lock of a cassette: {error.strerror or error}",
            where=str(folder),
            fix="make that folder writable, or set TMPDIR to one that is, then record again",
        ) from error
    try:
        yield
    finally:
        lock.release()


def replace_file(path: Path, data: Iterable[bytes]) -> None:
    """Put ``data``, in parts, in the place of the file at ``path``, which keeps its mode.

    To be called under ``locked(path)``. The bytes are on the disk before they get the name; a
    process that is killed leaves the old file whole and at most one hidden temporary file, which
    the next call removes. ``OSError`` when the disk refuses, with the old file as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    temporary.unlink(missing_ok=True)
    try:
        _write(temporary, data)
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _temporary(path: Path) -> Path:
    # One name per cassette: whoever holds the lock may remove what a killed process left.
    name = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:12]
    return path.with_name(f".argot-{name}.tmp")


def _write(path: Path, data: Iterable[bytes]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.writelines(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name durable where folders can be synced (not on Windows)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "user"
