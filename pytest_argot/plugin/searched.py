"""What a search has tried, and the failures it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from pytest_argot.plugin.own_code import cut_to_own, first_frame, own_line

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from pytest_argot.fuzz.variant import Variant
    from pytest_argot.plugin.run import Run
    from pytest_argot.report.fuzz_summary import FoundNotes


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """What a test raised under some changes, and the project's own line it came from."""

    error: BaseException
    at: str
    chosen: tuple[Variant, ...] = ()

    @classmethod
    def of(cls, run: Run, error: BaseException, chosen: Sequence[Variant] = ()) -> Failure:
        """Note an error."""
        return cls(error, own_line(run, error), tuple(chosen))

    @property
    def kind(self) -> Hashable:
        """What two failures have in common that are one to the user."""
        return type(self.error), self.at

    def told(self) -> FoundNotes:
        """Give what the summary needs."""
        name = type(self.error).__name__
        return {"at": self.at, "error": name, "changed": [each.id for each in self.chosen]}


@dataclass
class Searched:
    """A search: how many combinations were ``tried``, how many ``left`` for lack of time.

    ``begun``: the recorded answers passed, so that something was changed. ``failures``: those it
    ended with. ``shrunk``: Hypothesis came to its end.
    """

    tried: int = 0
    left: int = 0
    begun: bool = False
    shrunk: bool = False
    failures: list[Failure] = field(default_factory=list[Failure])
    alone: dict[Hashable, Failure] = field(default_factory=dict["Hashable", Failure])
    _last: dict[int, Failure] = field(default_factory=dict[int, Failure])
    _fewest: dict[Hashable, Failure] = field(default_factory=dict["Hashable", Failure])

    def note(self, failure: Failure) -> None:
        """Keep a failure of several changes; of those that are one to the user the smallest."""
        known = self._fewest.get(failure.kind)
        if known is None or len(failure.chosen) <= len(known.chosen):
            self._fewest[failure.kind] = failure
        if len(self._last) >= _KEPT:
            self._last.pop(next(iter(self._last)))
        self._last[id(failure.error)] = failure

    @property
    def smallest(self) -> list[Failure]:
        """The failures seen so far, each with the fewest changes it was seen under."""
        return [*self.alone.values(), *self._fewest.values()]

    def taken_apart(self, run: Run, error: BaseException) -> list[Failure]:
        """Give the failures Hypothesis ended with: what an example raised, or a group of these."""
        members: Iterable[BaseException] = getattr(error, "exceptions", ())
        if id(error) not in self._last and any(id(each) in self._last for each in members):
            return [self._last.get(id(each)) or Failure.of(run, each) for each in members]
        return [self._last.get(id(error)) or Failure.of(run, error)]

    def fail(self, run: Run, failures: Sequence[Failure]) -> NoReturn:
        """Raise the failures, with what was changed as their notes."""
        self.failures = [*failures]
        errors = [_noted(run, each) for each in failures]
        run.said = str(errors[0]) if _is_message(errors) else ""
        if len(errors) == 1:
            raise errors[0]
        group = BaseExceptionGroup(f"{len(errors)} distinct failures", errors)
        raise group.with_traceback(first_frame(errors))


_KEPT = 100
"""Failures that are remembered: Hypothesis ends with some of the last."""


def _noted(run: Run, failure: Failure) -> BaseException:
    error = cut_to_own(run, failure.error)
    for each in failure.chosen:
        if (told := f"changed: {each.changed}") not in getattr(error, "__notes__", ()):
            error.add_note(told)
    return error


def _is_message(errors: Sequence[BaseException]) -> bool:
    """Tell whether there is one failure, worded here."""
    return len(errors) == 1 and getattr(errors[0], "pytrace", True) is False
