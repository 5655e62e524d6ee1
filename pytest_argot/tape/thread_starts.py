"""Timers that begin while a tape is open: what starts them tells whose they are."""

from __future__ import annotations

import functools
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_argot.tape.patching import replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pytest_argot.tape.switchboard import Switchboard


@contextmanager
def patch_thread_starts(switchboard: Switchboard) -> Generator[None]:
    """Tell the switchboard of every timer that is started.

    A timer goes on with what its thread was at, as telemetry does that sets one after the other.
    Any other thread may work for the test that caused it, though an older one started it: so do
    the workers of a pool, and the threads of a server that answers the test.
    """

    def make(original: Callable[[Any], None]) -> Callable[[Any], None]:
        @functools.wraps(original)
        def start(thread: threading.Thread) -> None:
            if isinstance(thread, threading.Timer):
                switchboard.started(thread)
            original(thread)

        return start

    with replaced(threading.Thread, "start", make):
        yield
