"""Reports of our failures: each message told once, and in one line where one line is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import TestCase

import pytest

if TYPE_CHECKING:
    from pytest_argot.plugin.run import Run


def shorten(item: pytest.Item, run: Run, report: pytest.TestReport) -> None:
    """Leave out of a failed report what says the same again."""
    miss = run.tape.miss if run.tape is not None else None
    if miss is not None and run.said.startswith(str(miss)):
        if report.when == "call" and isinstance(getattr(item, "instance", None), TestCase):
            report.longrepr = _alone(item, run.said)
        report.sections = _without(report.sections, f"{miss}\n")
    _summarise(report, run.said)


def _alone(item: pytest.Item, text: str) -> Any:
    """Give the message as a failure; of a unittest pytest reports what the client raised."""
    try:
        pytest.fail(text, pytrace=False)
    except pytest.fail.Exception:
        return item.repr_failure(pytest.ExceptionInfo[BaseException].from_current())


def _without(sections: list[tuple[str, str]], text: str) -> list[tuple[str, str]]:
    """Take the message out of the captured output: it was printed when nobody knew the end."""
    cut = [(title, content.replace(text, "")) for title, content in sections]
    return [(title, content) for title, content in cut if content.strip()]


def _summarise(report: pytest.TestReport, said: str) -> None:
    """Give the short summary the first line: in CI pytest prints the whole message there."""
    crash: Any = getattr(report.longrepr, "reprcrash", None)
    first = said.partition("\n")[0]
    if crash is not None and first in crash.message:
        crash.message = crash.message.partition("\n")[0]
