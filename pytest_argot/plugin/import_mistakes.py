"""What is wrong with a decorator and known at once: while its module is imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_argot.errors import Misuse
from pytest_argot.plugin.session import SESSION

if TYPE_CHECKING:
    import pytest


def take_mistake(collector: pytest.Collector, report: pytest.CollectReport) -> None:
    """Make a ``Misuse`` that a module raised a usage error, as all others of decorators are.

    ``Fuzz(families={"vald"})`` knows before any test is collected; the session is told, and ends
    when all is collected.
    """
    call: Any = getattr(report, "call", None)
    raised: pytest.ExceptionInfo[BaseException] | None = getattr(call, "excinfo", None)
    if raised is None or not isinstance(error := raised.value, Misuse):
        return
    where = error.where or _place(collector, raised)
    refused = Misuse(error.what, where=where, fix=error.fix)
    collector.config.stash[SESSION].fuzzing.refused.append(refused)
    report.outcome, report.longrepr, report.result = "passed", None, []
    call.excinfo = None


def _place(collector: pytest.Collector, raised: pytest.ExceptionInfo[BaseException]) -> str:
    """Give ``file:line`` of the project's own code, the innermost."""
    root = collector.config.rootpath
    for entry in reversed(raised.traceback):
        path = Path(entry.path)
        if path == collector.path or path.name == "conftest.py":
            shown = path.relative_to(root) if root in path.parents else path
            return f"{shown.as_posix()}:{entry.lineno + 1}"
    return collector.nodeid
