"""Telling an alarm from a failure of the code that was running when it came."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pytest_argot.plugin.alarm import is_of_alarm

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


def ring(*_: object) -> None:
    """Fail as pytest-timeout does."""
    pytest.fail("too long")


class Bell:
    """Handlers of other shapes."""

    def ring(self, *_: object) -> None:
        """Ring as a method."""
        ring()

    def __call__(self, *_: object) -> None:
        """Ring as an object."""
        ring()


@contextmanager
def installed(handler: Callable[..., object]) -> Generator[None]:
    """Handle a signal nobody else uses."""
    before = signal.signal(signal.SIGUSR1, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR1, before)


def raised(function: Callable[[], object]) -> BaseException:
    """Give what a function raises."""
    try:
        function()
    except BaseException as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("nothing was raised")


def alarmed() -> None:
    """Let the alarm come here."""
    signal.raise_signal(signal.SIGUSR1)


def swallowed() -> None:
    """Say something else about an alarm."""
    try:
        alarmed()
    except BaseException:  # noqa: BLE001 - the bad habit
        raise ValueError("something else")  # noqa: B904 - the bad habit


def gathered() -> None:
    """Raise an alarm as one of several errors."""
    raise BaseExceptionGroup("all", [ValueError(), raised(alarmed)])


HANDLERS = {"function": ring, "method": Bell().ring, "object": Bell(), "partial": partial(ring, 1)}


@pytest.mark.parametrize("handler", HANDLERS.values(), ids=HANDLERS)
@pytest.mark.parametrize("function", [alarmed, swallowed, gathered])
def test_an_alarm_is_known(handler: Callable[..., object], function: Callable[[], object]) -> None:
    """However the handler is written, and whatever became of its error."""
    with installed(handler):
        assert is_of_alarm(raised(function))


def test_a_failure_is_no_alarm() -> None:
    """Neither is what a function raises that is no handler (any more), nor an error without lines."""
    error = raised(partial(pytest.fail, "wrong"))
    with installed(ring):
        assert not is_of_alarm(error)
        assert not is_of_alarm(ValueError())
        late = raised(alarmed)
    assert not is_of_alarm(late)
