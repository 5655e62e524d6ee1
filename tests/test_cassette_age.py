"""How old a cassette is, and whether that is too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pytest_argot.cassette.age import age, is_stale, too_old

AT = "2026-01-01T12:00:00Z"
THEN = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("max_age", "days", "stale"),
    [
        ("never", 99999, False),
        ("90d", 90, False),
        ("90d", 91, True),
        ("2w", 14, False),
        ("2w", 15, True),
        ("1y", 365, False),
        ("1y", 366, True),
        ("0d", 1, True),
    ],
)
def test_a_cassette_is_stale_when_it_is_older_than_that(
    max_age: str, days: int, *, stale: bool
) -> None:
    """Days, weeks and years of 365 days count from the recording; never is never."""
    assert is_stale(AT, max_age, THEN + timedelta(days=days)) is stale


def test_an_unknown_time_is_not_old() -> None:
    """What does not say when it was recorded, as other tools' cassettes, is not stale."""
    assert age("") is None
    assert not is_stale("", "0d")
    assert not is_stale("yesterday", "0d")


def test_how_old_is_said_in_days() -> None:
    """The words name the day, the age and the setting."""
    then = datetime.now(UTC) - timedelta(days=1, hours=1)
    said = too_old(then.strftime("%Y-%m-%dT%H:%M:%SZ"), "0d")
    assert said == f"is stale: recorded on {then:%Y-%m-%d}, 1 day ago, and max_age is 0d"
