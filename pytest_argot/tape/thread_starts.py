"""Threads that begin while a tape is open: what starts them tells whose they are."""

from __future__ import annotations

import functools
import inspect
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_argot.tape.patching import replaced
from pytest_argot.tape.work import is_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pytest_argot.tape.switchboard import Switchboard


@contextmanager
def patch_thread_starts(switchboard: Switchboard) -> Generator[None]:
    """Tell the switchboard of every thread that is started, but those of pools.

    A pool's worker works for whoever hands it work, not for whoever had it started.
    """

    def make(original: Callable[[Any], None]) -> Callable[[Any], None]:
        @functools.wraps(original)
        def start(thread: threading.Thread) -> None:
            frame = inspect.currentframe()
            by = frame.f_back if frame else None
            if by is None or not is_pool(str(by.f_globals.get("__name__", ""))):
                switchboard.started(thread)
            original(thread)

        return start

    with replaced(threading.Thread, "start", make):
        yield
