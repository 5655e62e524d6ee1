"""One run of a test under a combination of changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from unittest import SkipTest

import pytest

from pytest_argot.errors import SchemaDrift
from pytest_argot.plugin.alarm import is_of_alarm
from pytest_argot.plugin.fixtures import anew
from pytest_argot.plugin.run import DATA_FIXTURES
from pytest_argot.plugin.searched import Failure
from pytest_argot.plugin.variant_verdict import tolerates
from pytest_argot.plugin.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_argot.fuzz.search import Combination
    from pytest_argot.plugin.run import Run
    from pytest_argot.plugin.searched import Searched
    from pytest_argot.tape.tape import Tape

NOT_HERE = (pytest.skip.Exception, pytest.xfail.Exception, SkipTest)
"""What a test raises that does not want to be run, or to count, under some answer."""


class Left(BaseException):
    """Leaves a search at once: what was raised must not be tried again."""

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self.failure = failure


class OutOfTime(BaseException):
    """Leaves a search: the time for variants is over."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Runs a test under combinations; ``places`` are the interactions they were made of."""

    run: Run
    tape: Tape
    searched: Searched
    places: Sequence[int]
    call: Callable[[], object]

    def __call__(self, changed: Combination) -> Failure | None:
        """Give how the test failed, ``None`` where it passed or has no such data.

        ``Left`` for what ends a test whatever was changed, ``OutOfTime``.
        """
        fuzzing = self.run.session.fuzzing
        if fuzzing.is_over:
            raise OutOfTime
        self.tape.rewind(replace(changed.whole, interaction=self.places[changed.whole.interaction]))
        self.searched.tried += 1
        if not read_anew(self.run):
            return None
        dog = Watchdog(self.tape)
        raised: BaseException | None = None
        try:
            with dog, fuzzing.timed(changed.whole):
                self.call()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not dog.bit:
                raise
            raised = error
        return self._judged(raised, changed, ended=dog.bit)

    def _judged(
        self, raised: BaseException | None, changed: Combination, *, ended: bool
    ) -> Failure | None:
        """Judge an example: it may raise some errors, or lead where nobody knows."""
        run, tape = self.run, self.tape
        tape.settle()
        if raised is not None and not ended and self._ends(raised):
            raise Left(Failure.of(run, raised, changed.chosen)) from None
        if tape.diverged:
            return None
        if tape.miss is not None:
            raised = run.failure(str(tape.miss))
        elif raised is None or isinstance(raised, NOT_HERE) or tolerates(run, raised):
            return None
        return Failure.of(run, raised, changed.chosen)

    def _ends(self, raised: BaseException) -> bool:
        """Tell whether what was raised ends the test: an alarm, an exit, a cancellation."""
        if is_of_alarm(raised):
            return True
        explained = self.tape.miss is not None or self.tape.diverged
        return not (explained or _is_verdict(raised) or tolerates(self.run, raised))


def _is_verdict(error: BaseException) -> bool:
    """Tell whether an error, or every one of a group, says something about the answer."""
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    verdict = isinstance(error, (Exception, pytest.fail.Exception, *NOT_HERE))
    return all(map(_is_verdict, inner)) if inner else verdict


def read_anew(run: Run) -> bool:
    """Give the test the data of this example; tell whether there is any: it may not parse."""
    item: Any = run.item
    try:
        item.funcargs.update(
            {name: anew(run, name) for name in DATA_FIXTURES if name in item.funcargs}
        )
    except SchemaDrift:
        run.unreadable = None
        return False
    return True
