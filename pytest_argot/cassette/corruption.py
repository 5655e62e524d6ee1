"""Telling apart the ways in which a cassette cannot be trusted."""

from __future__ import annotations

import re
import shlex
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_argot.errors import CassetteCorrupt, CassetteMissing

if TYPE_CHECKING:
    import os

_CONFLICT: Final = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$)|^={7}$", re.MULTILINE)
LARGEST: Final = 128 * 2**20
"""Size of the largest cassette that is read or written, in bytes, large bodies of ours aside.

Reading takes up to a second and 25 MB of memory for every megabyte of many small
interactions; a file of gigabytes must not take the machine with it.
"""
LARGEST_WHOLE: Final = 2**30
"""The same with large bodies, which take little more memory than their size."""
_FIRST: Final = b"argot:"
_LAST: Final = b"\n...\n"
ELSEWHERE: Final = "move it away, then: pytest --argot-record=once"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = "\ufeff"


class FlawError(ValueError):
    """Something wrong in the text of a cassette: ``what``, on which 1-based ``line``, the ``fix``.

    Never leaves this package: the reader turns it into ``CassetteCorrupt``.
    """

    def __init__(self, what: str, line: int, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.line = line
        self.fix = fix


def corrupt(path: Path, flaw: FlawError) -> CassetteCorrupt:
    """Make the error a user sees of a flaw in the file at ``path``."""
    return CassetteCorrupt(
        flaw.what, where=f"{shown(path)}:{flaw.line}", fix=flaw.fix or restore(path)
    )


def restore(path: Path) -> str:
    """Say how to come back from a file that is beyond repair."""
    return (
        f"git checkout -- {quoted(path)}   (or delete the file, then: pytest --argot-record=once)"
    )


def shown(path: Path) -> str:
    """Give the path as messages print it: relative to the working directory if it is below."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def quoted(path: Path) -> str:
    """Give the path as a shell reads it."""
    return shlex.quote(shown(path))


def read_bytes(path: Path) -> bytes:
    """Read a cassette's bytes.

    ``CassetteMissing`` only when there is nothing at ``path``; ``CassetteCorrupt`` for whatever
    is there and cannot be read: a directory, a pipe, a file without read permission, a loop of
    links, more than ``LARGEST`` bytes.
    """
    try:
        if reason := _unfit(path, path.stat()):
            raise CassetteCorrupt(reason, where=shown(path), fix=ELSEWHERE)
        return path.read_bytes()
    except FileNotFoundError:
        raise CassetteMissing(
            "there is no such cassette", where=shown(path), fix="pytest --argot-record=once"
        ) from None
    except NotADirectoryError as error:
        raise CassetteCorrupt(
            "the cassette cannot be read: a file is in the place of its folder",
            where=shown(path),
            fix=ELSEWHERE,
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CassetteCorrupt(
            f"the cassette cannot be read: {reason}",
            where=shown(path),
            fix=f"chmod u+r {quoted(path)}" if isinstance(error, PermissionError) else ELSEWHERE,
        ) from error


def _unfit(path: Path, status: os.stat_result) -> str:
    """Say why what is there cannot be a cassette, ``""`` if it can."""
    if stat.S_ISDIR(status.st_mode):
        return "a directory is in the cassette's place"
    if not stat.S_ISREG(status.st_mode):
        return "the cassette is not a regular file"
    size = status.st_size
    return too_large(size, size if size > LARGEST and _is_ours(path) else 0)


def _is_ours(path: Path) -> bool:
    """Tell whether a file begins and ends as a whole one of ours does."""
    with path.open("rb") as file:
        begins = file.read(len(_FIRST)) == _FIRST
        file.seek(-len(_LAST), 2)
        return begins and file.read() == _LAST


def too_large(size: int, apart: int = 0) -> str:
    """Say that a cassette of ``size`` bytes is too large, ``""`` if it is not.

    ``apart``: how many of them are large bodies that can be lifted out of the text.
    """
    rest, most = (size, LARGEST_WHOLE) if size > LARGEST_WHOLE else (size - apart, LARGEST)
    if rest <= most:
        return ""
    return f"the cassette has {size // 2**20} MB; at most {most // 2**20} MB are read"


def checked_text(path: Path, data: bytes) -> str:
    """Decode a cassette's bytes, line ends as LF (git may have changed them).

    ``FlawError`` for bytes that are not UTF-8, NUL, merge-conflict markers and a blank file.
    """
    text = _decoded(data)
    if (nul := text.find("\0")) >= 0:
        raise FlawError("the cassette holds a NUL byte: it was damaged on disk", _line(text, nul))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    marker = _CONFLICT.search(text)
    if marker:
        raise FlawError(
            f"the cassette has merge-conflict markers ({marker.group().strip()})",
            _line(text, marker.start()),
            f"take either side (git checkout --ours {quoted(path)}),"
            " then: pytest --argot-record=update",
        )
    if not text.strip():
        raise FlawError("the cassette is empty", 1)
    return text


def _decoded(data: bytes) -> str:
    if data.startswith(_UTF16):
        raise FlawError("the cassette is UTF-16, not UTF-8", 1, "save it as UTF-8")
    try:
        return data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FlawError(f"the cassette is not UTF-8: {error.reason}", line) from error


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
