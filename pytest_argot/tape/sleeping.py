"""Sleeps that nobody needs: a client that waits before it asks a recorded server again.

The first sleep after a replayed transient answer or failure takes no time, in the thread or task
that was answered and until that asks again. ``sleep`` of ``time``, ``asyncio``, ``anyio`` and
``trio`` is replaced wherever a module holds it by this name, from the first such answer on until
the tapes are closed. A ``sleep`` that somebody else has replaced already (a test's fake) is left.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
import threading
import weakref
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.tape.retries import is_transient, running_task

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path
    from types import FrameType

    from pytest_argot.tape.plan import Plan
    from pytest_argot.tape.playback import Playback

    Sleep = Callable[..., Any]

SYNC: Final = "time"
ASYNC: Final = ("asyncio", "anyio", "trio")
SECONDS: Final = ("delay", "seconds")
"""What these libraries call the argument, where it has a name."""

OWN: Final = "pytest_argot"
CONFTEST: Final = "conftest.py"
PASSED_THROUGH: Final = frozenset({*ASYNC, __name__})
"""Modules that sleep for somebody else: who called is looked for behind them."""


class Waits:
    """Who was given a transient answer and has neither slept nor asked again since.

    One for the process; safe to use from threads. Nothing is skipped outside ``patching``.
    """

    def __init__(self) -> None:
        self._due: weakref.WeakKeyDictionary[Any, Plan] = weakref.WeakKeyDictionary()
        self._patches = _Patches(self._skips)
        self._patching = False
        self._lock = threading.RLock()

    @contextmanager
    def patching(self) -> Generator[None]:
        """Allow sleeps to be replaced; the originals come back on leaving."""
        self._patching = True
        try:
            yield
        finally:
            with self._lock:
                self._patching = False
                self._due.clear()
                self._patches.undo()

    def asked(self) -> None:
        """Note that this thread or task asks: what it sleeps now is for nothing recorded."""
        if not self._due:
            return
        with self._lock:
            self._due.pop(_sleeper(), None)

    def watched(self, playback: Playback, plan: Plan) -> Playback:
        """Note that an answer is given here, and see to it that a later break is noted, too.

        Mode ``verify`` asks a live server as well: there nothing is skipped.
        """
        if plan.record == "verify":
            return playback
        if is_transient(playback.response.status):
            self.failed(plan)
        if playback.failure is None:
            return playback
        return replace(playback, breaking=lambda: self.failed(plan))

    def failed(self, plan: Plan) -> None:
        """Note that this thread or task has reason to wait, in the test of a plan."""
        with self._lock:
            if self._patching:
                self._due[_sleeper()] = plan
                self._patches.make()

    def forget(self, plan: Plan) -> None:
        """Note that a tape is closed: nobody waits on its account any more."""
        with self._lock:
            for each in [each for each, due in self._due.items() if due is plan]:
                del self._due[each]

    def _skips(self, seconds: Any, frame: FrameType | None) -> bool:
        """Tell whether a sleep is the one to skip; it is the only one then."""
        if not self._due or not _takes_time(seconds):
            return False
        with self._lock:
            sleeper = _sleeper()
            plan = self._due.get(sleeper)
            if plan is None or _is_meant(frame, plan.file):
                return False
            del self._due[sleeper]
        return True


def _sleeper() -> object:
    """Give the task this code runs in, else its thread.

    The objects themselves: numbers are given to another task as soon as one has ended.
    """
    task = running_task()
    return threading.current_thread() if task is None else task


def _takes_time(seconds: Any) -> bool:
    """Tell whether a sleep has an end and is more than a turn given to others."""
    try:
        return bool(0 < seconds < inf)
    except TypeError:
        return False


def _is_meant(frame: FrameType | None, file: Path | None) -> bool:
    """Tell whether a sleep stands in the test itself, or is this project's own."""
    by = caller(frame, PASSED_THROUGH)
    if by is None:
        return False
    module = str(by.f_globals.get("__name__", ""))
    if module == "__main__" or _package(module) == OWN:
        return True
    written = by.f_code.co_filename
    if os.path.basename(written) == CONFTEST:  # noqa: PTH119 - may be no path: "<string>"
        return True
    return file is not None and os.path.realpath(written) == os.path.realpath(file)


def caller(frame: FrameType | None, past: frozenset[str]) -> FrameType | None:
    """Give the first frame, from this one outwards, whose module or package is not in ``past``."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module not in past and _package(module) not in past:
            return frame
        frame = frame.f_back
    return None


def _package(module: str) -> str:
    return module.partition(".")[0]


class _Patches:
    """The stand-ins for ``sleep``, one for each original; without a skip they do what it does."""

    def __init__(self, skips: Callable[[Any, FrameType | None], bool]) -> None:
        self._skips = skips
        self._stand_ins: dict[int, Sleep] = {}
        self._originals: dict[int, Sleep] = {}
        self._made = False

    def make(self) -> None:
        """Put the stand-ins in place, also in what was imported since the last time."""
        for library in (SYNC, *ASYNC):
            original = _genuine(library)
            if original is not None and id(original) not in self._stand_ins:
                stand_in = self._sync(original) if library == SYNC else self._async(original)
                self._stand_ins[id(original)] = stand_in
                self._originals[id(stand_in)] = original
        self._made = True
        _exchange(self._stand_ins)

    def undo(self) -> None:
        """Put the originals back, also where a stand-in was imported meanwhile."""
        if self._made:
            self._made = False
            _exchange(self._originals)

    def _sync(self, original: Sleep) -> Sleep:
        @functools.wraps(original)
        def sleep(*args: Any, **named: Any) -> Any:
            if self._skips(_seconds(args, named), inspect.currentframe()):
                args, named = _at_once(args, named)
            return original(*args, **named)

        return sleep

    def _async(self, original: Sleep) -> Sleep:
        @functools.wraps(original)
        async def sleep(*args: Any, **named: Any) -> Any:
            if self._skips(_seconds(args, named), inspect.currentframe()):
                args, named = _at_once(args, named)
            return await original(*args, **named)

        return sleep


def _genuine(library: str) -> Sleep | None:
    """Give a library's ``sleep`` if it is imported, and really that library's own."""
    found = getattr(sys.modules.get(library), "sleep", None)
    if isinstance(found, BuiltinFunctionType):
        return found if found.__module__ == library else None
    if isinstance(found, FunctionType):  # __module__ is no witness: wrappers copy it
        return found if _package(str(found.__globals__.get("__name__"))) == library else None
    return None


def _exchange(others: dict[int, Sleep]) -> None:
    """Replace what modules have under the name ``sleep``, by the identity of what is there."""
    for namespace in _namespaces():
        found = namespace.get("sleep")
        if found is not None and id(found) in others:
            namespace["sleep"] = others[id(found)]


def _namespaces() -> Iterator[dict[str, Any]]:
    """Give the namespaces of all modules but our own; looking wakes no lazy module."""
    modules: dict[str, object] = dict(sys.modules)  # there is more than modules in it
    for name, module in modules.items():
        if issubclass(type(module), ModuleType) and _package(name) != OWN:
            yield object.__getattribute__(module, "__dict__")


def _seconds(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    return args[0] if args else next((named[name] for name in SECONDS if name in named), None)


def _at_once(
    args: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Make the arguments of a sleep those of a mere turn given to others."""
    if args:
        return (0, *args[1:]), named
    return args, {name: 0 if name in SECONDS else value for name, value in named.items()}
