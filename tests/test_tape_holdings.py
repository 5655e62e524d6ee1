"""The cassettes a tape was opened with: which have to be there, and what they hold together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_argot.cassette.cassette import Cassette
from pytest_argot.cassette.matching import Matcher
from pytest_argot.errors import CassetteMissing
from pytest_argot.settings import Settings
from pytest_argot.tape.archive import Archive
from pytest_argot.tape.holdings import Holdings
from pytest_argot.tape.keeping import Take
from pytest_argot.tape.plan import Plan
from tests.cassette_tree import body, interaction, write

ONE, TWO = interaction(body(), prompt="one"), interaction(body(), prompt="two")


def plan(*paths: Path, record: str = "once") -> Plan:
    """Give the orders of a tape of these cassettes."""
    return Plan(paths=paths, record=record, settings=Settings(root=paths[0].parent))


@pytest.mark.parametrize("record", ["once", "new_episodes", "update", "rewrite"])
def test_the_written_cassette_may_be_missing(tmp_path: Path, record: str) -> None:
    """Where something may be recorded the first cassette need not be there."""
    there = write(tmp_path / "b.yaml", ONE)
    held = Holdings.of(plan(tmp_path / "a.yaml", there, record=record), Archive())
    assert held.lacks(tmp_path / "a.yaml")
    assert not held.lacks(there)
    assert held.interactions == (ONE,)


@pytest.mark.parametrize(
    ("record", "missing"), [("none", "a"), ("verify", "a"), ("once", "b"), ("rewrite", "b")]
)
def test_others_have_to_be_there(tmp_path: Path, record: str, missing: str) -> None:
    """Where nothing is recorded every cassette has to be there, and the others always."""
    write(tmp_path / ("b.yaml" if missing == "a" else "a.yaml"), ONE)
    paths = tmp_path / "a.yaml", tmp_path / "b.yaml"
    with pytest.raises(CassetteMissing, match=f"{missing}\\.yaml"):
        Holdings.of(plan(*paths, record=record), Archive())


def test_a_take_goes_into_one_cassette(tmp_path: Path) -> None:
    """What a take adds stands behind what its cassette holds, and before the other cassettes."""
    paths = write(tmp_path / "a.yaml", ONE), write(tmp_path / "b.yaml", TWO)
    held, matcher = Holdings.of(plan(*paths), Archive()), Matcher(("method", "path", "body"))
    new = replace(interaction(body(), prompt="three"), recorded_at="2026-11-23T00:00:00Z")
    take = Take(mode="new_episodes", test="", played=frozenset(), recorded=(new,))
    assert held.with_take(paths[0], take, matcher) == (ONE, new, TWO)
    assert held.with_take(paths[1], take, matcher) == (TWO, new, ONE)


def test_the_last_recording_counts() -> None:
    """Several cassettes were recorded when the last of them was; none says it where none does."""
    times = "2026-11-22T13:50:00Z", "2026-11-23T00:00:00Z", ""
    cassettes = tuple(Cassette(Path("a.yaml"), (), time) for time in times)
    assert Holdings(cassettes).recorded_at == times[1]
    assert Holdings(()).recorded_at == ""
