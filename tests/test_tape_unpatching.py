"""Promise: whatever ends a tape, nothing stays patched."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pytest_argot import ArgotError, use_cassette
from tests.tape_world import attributes, changed, recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.servers.completions import CompletionsServer

    Ask = Callable[[str], str]

pytestmark = [
    pytest.mark.usefixtures("here"),
    pytest.mark.filterwarnings("ignore::pytest_argot.UnplayedWarning"),
]


@pytest.fixture
def pristine(ask: Ask, recwarn: pytest.WarningsRecorder) -> dict[str, Any]:
    """Everything as it is after libraries were imported and used, while no tape is open."""
    del recwarn
    recorded("warm", ask, "x")
    changed({})
    return attributes()


def test_an_open_cassette_patches(pristine: dict[str, Any]) -> None:
    """The comparison sees patches while there are some."""
    with use_cassette("warm"):
        assert changed(pristine)
    assert changed(pristine) == []


@pytest.mark.parametrize("error", [RuntimeError, SystemExit, KeyboardInterrupt, GeneratorExit])
def test_nothing_stays_patched_after_an_exception(
    ask: Ask, pristine: dict[str, Any], error: type[BaseException]
) -> None:
    """Whatever ends the body, the clients are as they were."""
    with pytest.raises(error), use_cassette("ended", record="once"):
        ask("y")
        raise error
    assert changed(pristine) == []


def test_nothing_stays_patched_after_a_cassette_that_cannot_be_written(
    ask: Ask, pristine: dict[str, Any], here: Path
) -> None:
    """A cassette whose folder is a file is an error, and the clients are as they were."""
    (here / "cassettes" / "taken").write_text("a file")
    with pytest.raises((ArgotError, OSError)), use_cassette("taken/name", record="once"):
        ask("y")
    assert changed(pristine) == []


class Unreadable:
    """A body that cannot be read."""

    def __iter__(self) -> Iterator[bytes]:
        raise ZeroDivisionError


def test_nothing_stays_patched_after_a_request_that_raises(
    echo: CompletionsServer, pristine: dict[str, Any]
) -> None:
    """A request whose own body raises, and a mask that is no mask, leave nothing behind."""
    with pytest.raises(ZeroDivisionError), use_cassette("raising", record="once"):
        httpx.post(f"{echo.base}/completions", content=iter(Unreadable()))
    with pytest.raises(ArgotError), use_cassette("raising", record="once", mask=["nonsense"]):
        pass
    assert changed(pristine) == []


def test_nothing_stays_patched_after_two_overlapping_cassettes(
    ask: Ask, pristine: dict[str, Any], echo: CompletionsServer
) -> None:
    """Cassettes that end in the order they began, not the other way round, undo everything."""
    first, second = contextlib.ExitStack(), contextlib.ExitStack()
    first.enter_context(use_cassette("first", record="once"))
    second.enter_context(use_cassette("second", record="once"))
    first.close()
    ask("y")
    second.close()
    assert changed(pristine) == []
    assert ask("free") == "to free"
    assert echo.posts == 3
