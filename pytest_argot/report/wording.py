"""The words every report shares: counts, places, and values that are safe to print."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

VALUE_LIMIT = 200
"""Longest printed value, in characters."""

WHOLE_BODY = "(whole body)"
_KEPT = "\n\t"


def count(number: int, noun: str) -> str:
    """Give ``"1 error"``, ``"2 errors"``."""
    if number == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {plural}"


def ordinal(number: int) -> str:
    """Give ``"1st"``, ``"2nd"``, ``"3rd"``, ``"11th"``."""
    teen = number % 100 // 10 == 1
    ending = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def joined(items: Iterable[str]) -> str:
    """Give ``"a"``, ``"a and b"``, ``"a, b and c"``."""
    words = list(items)
    if len(words) < 2:  # noqa: PLR2004 - one word needs no "and"
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def shortlist(items: Iterable[str], limit: int = 3) -> str:
    """Give ``"a, b, c and 2 more"``, in the order of the alphabet."""
    names = sorted(items)
    rest = len(names) - limit
    shown = ", ".join(names[:limit])
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def printable(text: str) -> str:
    """Make text safe for a terminal: control characters and lone surrogates become escapes."""
    return "".join(char if _shows(char) else _escaped(char) for char in text)


def clipped(text: str, limit: int = VALUE_LIMIT) -> str:
    """Cut text to ``limit`` characters, on one line, safe to print."""
    flat = printable(" ".join(text.split()))
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def shown_path(path: str) -> str:
    """Give a JSON path as a reader knows it; the empty one is the whole body."""
    return clipped(path) or WHOLE_BODY


def nearby(file: str | Path) -> str:
    """Give a file relative to the working directory when it lies below it, else as it is."""
    try:
        near = os.path.relpath(file)
    except ValueError:  # another drive
        return str(file)
    return Path(file).as_posix() if near.startswith("..") else Path(near).as_posix()


def place(file: str, line: int) -> str:
    """Give ``file:line``, or the file alone where the line is unknown (0)."""
    return printable(f"{nearby(file)}:{line}" if line else nearby(file))


def _shows(char: str) -> bool:
    return char in _KEPT or unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}


def _escaped(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
