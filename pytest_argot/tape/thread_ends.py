"""Threads that die of a miss: it has been printed and fails its test, so it is not told again."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_argot.tape.patching import replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

TOLD = "argot_told"
"""Marks an error that was printed when it was raised."""


@contextmanager
def patch_thread_ends() -> Generator[None]:
    """Keep such errors from ``threading.excepthook``, which pytest makes warnings of."""
    with replaced(threading, "excepthook", _hook):
        yield


def _hook(original: Callable[..., object]) -> Callable[..., None]:
    def excepthook(args: threading.ExceptHookArgs) -> None:
        if not hasattr(args.exc_value, TOLD):
            original(args)

    return excepthook
