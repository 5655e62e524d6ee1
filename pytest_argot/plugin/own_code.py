"""Where the project under test raised an error: its own lines, not those of libraries."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pytest

    from pytest_argot.plugin.run import Run

PACKAGE = Path(__file__).resolve().parent.parent


def own_line(run: Run, error: BaseException) -> str:
    """Give ``file:line`` of the innermost code of the project under test."""
    root = run.item.config.rootpath
    line = ""
    for trace in _traces(error):
        if (path := _own_file(trace, root)) is not None:
            line = f"{path.relative_to(root).as_posix()}:{trace.tb_lineno}"
    return line or place(run.item)


def cut_to_own(run: Run, error: BaseException) -> BaseException:
    """Let the traceback of an error begin in the project's code: what called that is not its."""
    root = run.item.config.rootpath
    own = (trace for trace in _traces(error) if _own_file(trace, root) is not None)
    return error.with_traceback(next(own, error.__traceback__))


def first_frame(errors: Iterable[BaseException]) -> TracebackType | None:
    """Give where errors came from that have been cut: the test itself, for a group of them."""
    found = next((each.__traceback__ for each in errors if each.__traceback__), None)
    if found is None:
        return None
    return TracebackType(None, found.tb_frame, found.tb_lasti, found.tb_lineno)


def place(item: pytest.Item) -> str:
    """Give ``file:line`` of a test."""
    file, line, _ = item.location
    return f"{file}:{(line or 0) + 1}"


def _traces(error: BaseException) -> Iterator[TracebackType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _own_file(trace: TracebackType, root: Path) -> Path | None:
    path = Path(trace.tb_frame.f_code.co_filename)
    foreign = PACKAGE in path.parents or "site-packages" in path.parts
    return path if root in path.parents and not foreign else None
