"""The fixtures: the open tape, and the recorded responses as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.plugin.commands import to_drop, to_record
from pytest_argot.plugin.run import RUN, Run

if TYPE_CHECKING:
    from pytest_argot.tape.tape import Tape


@pytest.fixture
def argot(request: pytest.FixtureRequest) -> Tape:
    """The open cassette of this test: interactions, parsed responses, requests, findings."""
    return _run(request).open()


@pytest.fixture
def completion(request: pytest.FixtureRequest) -> Any:
    """The one recorded completion, parsed with its response model; a stream is merged."""
    items = _data(request, "completions")
    return _only(_run(request), items, "completion")


@pytest.fixture
def completions(request: pytest.FixtureRequest) -> list[Any]:
    """All recorded completions, parsed with their response model, in the order of the file."""
    return _data(request, "completions")


@pytest.fixture
def response(request: pytest.FixtureRequest) -> Any:
    """The one recorded response of any kind, parsed: errors too, plain JSON without a model."""
    items = _data(request, "responses")
    return _only(_run(request), items, "response")


@pytest.fixture
def responses(request: pytest.FixtureRequest) -> list[Any]:
    """All recorded responses of any kind, parsed, in the order of the file."""
    return _data(request, "responses")


def _run(request: pytest.FixtureRequest) -> Run:
    run: Run | None = request.node.stash.get(RUN, None)
    if run is None:
        name = request.fixturename
        pytest.fail(
            f"the fixture {name!r} reads a cassette, and {request.node.nodeid} has none\n"
            "  fix:   decorate the test: @argot_cassette, or @argot_cassette('name')",
            pytrace=False,
        )
    return run


def anew(run: Run, name: str) -> Any:
    """Give what a data fixture would give now, under another variant than at set-up."""
    items = run.read(name if name.endswith("s") else f"{name}s")
    return items if name.endswith("s") else _only(run, items, name)


def _data(request: pytest.FixtureRequest, kind: str) -> list[Any]:
    run = _run(request)
    run.reads_data = True
    tape = run.open()
    if not tape.interactions:
        _nothing(run)
    return run.read(kind)


def _nothing(run: Run) -> None:
    if run.plan.record != "none":
        run.waiting = True
        pytest.skip(f"nothing recorded yet in {run.plan.name}")
    pytest.fail(
        f"CassetteMissing: no recorded response in {run.plan.name}\n  fix:   {to_record(run)}",
        pytrace=False,
    )


def _only(run: Run, items: list[Any], name: str) -> Any:
    if len(items) == 1:
        return items[0]
    how_many = "no" if not items else str(len(items))
    drop = to_drop(run) if items else ""
    pytest.fail(
        f"the fixture {name!r} gives the one recorded {name}, and there are {how_many}\n"
        f"  fix:   ask for the fixture {name + 's'!r}, a list"
        + (f"\n  or:    drop what no test asks for any more: {drop}" if drop else ""),
        pytrace=False,
    )
