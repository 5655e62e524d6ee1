"""One deviation of a recorded response from its response model, as data."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FINGERPRINT_DIGITS = 12


class Level(enum.IntEnum):
    """How much a finding matters; ordered, so that ``level >= Level.WARN`` reads as it is."""

    INFO = 1
    WARN = 2
    ERROR = 3

    @classmethod
    def parse(cls, word: str, where: str = "") -> Level:
        """Read ``"info"``, ``"warn"`` or ``"error"``; ``Misuse`` for anything else."""
        for level in cls:
            if level.name.lower() == word:
                return level
        allowed = ", ".join(level.name.lower() for level in reversed(cls))
        raise Misuse(f"unknown level {word!r}", where=where, fix=f"use one of: {allowed}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """All deviations of one ``kind`` at one ``path`` of one cassette.

    ``path``: JSON path with every index as ``[*]``, ``""`` for the whole body. ``expected`` and
    ``actual``: types, enum values and numbers, never text of a completion. ``count``: how often,
    over all responses and events. ``line``: 1-based line of the first in the cassette, 0 where
    unknown. ``interactions``: indices of the interactions concerned. ``fixes``: candidate changes,
    most of them in terms of the model. ``model``: ``module:Class`` of the response model.
    ``accepted``: whether the file of known things holds it.

    ``fingerprint``: 12 hex digits over kind, response model, path and the actual type or value, so
    that a re-recording keeps it. ``parts``: where several models or values share the path, the
    fingerprint each would have alone; empty otherwise.
    """

    kind: str
    level: Level
    path: str
    expected: str
    actual: str
    count: int
    cassette: str
    line: int
    interactions: tuple[int, ...]
    fingerprint: str
    fixes: tuple[str, ...]
    model: str
    accepted: bool = False
    parts: tuple[str, ...] = ()

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What has to be accepted for this finding to be accepted."""
        return self.parts or (self.fingerprint,)

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON data; ``parts`` only where there are some."""
        data: dict[str, Any] = {
            "kind": self.kind,
            "level": self.level.name.lower(),
            "path": self.path,
            "expected": self.expected,
            "actual": self.actual,
            "count": self.count,
            "cassette": self.cassette,
            "line": self.line,
            "interactions": list(self.interactions),
            "fingerprint": self.fingerprint,
            "fixes": list(self.fixes),
            "model": self.model,
            "accepted": self.accepted,
        }
        return data | {"parts": list(self.parts)} if self.parts else data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` gave."""
        values: dict[str, Any] = {**data, "level": Level.parse(data["level"])}
        for key in ("interactions", "fixes", "parts"):
            values[key] = tuple(data.get(key, ()))
        return cls(**values)


def fingerprint(*words: str) -> str:
    """Give 12 hex digits of the SHA-256 of ``words``."""
    digest = hashlib.sha256("\n".join(words).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:FINGERPRINT_DIGITS]


def fingerprint_of_parts(parts: Iterable[str]) -> str:
    """Give the fingerprint of several parts together, whatever their order."""
    distinct = sorted(set(parts))
    return distinct[0] if len(distinct) == 1 else fingerprint(*distinct)
