"""The project of a user who tests all consumers: one module of tests."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from tests.power.pairs import INNOCENTS, PAIRS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.power.pair import Innocent, Pair

HEAD = '''\
"""Every consumer under its plan."""

import pytest
from pytest_argot import Fuzz, argot_cassette
from tests.power.consumers.asking import AppError
from tests.power.pairs import INNOCENTS, PAIRS
'''

PLAIN = """

@argot_cassette({cassette!r}, fuzz=Fuzz({plan}))
def test_{name}({fixture}):
    tested = {tested}
    assert tested.check(tested.{role}({fixture}))
"""

ASYNC = """

@pytest.mark.anyio
@argot_cassette({cassette!r}, fuzz=Fuzz({plan}))
async def test_{name}({fixture}):
    tested = {tested}
    assert tested.check(await tested.{role}({fixture}))
"""


def write(folder: Path) -> None:
    """Write the project into an empty folder."""
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.power.clients"]\n', "utf-8")
    tests = [_test(pair, role) for pair in PAIRS.values() for role in ("bug", "twin")]
    tests += [_test(one, "program") for one in INNOCENTS.values()]
    (folder / "test_power.py").write_text(HEAD + "".join(tests), encoding="utf-8")


def _test(tested: Pair | Innocent, role: str) -> str:
    form = ASYNC if inspect.iscoroutinefunction(getattr(tested, role)) else PLAIN
    table = "INNOCENTS" if role == "program" else "PAIRS"
    return form.format(
        cassette=tested.name,
        plan=_plan(tested),
        name=f"{tested.name}_{role}",
        fixture=tested.fixture,
        tested=f"{table}[{tested.name!r}]",
        role=role,
    )


def _plan(tested: Pair | Innocent) -> str:
    families = ", ".join(map(repr, tested.families))
    keys = ", ".join(f"{key!r}: AppError" for key in getattr(tested, "expect", ()))
    expect = f", expect={{{keys}}}" if keys else ""
    return f"families={{{families}}}, raises=(AppError,){expect}"
