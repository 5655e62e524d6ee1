"""The names of the tests in a file, without running it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot.cli.test_names import alternatives

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """
import unittest
from shared import test_shared, Suite

if unittest:
    async def test_async(): ...

test_assigned = test_async

class Base:
    def test_inherited(self): ...

class TestOne(Base, unittest.TestCase):
    def test_method(self): ...
    class TestInner:
        def test_deep(self): ...

class TestFar(Suite):
    pass

def helper(): ...
"""

THERE = [
    "test_async",
    "test_async_0_of_many",
    "test_assigned",
    "test_shared",
    "TestOne::test_method",
    "TestOne::test_inherited",
    "TestOne::TestInner::test_deep",
    "TestFar::test_whatever",
    "Suite::test_whatever",
]


@pytest.mark.parametrize("name", THERE)
def test_what_is_or_may_be_there(tmp_path: Path, name: str) -> None:
    """Tests that are defined, imported, assigned, inherited or made by a decorator are let pass."""
    file = tmp_path / "test_it.py"
    file.write_text(SOURCE, encoding="utf-8")
    assert alternatives(file, name.split("::")) is None


@pytest.mark.parametrize(
    ("name", "likeliest"),
    [
        ("test_asynk", "test_async"),
        ("TestOne::test_methods", "TestOne::test_method"),
        ("TestTwo::test_method", "TestOne::test_method"),
        ("test_method", "TestOne::test_method"),
        ("TestOne::TestInner::test_method", "TestOne::TestInner::test_deep"),
    ],
)
def test_what_is_surely_not_there(tmp_path: Path, name: str, likeliest: str) -> None:
    """A test that nothing in the file names is missed; what is most like it comes first."""
    file = tmp_path / "test_it.py"
    file.write_text(SOURCE, encoding="utf-8")
    found = alternatives(file, name.split("::"))
    assert found is not None
    assert found[0] == likeliest
    assert "helper" not in found


@pytest.mark.parametrize(
    "source", ["from shared import *", "globals()['test_it'] = print", "def test_it(:", "\0"]
)
def test_files_that_may_hold_anything(tmp_path: Path, source: str) -> None:
    """A star import, made names and what is no Python are no proof that a test is missing."""
    file = tmp_path / "test_it.py"
    file.write_text(source, encoding="utf-8")
    assert alternatives(file, ["test_it"]) is None


def test_a_file_without_tests(tmp_path: Path) -> None:
    """There is nothing to name then."""
    file = tmp_path / "test_it.py"
    file.touch()
    assert alternatives(file, ["test_it"]) == []
