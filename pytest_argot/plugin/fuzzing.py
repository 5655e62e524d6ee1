"""What a session knows of variants: whether they run, which there are, how long they took."""

from __future__ import annotations

import base64
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from pytest_argot.errors import CassetteMissing, Misuse
from pytest_argot.fuzz.expecting import describes

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Hashable, Iterable, Mapping, Sequence

    import pytest

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.routes import Routes
    from pytest_argot.fuzz.fuzz import Fuzz
    from pytest_argot.fuzz.variant import Variant
    from pytest_argot.tape.archive import Archive
    from pytest_argot.tape.plan import Plan

SWITCH: Final = ("off", "on", "full")
_FORMS: Final = "use an id or a path and value, like"
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|)\Z")
_SECONDS: Final = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def add_fuzz_flags(group: pytest.OptionGroup) -> None:
    """Declare the flags of fuzzing; they belong to a run, never to the settings."""
    group.addoption(
        "--argot-fuzz",
        dest="argot_fuzz",
        default="on",
        metavar="|".join(SWITCH),
        help="off: only the recorded answers; on: up to the limit of each test; full: all variants",
    )
    group.addoption(
        "--argot-fuzz-time",
        dest="argot_fuzz_time",
        default=None,
        metavar="60s",
        help="skip the variants that are left after this time was spent on variants (ms, s, m, h)",
    )
    group.addoption(
        "--argot-fuzz-seed",
        dest="argot_fuzz_seed",
        default=None,
        metavar="N",
        help="the seed of searches, as a failed search prints it",
    )


@dataclass
class Fuzzing:
    """The variants of a session.

    ``switch``: off, on or full. ``budget``: seconds for all variants together, ``None`` without
    a bound. ``seed``: of searches, as bytes Hypothesis's blob of one failure, ``None``: each
    test's own. ``refused``: what was wrong with
    the fuzz of tests that could not be varied.
    """

    switch: str = "on"
    budget: float | None = None
    seed: int | bytes | None = None
    spent: float = 0.0
    refused: list[Misuse] = field(default_factory=list[Misuse])
    _plans: dict[Hashable, tuple[Mapping[str, Variant], Plan]] = field(
        default_factory=dict["Hashable", "tuple[Mapping[str, Variant], Plan]"]
    )

    @classmethod
    def of(cls, config: pytest.Config) -> Fuzzing:
        """Read the flags; ``Misuse`` for a value that is not allowed."""
        switch = config.getoption("argot_fuzz")
        if switch not in SWITCH:
            fix = f"use one of: {', '.join(SWITCH)}"
            raise Misuse(f"--argot-fuzz cannot be {switch!r}", fix=fix)
        budget = _seconds(config.getoption("argot_fuzz_time"))
        return cls(switch, budget, _seed(config.getoption("argot_fuzz_seed")))

    def is_on(self, plan: Plan) -> bool:
        """Tell whether a test is varied in this run: not while anything may be recorded."""
        if self.switch == "off" or plan.disabled:
            return False
        replays = plan.record == "once" and all(path.exists() for path in plan.paths)
        return plan.record == "none" or replays

    def is_full(self, plan: Plan) -> bool:
        """Tell whether a test is run under all its variants."""
        return self.switch == "full" and self.is_on(plan)

    def variants(self, plan: Plan, archive: Archive, *, data: bool) -> Mapping[str, Variant]:
        """Give a test's variants by id; planned once for tests that are varied alike.

        ``CassetteMissing`` and ``CassetteCorrupt`` as the reader says, the former for an empty
        cassette, too; ``Misuse`` for a selector or an expectation that matches nothing, and where
        there is nothing to vary.
        """
        routes = archive.routes(plan)
        alike = (plan.paths, plan.mask, id(routes), plan.fuzz, data)
        if (plan.test, alike) not in self._plans:
            everything = archive.interactions(plan)
            own = {place: everything[place] for place in own_places(everything, plan.test)}
            key = (tuple(own), alike)
            if key not in self._plans:
                self._plans[key] = self._planned(plan, own, routes, data=data), plan
            self._plans[plan.test, alike] = self._plans[key]
        return self._plans[plan.test, alike][0]

    def _planned(
        self, plan: Plan, own: Mapping[int, Interaction], routes: Routes, *, data: bool
    ) -> Mapping[str, Variant]:
        from pytest_argot.fuzz.fuzz import FAMILIES, Fuzz
        from pytest_argot.fuzz.planning import variants
        from pytest_argot.fuzz.search import changes, require_hypothesis

        fuzz = plan.fuzz
        if fuzz is None:
            return {}
        if fuzz.search:
            require_hypothesis()
        if not own:
            raise CassetteMissing(f"nothing is recorded in {plan.name}")
        places = list(own)
        planned = partial(variants, list(own.values()), routes, parsing=data)
        found = planned(fuzz, full=self.switch == "full")
        if fuzz.search and not any(each.changes for each in found):
            changes(list(own.values()), routes, fuzz, parsing=data)
        if fuzz.expect:
            anything = Fuzz(families=FAMILIES)
            every = partial(planned, anything, full=True)
            whole = found if self.switch == "full" else planned(fuzz, full=True)
            found = (*found, *_expected(fuzz, whole, every))
        return {each.id: replace(each, interaction=places[each.interaction]) for each in found}

    @contextmanager
    def timed(self, variant: Variant | None) -> Generator[None]:
        """Count the time a variant takes; the recorded answers do not count."""
        if variant is None:
            yield
            return
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.spent += time.perf_counter() - begun

    @property
    def is_over(self) -> bool:
        """Whether the time for variants is spent."""
        return self.budget is not None and self.spent >= self.budget


def own_places(interactions: Sequence[Interaction], test: str) -> list[int]:
    """Give the indices of what a test asks for: its own, or all where nothing is known of it."""
    own = [place for place, each in enumerate(interactions) if test in each.tests]
    return own or list(range(len(interactions)))


def _expected(
    fuzz: Fuzz, variants: Iterable[Variant], every: Callable[[], Iterable[Variant]]
) -> list[Variant]:
    """Give the variants that something is expected of: they run whatever the limit.

    ``every`` gives all variants there could be, of any family and field.
    """
    known = list(variants)
    for name in fuzz.expect:
        if not any(describes(name, each) for each in known):
            others = [each for each in every() if describes(name, each)]
            fix = _instead(fuzz, name, others) or f"{_FORMS} {_example(known)!r}"
            raise Misuse(f"expect names no variant: {name!r}", fix=fix)
    return [each for each in known if any(describes(name, each) for name in fuzz.expect)]


def _instead(fuzz: Fuzz, name: str, others: Sequence[Variant]) -> str:
    """Say why a variant that there could be is none of the plan's, ``""`` without such a one."""
    if not others:
        return ""
    if any(each.family in fuzz.families for each in others):
        return f"the selectors leave it out: add one that names {others[0].path}"
    families = " or ".join(dict.fromkeys(each.family for each in others))
    return f"{name} is of family {families}: add it to families"


def _example(variants: Iterable[Variant]) -> str:
    return next((each.id for each in variants), "finish_reason=length")


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    found = _DURATION.match(text.strip())
    if found is None:
        raise Misuse(f"--argot-fuzz-time cannot be {text!r}", fix="say it like 60s, 5m or 500ms")
    return float(found[1]) * _SECONDS[found[2]]


def _seed(text: str | None) -> int | bytes | None:
    if text is None:
        return None
    if text.isdecimal():
        return int(text)
    blob = text.removeprefix("b").strip("'\"").encode()
    try:
        base64.b64decode(blob, validate=True)
    except ValueError:
        fix = "use a whole number, or the blob of @reproduce_failure"
        raise Misuse(f"--argot-fuzz-seed cannot be {text!r}", fix=fix) from None
    return blob
