"""Variants of unittest methods: methods of their own, because there are no parameters."""

from __future__ import annotations

import functools
import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import SkipTest, TestCase

import pytest

from pytest_argot.plugin.import_mistakes import take_mistake
from pytest_argot.plugin.search import search
from pytest_argot.plugin.session import SESSION
from pytest_argot.plugin.variant_ids import RECORDED, SEARCH
from pytest_argot.plugin.variant_verdict import DIVERGED, SET_UP, tolerates
from pytest_argot.plugin.variants import VARIED, Varied, ids_of, is_fuzzed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from pytest_argot.plugin.session import Session

INJECTED = "argot_variant"
"""Marks a method made for a variant: a subclass inherits it, and gets variants of its own."""

LOOP = "argot_loop"
"""Where an async test case that is searched keeps its loop."""


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Put the variants of a method behind it; the method itself plays the recorded answers.

    Only the parts of a name that pytest did not give to parameters may hold brackets, so a
    variant stands in parentheses: ``test_x(usage=absent)``.
    """
    report = yield
    if report.failed:
        take_mistake(collector, report)
    if (
        report.passed
        and isinstance(collector, pytest.Class)
        and issubclass(collector.obj, TestCase)
    ):
        own = [item for item in report.result if not hasattr(getattr(item, "obj", None), INJECTED)]
        report.result = [each for item in own for each in _with_variants(item)]
    return report


def _with_variants(item: Any) -> Iterator[Any]:
    yield item
    if not isinstance(item, pytest.Function) or not is_fuzzed(item):
        return
    for variant in ids_of(item, item.config.stash[SESSION], data=False):
        if variant != RECORDED:
            yield _injected(item, variant)


def _injected(item: pytest.Function, variant: str) -> pytest.Function:
    """Give the class one more method, and the item that runs it."""
    name = f"{item.name}({variant})"
    parent: Any = item.parent
    made = _searching if variant == SEARCH else _method
    method = made(getattr(parent.obj, item.name), item.config.stash[SESSION])
    setattr(method, INJECTED, True)
    setattr(parent.obj, name, method)
    kind: Any = type(item)
    new: pytest.Function = kind.from_parent(parent, name=name)
    new.stash[VARIED] = Varied(variant, item.name)
    return new


def _method(original: Callable[..., Any], session: Session) -> Callable[..., Any]:
    @functools.wraps(original)
    def method(self: TestCase) -> None:
        with _judging(session):
            original(self)

    @functools.wraps(original)
    async def coroutine(self: TestCase) -> None:
        with _judging(session):
            await original(self)

    return coroutine if inspect.iscoroutinefunction(original) else method


def _searching(original: Callable[..., Any], session: Session) -> Callable[..., Any]:
    """Make a method that searches; set up is done once for all examples."""

    @functools.wraps(original)
    def method(self: Any) -> None:
        def call() -> None:
            result = original(self)
            if inspect.iscoroutine(result):
                getattr(self, LOOP).run_until_complete(result)

        if session.running is not None:
            with _failing_at_once(self):
                search(session.running, call)
        call()

    return method


@contextmanager
def _failing_at_once(case: Any) -> Generator[None]:
    """Let a sub-test fail its example: unittest would keep the failure to itself."""

    @contextmanager
    def sub_test(*_: object, **__: object) -> Generator[None]:
        yield

    case.subTest = sub_test
    try:
        yield
    finally:
        del case.subTest


def note_loop(case: Any) -> None:
    """Keep the loop of an async test case: its examples are run on it, one after the other."""
    waiting = getattr(case, "asyncSetUp", None)
    if waiting is None:
        return

    async def async_set_up() -> None:
        import asyncio

        setattr(case, LOOP, asyncio.get_running_loop())
        await waiting()

    case.asyncSetUp = async_set_up


def watch_set_up(case: TestCase, session: Session) -> None:
    """Let the set-up of a test raise what it may under a variant, too; the test is skipped then."""
    original = case.setUp

    def set_up() -> None:
        with _judging(session, SET_UP):
            original()

    case.setUp = set_up  # type: ignore[method-assign]
    waiting = getattr(case, "asyncSetUp", None)  # to name its class would import asyncio
    if waiting is not None:

        async def async_set_up() -> None:
            with _judging(session, SET_UP):
                await waiting()

        case.asyncSetUp = async_set_up  # type: ignore[attr-defined]


@contextmanager
def _judging(session: Session, skipped: str = "") -> Generator[None]:
    """Let pass what the fuzz allows: unittest keeps errors to itself, nobody sees them later.

    ``skipped``: why there is nothing more to run then.
    """
    run = session.running
    try:
        yield
    except BaseException as error:
        if run is None:
            raise
        if run.tape is not None and run.tape.diverged:
            raise SkipTest(f"{DIVERGED}: {run.tape.diverged} was not recorded") from None
        if not tolerates(run, error):
            raise
        if skipped:
            raise SkipTest(skipped.format(type(error).__qualname__)) from None
