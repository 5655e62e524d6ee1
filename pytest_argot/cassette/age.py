"""How old a cassette is, and whether that is too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NEVER: Final = "never"
_DAYS: Final[Mapping[str, int]] = MappingProxyType({"d": 1, "w": 7, "y": 365})


def age(recorded_at: str, now: datetime | None = None) -> timedelta | None:
    """Give the time since ``recorded_at`` (RFC 3339), ``None`` where that is not known."""
    try:
        then = datetime.fromisoformat(recorded_at)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return (now or datetime.now(UTC)) - then


def is_stale(recorded_at: str, max_age: str, now: datetime | None = None) -> bool:
    """Tell whether a cassette is older than ``max_age`` (``never``, or days as in ``90d``).

    One that does not say when it was recorded, as those of other tools, is not.
    """
    if max_age == NEVER:
        return False
    limit = timedelta(days=int(max_age[:-1]) * _DAYS[max_age[-1]])
    old = age(recorded_at, now)
    return old is not None and old > limit


def too_old(recorded_at: str, max_age: str) -> str:
    """Say how old a stale cassette is, as the end of a sentence that begins with its name."""
    old = age(recorded_at) or timedelta()
    days = f"{old.days:,} days" if old.days != 1 else "1 day"
    return f"is stale: recorded on {recorded_at[:10]}, {days} ago, and max_age is {max_age}"
