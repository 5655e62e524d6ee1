"""A consumer with one bug, its corrected twin, and the plan that has to tell them apart."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Consumer = Callable[..., Any]
NOT_RAISED = "had to raise AppError, and did not"
NO_END = "is asked for again and again, without an end"
SOURCE = re.compile(r"[\w.-]+/[\w.-]+#\d+")


def anything(_result: object) -> bool:
    """Accept every result: surviving is the point."""
    return True


@dataclass(frozen=True)
class Pair:
    """Two functions with the same one parameter: a client, or the base URL to make one.

    ``families``: what ``Fuzz`` varies. ``symptom``: the exceptions by which the bug shows, or
    the plugin's own words, so that a failure of another kind does not pass for a find. ``expect``: the variants under which the
    application's own error must come. ``check``: what the test asserts of the result.
    """

    bug: Consumer
    twin: Consumer
    families: tuple[str, ...]
    symptom: tuple[str, ...]
    expect: tuple[str, ...] = field(default=())
    check: Callable[[Any], bool] = anything

    @property
    def name(self) -> str:
        """The name both tests and the cassette begin with."""
        return self.bug.__name__

    @property
    def fixture(self) -> str:
        """What the consumer is called with."""
        return next(iter(inspect.signature(self.bug).parameters))

    @property
    def story(self) -> str:
        """The bug in one sentence."""
        return (inspect.getdoc(self.bug) or "").split("\n\n")[0].replace("\n", " ")

    @property
    def sources(self) -> list[str]:
        """The public reports the bug is taken from."""
        return SOURCE.findall(inspect.getdoc(self.bug) or "")


@dataclass(frozen=True)
class Innocent:
    """A correct program that no variant may accuse."""

    program: Consumer
    families: tuple[str, ...]
    check: Callable[[Any], bool] = anything

    @property
    def name(self) -> str:
        """The name of its test and of its cassette."""
        return self.program.__name__

    @property
    def fixture(self) -> str:
        """What the program is called with."""
        return next(iter(inspect.signature(self.program).parameters))
