"""What the fixtures of a test hold of its answers: set up once, a search cannot vary it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_argot.errors import compose
from pytest_argot.plugin import fixtures
from pytest_argot.plugin.run import DATA_FIXTURES
from pytest_argot.plugin.variants import reads_data

if TYPE_CHECKING:
    from collections.abc import Generator

    import pytest

    from pytest_argot.plugin.run import Run
    from pytest_argot.tape.tape import Tape

SET_UP_METHOD = "setup_method"
FIX = (
    "ask, or read the data, in the test itself; or drop search=: "
    "each variant's own test sets everything up anew"
)


@contextmanager
def noting(run: Run, tape: Tape, fixture: pytest.FixtureDef[Any]) -> Generator[None]:
    """Note what a fixture does while it is set up."""
    before, reads = len(tape.traffic.shelf.played), run.reads_data
    yield
    name, needs = fixture.argname, fixture.argnames
    if fixture.func.__module__ == fixtures.__name__:
        return
    if len(tape.traffic.shelf.played) > before:
        run.set_up.asked.append(
            f"the fixture {name!r}" if SET_UP_METHOD not in name else SET_UP_METHOD
        )
    if name in DATA_FIXTURES or not DATA_FIXTURES.isdisjoint(needs) or run.reads_data > reads:
        run.set_up.read.append(f"the fixture {name!r}")
    if "argot" in needs:
        run.set_up.held.append(f"the fixture {name!r}")


def refuse_held(run: Run, asked: frozenset[int], asked_first: frozenset[int]) -> None:
    """Fail a search of what is not asked for, or read, in the test itself.

    ``asked``: the interactions the test itself asked for, ``asked_first``: those of its set-up.
    """
    own = reads_data(run.item)
    if run.set_up.read:
        holders = run.set_up.read
    elif run.reads_data and not own:
        holders = ["request.getfixturevalue"]
    elif asked or own:
        return
    elif asked_first:
        holders = run.set_up.asked or ["setUp"]
    else:
        holders = run.set_up.held
    if holders:
        raise run.failure(_text(run, holders)) from None


def _text(run: Run, holders: list[str]) -> str:
    told = ", ".join(holders)
    what = f"a search cannot vary what {told} {'holds' if len(holders) == 1 else 'hold'}"
    return compose(f"{what}: it is set up once for all examples", run.item.nodeid, FIX)
