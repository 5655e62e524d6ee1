"""One deviation in one response, before findings are grouped and weighed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_argot.drift.finding import fingerprint

if TYPE_CHECKING:
    from pytest_argot.wire.json_path import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFinding:
    """One deviation, where it stands and what tells it from others at the same path.

    ``path`` is normalised, ``place`` the concrete path of the nearest value that exists, ``event``
    the index of the event of a stream. ``key`` is the actual type or enum value.
    """

    kind: str
    path: str
    expected: str
    actual: str
    key: str
    model: str
    place: Path = ()
    event: int | None = None
    fixes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """12 hex digits that survive a re-recording."""
        return fingerprint(self.kind, self.model, self.path, self.key)
