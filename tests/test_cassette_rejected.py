"""Rejected recordings: kept beside the cassette until they are superseded, never in its way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_argot.cassette.reader import load
from pytest_argot.cassette.rejected import reject, rejected_path
from pytest_argot.cassette.store import save
from tests.cassette_material import MASKER, SECRET, adding, made, prompts

if TYPE_CHECKING:
    from pathlib import Path


def test_reject_keeps_what_others_left(tmp_path: Path) -> None:
    """A rejected recording joins those of other tests and replaces the same test's older one."""
    path = tmp_path / "c.yaml"
    reject(path, [made("a1", "t::a"), made("a2", "t::a")], reason="t::a failed", masker=MASKER)
    reject(path, [made("b1", "t::b"), made("s", "")], reason="t::b failed", masker=MASKER)
    kept = reject(path, [made("a3", "t::a"), made("s", "")], reason="again", masker=MASKER)
    assert kept == tmp_path / "c.rejected.yaml"
    assert not path.exists()
    assert prompts(kept) == ["b1", "a3", "s"]
    assert load(kept, MASKER).rejected == "again"


def test_reject_replaces_a_damaged_file(tmp_path: Path) -> None:
    """A damaged rejected file does not keep a new recording from being kept."""
    rejected_path(tmp_path / "c.yaml").write_text("argot:")
    assert prompts(reject(tmp_path / "c.yaml", [made("a")], reason="r", masker=MASKER)) == ["a"]


def test_a_recording_supersedes_what_was_rejected(tmp_path: Path) -> None:
    """What the same tests left beside the cassette goes when they record; other tests' stays."""
    path = tmp_path / "c.yaml"
    kept = reject(path, [made("a1", "t::a"), made("b1", "t::b")], reason="r", masker=MASKER)
    save(path, adding(made("s", "")), masker=MASKER)
    assert prompts(kept) == ["a1", "b1"]
    save(path, adding(made("a2", "t::a")), masker=MASKER)
    assert prompts(kept) == ["b1"]
    assert load(kept, MASKER).rejected == "r"
    shared = replace(made("a2"), tests=("t::a", "t::b"))  # asked for by b, recorded by a
    save(path, lambda _: [shared], masker=MASKER)
    assert prompts(kept) == ["b1"]
    save(path, adding(made("b2", "t::b")), masker=MASKER)
    assert not kept.exists()


def test_a_script_supersedes_the_same_request(tmp_path: Path) -> None:
    """Scripts have no names: the same request, recorded later, takes the rejected one's place."""
    path = tmp_path / "c.yaml"
    one, two = replace(made("one"), tests=()), replace(made("two"), tests=())
    kept = reject(path, [one, two], reason="r", masker=MASKER)
    save(path, adding(made("one", "t::a")), masker=MASKER)
    assert prompts(kept) == ["two"]
    kept = reject(path, [one], reason="r", masker=MASKER)
    save(path, adding(replace(one, recorded_at="2026-11-22T13:50:01Z")), masker=MASKER)
    assert prompts(kept) == ["two"]


def test_a_damaged_rejected_file_does_not_stop_a_recording(tmp_path: Path) -> None:
    """What lies beside the cassette harms no recording that passes, and stays as it is."""
    kept = rejected_path(tmp_path / "c.yaml")
    kept.write_text("argot:", encoding="utf-8")
    save(tmp_path / "c.yaml", adding(made("one")), masker=MASKER)
    assert prompts(tmp_path / "c.yaml") == ["one"]
    assert kept.read_text(encoding="utf-8") == "argot:"


def test_blanked_is_told_until_it_is_gone(tmp_path: Path) -> None:
    """A rejected file says that secrets in it were blanked as long as one may be in it."""
    path = tmp_path / "c.yaml"
    kept = reject(path, [made(f"prompt\n{SECRET}", "t::a")], reason="r", masker=MASKER)
    assert load(kept, MASKER).blanked
    reject(path, [made("b", "t::b")], reason="r", masker=MASKER)
    assert load(kept, MASKER).blanked
    reject(path, [made("a", "t::a"), made("b", "t::b")], reason="r", masker=MASKER)
    assert not load(kept, MASKER).blanked
