"""What a thread is at: waiting in its pool, or some piece of work, known by its first frame.

A pool's worker takes one piece of work after the other, of whoever hands it out; a thread with
code of its own is at one piece of work all its life. So the piece says more than the thread.
"""

from __future__ import annotations

import enum
import inspect
import sys
import threading
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from types import FrameType

POOLS: Final = (
    "anyio._backends._asyncio",
    "concurrent.futures",
    "http.server",
    "multiprocessing",
    "queue",
    "selectors",
    "socket",
    "socketserver",
    "ssl",
    "trio._core._thread_cache",
    "werkzeug.serving",
)
"""What a waiting worker, of a pool or of a server, has on its stack; ``threading`` is on all."""


PASSED_OVER: Final = frozenset({"threading", __name__})
"""Modules that say nothing about what a thread is at."""


class Rest(enum.Enum):
    """What a thread is at that has no code of its own on its stack."""

    WAITING = enum.auto()
    STARTING = enum.auto()


Work: TypeAlias = "FrameType | Rest"
"""The outermost frame that is no pool's. It is kept, so that no later frame can be taken for it."""


def work_now() -> Work:
    """Tell what the running thread is at."""
    return _work(inspect.currentframe())


def work_of_all() -> dict[threading.Thread, Work]:
    """Tell what every thread is at."""
    frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - documented
    return {each: _work(frames.get(each.ident or 0)) for each in threading.enumerate()}


def in_process_pool_style() -> bool:
    """Whether the running thread is a worker of ``multiprocessing.pool.ThreadPool``.

    It survives an ``Exception`` only; other pools survive everything.
    """
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == "multiprocessing.pool":
            return True
        frame = frame.f_back
    return False


def _work(frame: FrameType | None) -> Work:
    outermost: Work = Rest.STARTING
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if not _is_pool(module):
            outermost = outermost if module in PASSED_OVER else frame
        elif outermost is Rest.STARTING:
            outermost = Rest.WAITING
        frame = frame.f_back
    return outermost


def _is_pool(module: str) -> bool:
    """Whether a module is one that waits for work and hands it on."""
    return any(module == pool or module.startswith(f"{pool}.") for pool in POOLS)
