"""Whether an exception was raised by an alarm, or by the code that was running then."""

from __future__ import annotations

import signal
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType


def is_of_alarm(error: BaseException) -> bool:
    """Tell whether a signal handler that is installed now raised an error, or what led to it.

    pytest-timeout's alarm fails a test this way, as do alarms that tests set themselves; most
    come once, so what is run again after one may hang for ever.
    """
    codes = set(_handlers())
    return any(code in codes for each in _led_to(error, set()) for code in _raised_in(each))


def _handlers() -> Iterator[CodeType]:
    """Give the code of the signal handlers written in Python."""
    for number in signal.valid_signals():
        handler: object = signal.getsignal(number)
        while isinstance(handler, partial):
            handler = handler.func
        code: CodeType | None = getattr(handler, "__code__", None)  # of methods, too
        if code is None and not isinstance(handler, int):
            code = getattr(getattr(handler, "__call__", None), "__code__", None)  # noqa: B004
        if code is not None:
            yield code


def _led_to(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    """Give an error, the members of a group, and what each was raised in the handling of."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    for each in (*inner, error.__cause__, error.__context__):
        yield from _led_to(each, seen)


def _raised_in(error: BaseException) -> Iterator[CodeType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame.f_code
        trace = trace.tb_next
