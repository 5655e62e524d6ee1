"""Ids of variants: short, ASCII, the same in every run."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from pytest_argot.wire.json_path import Path

LONGEST: Final = 60
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.,=+~-]+")
_DIGITS: Final = 6


def path_id(path: Path, top: Collection[str]) -> str:
    """Write a path for an id: ``choices.1.text``.

    What lies in the first item of an outer list is called by its own name, ``finish_reason``,
    unless the document has a key of that name at its top.
    """
    if len(path) > 2 and path[1] == 0 and isinstance(path[0], str) and isinstance(path[2], str):  # noqa: PLR2004 - list, first, key
        path = path if path[2] in top else path[2:]
    return fit(".".join(map(str, path)))


def fit(text: str) -> str:
    """Give a text with only the characters an id may have, distinct texts as distinct ids."""
    safe = _UNFIT.sub("_", text)
    if safe == text and len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{safe[: LONGEST - _DIGITS - 1]}-{digest}"


def numbered(name: str, interaction: int) -> str:
    """Add the interaction's number, from the second one on."""
    return f"{name}~{interaction + 1}" if interaction else name


def distinct(name: str, taken: Collection[str]) -> str:
    """Give ``name``, with a number behind it where it is taken."""
    number = 2
    candidate = name
    while candidate in taken:
        candidate = f"{name}-{number}"
        number += 1
    return candidate
