"""Which open tape a request belongs to.

Patches are made for the whole process, so who they answer to is known process-wide, too: one
switchboard, empty while no tape is open.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from pytest_argot.tape.guard import Guard
from pytest_argot.tape.line import Line, innermost
from pytest_argot.tape.sleeping import Waits

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_argot.errors import NoMatch
    from pytest_argot.tape.exchange import LiveRequest
    from pytest_argot.tape.playback import Playback
    from pytest_argot.tape.recording import Recording

_HERE: Final[ContextVar[tuple[Line, ...]]] = ContextVar("argot_lines")


class Switchboard:
    """The open tapes of the process; safe to use from threads."""

    def __init__(self) -> None:
        self._open: list[Line] = []
        self._leaving: list[Line] = []
        self._patches = ExitStack()
        self.guard = Guard(self)
        self.waits = Waits()
        self._lock = threading.RLock()

    @contextmanager
    def listening(self, line: Line) -> Generator[None]:
        """Let a tape answer; the first one has every client patched, the last one unpatched."""
        try:
            self._begin(line)
            yield
        finally:
            self._end(line)

    def _begin(self, line: Line) -> None:
        here = _HERE.get(())
        with self._lock:
            line.opened(tuple(each for each in here if each in self._open))
            self._leaving = [each for each in self._leaving if each is not line]
            if not self._open:
                self._patch()
            self._open.append(line)
        _HERE.set((*here, line))
        if line.traffic.guards:
            self.guard.watch()

    def _end(self, line: Line) -> None:
        with self._lock:
            if line in self._open:
                self._open.remove(line)
                line.closed()
                self._leaving.append(line)
                self.waits.forget(line.traffic.plan)
        _HERE.set(tuple(each for each in _HERE.get(()) if each is not line))
        self.tidy()

    @property
    def busy(self) -> bool:
        """Whether any tape is open, or a thread of a closed one still runs."""
        return bool(self._open or self._leaving)

    def tidy(self) -> None:
        """Take the patches away once no tape is open and no thread is left at work."""
        with self._lock:
            self._leaving = [each for each in self._leaving if each.tidy()]
            if not self.busy:
                self._patches.close()

    def abandon(self) -> None:
        """Let the threads go that closed tapes have left: nothing more is theirs to disturb."""
        with self._lock:
            self._leaving = []
            self.tidy()

    def _patch(self) -> None:
        from pytest_argot.tape.patches import every_client

        self._patches.close()
        self._patches.enter_context(every_client(self))

    # What the clients' patches and the guard ask.

    def call(self, request: LiveRequest) -> Playback | Recording | None:
        """Give the answer, or what records it; ``None`` for a request that is nobody's business.

        ``NoMatch`` when there is no answer and none may be fetched.
        """
        lines, own = self.candidates()
        if all(line.traffic.ignores(request.url) for line in lines):
            return None
        asked = f"{request.method} {request.url.partition('?')[0]}"
        line = self._only(lines, asked, own=own)
        self.waits.asked()
        answer = line.traffic.answer(request, own=own)
        if answer is None:
            return line.traffic.record(request)
        return self.waits.watched(answer, line.traffic.plan)

    def is_concerned(self, url: str) -> bool:
        """Whether a request to this URL may be some tape's; without it nothing need be read."""
        if not self._open:
            self.tidy()
        with self._lock:
            lines = [*self._open, *self._leaving]
        return any(not line.traffic.ignores(url) for line in lines)

    def candidates(self) -> tuple[list[Line], bool]:
        """Give the lines a request made here may be of, and whether it is one's for sure.

        That is the line of the context; else those under which the work of this thread began;
        else, not for sure, those open now. A closed line is among them where its work goes on.
        """
        with self._lock:
            open_, leaving = list(self._open), list(self._leaving)
        here = _HERE.get(())
        for line in reversed(here):
            if line in open_:
                return [line], True
        if here:
            return [here[-1]], True
        begun = [line for line in open_ if line.brings()]
        begun += [line for line in leaving if line.leaves()]
        return (innermost(begun), True) if begun else (innermost(open_), False)

    def started(self, thread: threading.Thread) -> None:
        """Note that a timer is about to start: an older thread's is no tape's."""
        with self._lock:
            open_ = list(self._open)
        here = _HERE.get(())
        for line in open_:
            if line not in here and not line.brings():
                line.leave_out(thread)

    def is_open(self, line: Line) -> bool:
        """Whether a line answers."""
        return line in self._open

    def _only(self, lines: list[Line], asked: str, *, own: bool) -> Line:
        """Give the one line there is; ``NoMatch`` for several, and for one that is closed."""
        if len(lines) > 1:
            raise self._ambiguous(lines, asked, own=own)
        if not self.is_open(lines[0]):
            raise lines[0].traffic.refuse(outlived(lines[0], asked), own=False)
        return lines[0]

    def _ambiguous(self, lines: list[Line], asked: str, *, own: bool) -> NoMatch:
        error = lines[0].traffic.refuse(ambiguous(lines, asked), own=own)
        for line in lines[1:]:
            line.traffic.remember(error, own=own)
        return error


def outlived(line: Line, asked: str) -> str:
    """Say that a test is over and something it began is not."""
    plan = line.traffic.plan
    thread = threading.current_thread()
    is_main = thread is threading.main_thread()
    what = "a task of it" if is_main else f"its thread {thread.name!r}"
    return (
        f"{plan.test or plan.name} has ended, and {what} goes on: {asked}\n"
        f"  cassette: {plan.name}, closed\n"
        "  fix:   end it with the test, or wait for it (join, await)"
    )


def ambiguous(lines: list[Line], asked: str) -> str:
    """Say that a request could be of several tests."""
    names = " and ".join(line.traffic.plan.test or line.traffic.plan.name for line in lines)
    return (
        f"{asked} could be of {names}: each has a cassette open, "
        "and nothing tells whose thread or task asks\n"
        "  fix:   open the cassette where the request is made, or hand the context on "
        "(contextvars.copy_context().run)"
    )


SWITCHBOARD: Final = Switchboard()
