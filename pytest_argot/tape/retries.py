"""Transient answers that a retry overcame: they are not worth keeping."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Hashable

TRANSIENT = frozenset({408, 409, 429})
FIRST_SERVER_ERROR = 500
FAILED = 0
"""The status of an exchange that failed."""


def is_transient(status: int) -> bool:
    """Tell whether a client may expect the same request to succeed later."""
    return status in TRANSIENT or status >= FIRST_SERVER_ERROR or status == FAILED


def place() -> object:
    """Give the task this code runs in, without one the thread."""
    return running_task() or threading.current_thread()


def running_task() -> object | None:
    """Give the task of asyncio or trio this code runs in, ``None`` without one."""
    try:
        task: object | None = asyncio.current_task()
    except RuntimeError:
        task = None
    trio = sys.modules.get("trio")
    if task is not None or trio is None:
        return task
    try:
        return cast("object", trio.lowlevel.current_task())
    except (RuntimeError, AttributeError):  # it does not run, or is just being imported
        return None


class Retries:
    """Remembers each place's last exchange: a retry comes right after what it repeats."""

    def __init__(self) -> None:
        # Weak and by object: the numbers of threads and tasks that ended are given again.
        self._last: WeakKeyDictionary[object, tuple[Hashable, int]] = WeakKeyDictionary()

    def overcome(self, at: object, key: Hashable) -> bool:
        """Tell whether the request with this key repeats a transient answer at this place."""
        last = self._last.get(at)
        return last is not None and last[0] == key and is_transient(last[1])

    def note(self, at: object, key: Hashable, status: int) -> None:
        """Remember an exchange."""
        self._last[at] = (key, status)
