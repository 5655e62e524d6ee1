"""The terminal section: gathered from the reports, on the controller under xdist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from pytest_argot.report.summary import TestNotes


class Summary:
    """Collects what the tests tell, and prints it at the end."""

    def __init__(self) -> None:
        self._notes: list[TestNotes] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a report carries; it crosses from xdist workers as plain data."""
        notes: Any = getattr(report, "argot", None)
        if notes:
            self._notes.append(notes)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the section; nothing when there is nothing to say."""
        if not self._notes:
            return
        from pytest_argot.report.summary import summary_lines

        lines = summary_lines(self._notes)
        if lines:
            terminalreporter.section("argot", sep="-")
        for text, style in lines:
            terminalreporter.line(text, **({style: True} if style else {}))
