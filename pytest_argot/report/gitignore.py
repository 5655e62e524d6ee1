"""Whether git would take a rejected recording along."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HINT: Final = "add *.rejected.yaml to .gitignore: what was refused is not meant to be committed"


def gitignore_hint(files: Iterable[str | Path]) -> str:
    """Give the advice to ignore these files, ``""`` where every one of them is ignored.

    Ignored means: the last part of a line in a ``.gitignore`` fits the file's name, or that of a
    folder it is in, up to the one that holds ``.git``.
    """
    return "" if all(_is_ignored(Path(file).absolute()) for file in files) else HINT


def _is_ignored(file: Path) -> bool:
    names = [file.name]
    for folder in file.parents:
        if any(fnmatchcase(name, glob) for glob in _globs(folder) for name in names):
            return True
        if (folder / ".git").exists():
            return False
        names.append(folder.name)
    return False


def _globs(folder: Path) -> Iterator[str]:
    try:
        text = (folder / ".gitignore").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        if line.strip() and not line.startswith(("#", "!")):
            yield line.strip().rstrip("/").rpartition("/")[2]
