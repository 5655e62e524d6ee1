"""The variants of a session: planned once for tests that are varied alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_argot.fuzz.fuzz import Fuzz
from pytest_argot.plugin.fuzzing import Fuzzing
from pytest_argot.settings import Settings
from pytest_argot.tape.archive import Archive
from pytest_argot.tape.plan import Plan
from tests.cassette_tree import body, interaction, write

if TYPE_CHECKING:
    from pathlib import Path


def test_tests_that_ask_for_the_same_are_planned_once(tmp_path: Path) -> None:
    """Two tests of the same interactions and fuzz share their variants; one of its own has its own."""
    mine = replace(interaction(body(), prompt="mine"), tests=("test_it.py::test_mine",))
    file = write(tmp_path / "big.yaml", body(), mine)
    archive, fuzzing = Archive(), Fuzzing()
    plan = Plan(paths=(file,), record="none", settings=Settings(root=tmp_path), fuzz=Fuzz())
    one, other = (replace(plan, test=f"test_it.py::test_{each}") for each in ("one", "other"))
    shared = fuzzing.variants(one, archive, data=False)
    assert fuzzing.variants(other, archive, data=False) is shared
    assert {each.interaction for each in shared.values()} == {0, 1}
    own = fuzzing.variants(replace(plan, test="test_it.py::test_mine"), archive, data=False)
    assert {each.interaction for each in own.values()} == {1}
    assert fuzzing.variants(one, archive, data=True) is not shared
    narrow = replace(one, fuzz=Fuzz("usage"))
    assert fuzzing.variants(narrow, archive, data=False) is not shared
