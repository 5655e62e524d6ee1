"""What pytest prints of decorated tests, masked: failures with their locals, output, warnings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_argot.plugin.run import RUN, Run

if TYPE_CHECKING:
    import warnings
    from collections.abc import Callable, Generator

    from pytest_argot.wire.masking import Masker

NAME = "argot-screen"


class Screen:
    """Masks reports where they are made: under xdist in the worker, which knows the requests."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run: Run | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Mask the report of a decorated test, after everyone has put something into it."""
        report = yield
        self._run = item.stash.get(RUN, None)
        self.pytest_runtest_logreport(report)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Mask it again before it is shown: a subtest's output joins its report late."""
        masker = self._masker(report.nodeid)
        if masker is not None:
            change = partial(_shown, masker)
            _mask_output(report, change)
            self._mask_failure(report, change)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, nodeid: str
    ) -> None:
        """Mask a warning of the test that has just run."""
        masker = self._masker(nodeid)
        if masker is not None:
            text = str(warning_message.message)
            masked = _shown(masker, text)
            if masked != text:
                warning_message.message = masked

    def _masker(self, nodeid: str) -> Masker | None:
        """Give the masker that knows the credentials of all requests of a decorated test."""
        run = self._run
        if run is None or run.item.nodeid != nodeid:
            return None
        if run.tape is None:
            return run.session.archive.masker(run.plan.mask)
        return run.tape.traffic.known

    def _mask_failure(self, report: pytest.TestReport, change: Callable[[str], str]) -> None:
        """Mask the traceback as plain data, the form in which it crosses process borders."""
        if report.longrepr is None:
            return
        hook, config = self._config.hook, self._config
        data = hook.pytest_report_to_serializable(config=config, report=report)
        masked = _masked(data["longrepr"], change)
        if masked != data["longrepr"]:
            data = {**data, "longrepr": masked}
            again = hook.pytest_report_from_serializable(config=config, data=data)
            report.longrepr = again.longrepr


def _shown(masker: Masker, text: str) -> str:
    """Mask a text; half a character, which a variant may hold, cannot cross process borders."""
    return masker.printed(text).encode("utf-8", "backslashreplace").decode()


def _mask_output(report: pytest.TestReport, change: Callable[[str], str]) -> None:
    """Mask what was captured, and the properties that go into JUnit XML."""
    report.sections = [(title, change(text)) for title, text in report.sections]
    report.user_properties = [
        (name, change(value) if isinstance(value, str) else value)
        for name, value in report.user_properties
    ]


def _masked(value: object, change: Callable[[str], str]) -> Any:
    """Mask every text in lists and dicts, but no file names; lines are masked together."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return {
            key: each if key == "path" else _masked(each, change) for key, each in members.items()
        }
    if isinstance(value, list):
        items = cast("list[object]", value)
        lines = [each for each in items if isinstance(each, str)]
        if lines and len(lines) == len(items):
            return _masked_lines(lines, change)
        return [_masked(each, change) for each in items]
    if isinstance(value, tuple):
        return tuple(_masked(each, change) for each in cast("tuple[object, ...]", value))
    return value


def _masked_lines(lines: list[str], change: Callable[[str], str]) -> list[str]:
    """Mask lines together; those of a traceback pytest did not format bring their ends along."""
    if all(each.endswith("\n") for each in lines[:-1]) and len(lines) > 1:
        return change("".join(lines)).splitlines(keepends=True)
    return change("\n".join(lines)).split("\n")
