"""How much each kind of finding matters, by default and as the user says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_argot.drift.finding import Finding, Level
from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_LEVELS: Mapping[str, Level] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "body.not_json",
                "body.wrong_root",
                "body.error_envelope",
                "body.empty",
                "type.changed",
                "type.coercible",
                "number.fractional",
                "number.nonfinite",
                "null.unexpected",
                "enum.unknown",
                "const.changed",
                "tag.unknown",
                "custom.*",
                "stream.bad_event",
                "stream.truncated",
                "stream.no_finish",
                "stream.error_event",
                "http.status",
                "http.content_type",
                "field.missing",
                "field.renamed",
            ),
            Level.ERROR,
        ),
        **dict.fromkeys(
            (
                "constraint.*",
                "key.duplicate",
                "stream.no_done",
                "stream.id_changed",
                "stream.text_after_finish",
                "shape.*",
            ),
            Level.WARN,
        ),
        **dict.fromkeys(("field.added", "null.optional", "stream.abandoned"), Level.INFO),
    }
)
"""The level of every kind; ``constraint.*`` stands for a family whose members pydantic names."""

NEVER = "never"
_SEGMENT = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[[^\]]*\]|[^.\[]+')


@dataclass(frozen=True, slots=True)
class _Override:
    """One ``kind[:path] = level``."""

    kind: str
    path: tuple[str, ...] | None
    level: Level

    def fits(self, kind: str, path: tuple[str, ...]) -> bool:
        if not fnmatchcase(kind, self.kind):
            return False
        return self.path is None or _path_fits(self.path, path)

    @property
    def weight(self) -> tuple[int, int, int, int]:
        """What makes one override more specific than another: first its path, then its kind."""
        path = self.path or ()
        literal = sum("*" not in segment or segment == "[*]" for segment in path)
        fixed = len(self.kind.replace("*", ""))
        return (self.path is not None, literal, -path.count("**"), fixed)


class Levels:
    """Default levels with overrides ``"kind[:path]" -> level``; the most specific one wins.

    Both halves may hold ``*`` (within a kind, or within one segment of a path) and a path ``**``
    (any number of segments). ``profile`` holds levels in the same form that give way to every
    override. ``Misuse`` for a kind or level nobody knows, naming what is allowed.
    """

    def __init__(
        self,
        overrides: Mapping[str, str] | None = None,
        where: str = "",
        profile: Mapping[str, str] | None = None,
    ) -> None:
        self._overrides = [*_sorted(overrides or {}, where), *_sorted(profile or {})]

    def level(self, kind: str, path: str = "") -> Level:
        """Give the level of a kind at a normalised path."""
        segments = _segments(path)
        for each in self._overrides:
            if each.fits(kind, segments):
                return each.level
        family = f"{kind.partition('.')[0]}.*"
        return DEFAULT_LEVELS.get(kind) or DEFAULT_LEVELS.get(family, Level.ERROR)


def failing(findings: Iterable[Finding], fail_on: str) -> list[Finding]:
    """Give the findings that fail: not accepted, and at or above ``fail_on`` (``never``: none)."""
    if fail_on == NEVER:
        return []
    lowest = Level.parse(fail_on)
    return [each for each in findings if not each.accepted and each.level >= lowest]


def _sorted(overrides: Mapping[str, str], where: str = "") -> list[_Override]:
    parsed = [_override(key, level, where) for key, level in overrides.items()]
    return sorted(parsed, key=lambda each: each.weight, reverse=True)


def _override(key: str, level: str, where: str) -> _Override:
    kind, colon, path = key.partition(":")
    if not _known(kind):
        kinds = ", ".join(sorted(DEFAULT_LEVELS))
        raise Misuse(f"unknown kind {kind!r} in levels", where=where, fix=f"use one of: {kinds}")
    return _Override(kind, _segments(path) if colon else None, Level.parse(level, where))


def _known(pattern: str) -> bool:
    """Tell whether a pattern of kinds can match one; members of a family are not listed."""
    return any(
        fnmatchcase(kind, pattern) or (kind.endswith(".*") and fnmatchcase(pattern, kind))
        for kind in DEFAULT_LEVELS
    )


def _segments(path: str) -> tuple[str, ...]:
    found = _SEGMENT.findall(path)
    return tuple("[*]" if part[0] == "[" and part[1:-1].isdecimal() else part for part in found)


def _path_fits(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    if not pattern:
        return not path
    head, rest = pattern[0], pattern[1:]
    if head == "**":
        return any(_path_fits(rest, path[skip:]) for skip in range(len(path) + 1))
    return bool(path) and _segment_fits(head, path[0]) and _path_fits(rest, path[1:])


def _segment_fits(pattern: str, segment: str) -> bool:
    if pattern == segment:
        return True
    return "[" not in pattern and fnmatchcase(segment, pattern)
