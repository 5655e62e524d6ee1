"""What must not become a cassette, because somebody could not read it afterwards."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from pytest_argot.cassette.corruption import shown, too_large

if TYPE_CHECKING:
    from pathlib import Path


def unfit(path: Path, size: int, apart: int = 0) -> str:
    """Say why ``size`` bytes cannot become the file at ``path``, ``""`` if they can.

    ``apart``: as ``corruption.too_large`` says.

    It is larger than what is read, or the file would be new and there is another whose name
    differs by case only (or by the composition of its accents).
    """
    twin = _twin(path)
    if twin is not None:
        return f"where file systems ignore case it would be taken for {shown(twin)}"
    return too_large(size, apart)


def _twin(path: Path) -> Path | None:
    """Give what a new file or folder on the way to ``path`` would be taken for."""
    new = path
    while new != new.parent and not new.parent.exists():
        new = new.parent
    if new.exists() or not new.parent.is_dir():
        return None
    others = (each for each in new.parent.iterdir() if each.name != new.name)  # made just now
    return next((each for each in others if _folded(each.name) == _folded(new.name)), None)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
