"""A tape as the switchboard knows it, with the threads that are its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

from pytest_argot.tape.work import Rest, Work, work_now, work_of_all

if TYPE_CHECKING:
    from pytest_argot.tape.traffic import Traffic


class Line:
    """Knows what was at work before its tape opened, and what it left at work.

    ``outer``: the lines that were open around it, in the same context.
    """

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic
        self.outer: tuple[Line, ...] = ()
        self._older: WeakKeyDictionary[threading.Thread, Work] = WeakKeyDictionary()
        self._left: WeakKeyDictionary[threading.Thread, Work] = WeakKeyDictionary()
        self._known: WeakSet[threading.Thread] = WeakSet()
        self._was_open = False

    def opened(self, outer: tuple[Line, ...]) -> None:
        """Note what is at work; a tape that only stood aside takes its own threads back."""
        self.outer = outer
        own = threading.current_thread()
        for thread, work in work_of_all().items():
            if thread is not own and not (self._was_open and thread in self._known):
                self._older[thread] = work
        self._was_open = True
        self._left.clear()

    def closed(self) -> None:
        """Note what this tape leaves at work."""
        now = work_of_all()
        own = threading.current_thread()
        self._known = WeakSet(now)
        for thread, work in now.items():
            if thread is not own and work is not Rest.WAITING and self._began(thread, work):
                self._left[thread] = work

    def release(self) -> None:
        """Let go of the frames: the tape does not open again."""
        self._older.clear()

    def brings(self) -> bool:
        """Whether what the running thread is at began after this tape opened."""
        return self._began(threading.current_thread(), work_now())

    def leave_out(self, thread: threading.Thread) -> None:
        """Note that a thread that is about to start is nothing of this tape's."""
        self._older[thread] = Rest.STARTING

    def _began(self, thread: threading.Thread, work: Work) -> bool:
        before = self._older.get(thread)
        if before is None or before is Rest.WAITING:
            return True
        return before is not Rest.STARTING and before is not work

    def leaves(self) -> bool:
        """Whether this tape, closed now, left the running thread at what it is at."""
        return self._is_left(threading.current_thread(), work_now())

    def _is_left(self, thread: threading.Thread, work: Work) -> bool:
        left = self._left.get(thread)
        return left is not None and (left is work or left is Rest.STARTING)

    def tidy(self) -> bool:
        """Forget the threads that have ended or moved on; tell whether any is left."""
        now = work_of_all()
        for thread in list(self._left):
            work = now.get(thread, Rest.WAITING)
            if work is Rest.WAITING or not self._is_left(thread, work):
                del self._left[thread]
        return bool(self._left)


def innermost(lines: list[Line]) -> list[Line]:
    """Leave out the lines that others of them were opened inside of."""
    outer = {id(each) for line in lines for each in line.outer}
    return [line for line in lines if id(line) not in outer]
