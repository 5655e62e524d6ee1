"""A text that fits a regular expression, for the simple ones that schemas hold."""

from __future__ import annotations

import re
from typing import Final

_ATOM: Final = re.compile(
    r"\[(?P<set>\^?\]?(?:\\.|[^\]\\])*)\]|\\(?P<escape>.)|(?P<any>\.)|(?P<plain>[^()|^$])|(?P<edge>[\^$])"
)
_TIMES: Final = re.compile(r"([*+?]|\{(\d*)(?:,(\d*))?\})[?+]?")
_CLASSES: Final = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "n": "\n", "t": "\t"}
_OPENING: Final = re.compile(r"\((?:\?(?:[:]|P?<[A-Za-z]\w*>))?")
_TRIED: Final = "a0A-_ .,:/é"


def fitting(pattern: str) -> str | None:
    """Make a short text in which ``pattern`` is found, ``None`` where this is too simple for it.

    Sets, classes, groups, alternatives and repetition are known; what is made is checked.
    """
    try:
        made, _ = _alternative(pattern, 0)
        return made if re.search(pattern, made) else None
    except (re.error, ValueError, IndexError):
        return None


def _alternative(pattern: str, at: int) -> tuple[str, int]:
    """Make the first alternative from ``at`` to the end of its group; give where that is."""
    made, at = _sequence(pattern, at)
    while at < len(pattern) and pattern[at] == "|":
        _, at = _sequence(pattern, at + 1)
    return made, at


def _sequence(pattern: str, at: int) -> tuple[str, int]:
    made = ""
    while at < len(pattern) and pattern[at] not in "|)":
        opening = _OPENING.match(pattern, at)
        if opening:
            part, at = _alternative(pattern, opening.end())
            at += 1
        else:
            atom = _ATOM.match(pattern, at)
            if atom is None:
                raise ValueError(pattern)
            part, at = _one(atom), atom.end()
        times = _TIMES.match(pattern, at)
        if times:
            at = times.end()
            part *= _least(times)
        made += part
    return made, at


def _one(atom: re.Match[str]) -> str:
    if atom["set"] is not None:
        return next(each for each in _members(atom["set"]) if re.match(atom[0], each))
    if atom["escape"]:
        return _CLASSES.get(atom["escape"], "" if atom["escape"] in "bBAZ" else atom["escape"])
    return "a" if atom["any"] else atom["plain"] or ""


def _members(inside: str) -> str:
    """Give characters to try: those that are spelled out, then some usual ones."""
    return inside + _TRIED + "".join(map(chr, range(33, 127)))


def _least(times: re.Match[str]) -> int:
    """Give how often to repeat: as rarely as allowed, but once if that is."""
    if times[1] in {"*", "+", "?"}:
        return 1
    least = int(times[2] or 0)
    return least if times[3] in {None, "0"} else max(least, 1)
