"""The end of a test that waits for an answer it was refused.

A worker that dies of a miss leaves others waiting for it: ``queue.join()``, a barrier, a future
nobody sets. The test has failed by then, so nothing is lost by ending it.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from pytest_argot.tape.tape import Tape

GRACE: Final = 1.0
"""Seconds a test may go on after a miss before it is interrupted, and again each time."""

ON_ITS_WAY: Final = 0.2
"""Seconds within which a signal that was sent arrives."""

DEBUGGERS: Final = frozenset({"bdb", "pdb", "debugpy", "pydevd", "_pydevd_bundle"})
"""Packages on the stack of a test that somebody looks at."""


class Watchdog:
    """Interrupts the main thread once the test that runs in it has missed and does not end.

    ``bit``: it did, so the ``KeyboardInterrupt`` is its own and nobody pressed a key.
    """

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._main = threading.get_ident()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._over = False
        self._deaf = False
        self.bit = False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._tape.traffic.when_missed = self._wake
            self._deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            if self._deaf:  # started in the background of a shell: keys mean nothing there
                signal.signal(signal.SIGINT, self._heard)
        return self

    def _heard(self, _signal: int, _frame: FrameType | None) -> None:
        if self.bit:
            raise KeyboardInterrupt

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tape.traffic.when_missed = None
        while True:
            try:
                self._end()
                if self.bit and not isinstance(error, KeyboardInterrupt):
                    time.sleep(ON_ITS_WAY)
            except KeyboardInterrupt:  # sent while the test ended by itself
                if not self.bit:
                    raise
            else:
                break
        if self._deaf:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _end(self) -> None:
        with self._lock:
            self._over = True
        if self._timer is not None:
            self._timer.cancel()

    def _wake(self) -> None:
        with self._lock:
            if self._over:
                return
            self._timer = threading.Timer(GRACE, self._bite)
            self._timer.daemon = True
            self._timer.start()

    def _bite(self) -> None:
        """Interrupt what blocks: a signal ends a wait for a lock, an exception would not."""
        with self._lock:
            if self._over:
                return
            if not _is_debugged(self._main):
                self.bit = True
                _interrupt(self._main)
        self._wake()


def _is_debugged(thread: int) -> bool:
    frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - documented
    frame: FrameType | None = frames.get(thread)
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] in DEBUGGERS:
            return True
        frame = frame.f_back
    return False


def _interrupt(thread: int) -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(thread, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)
