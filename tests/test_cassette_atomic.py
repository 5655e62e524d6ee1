"""A file is the old one or the new one, whenever its writer is killed."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.cassette import atomic
from pytest_argot.cassette.emitter import dump
from tests.cassette_material import made

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_every_line(tmp_path: Path) -> None:
    """Killed before any line of the writing code, a process leaves the old file or the new."""
    path = tmp_path / "c.yaml"
    old, new = dump([made("old")], "").encode(), dump([made("new")], "").encode()
    seen: list[bytes] = []
    for step in range(200):
        path.write_bytes(old)
        if _finishes(path, new, step):
            break
        seen.append(path.read_bytes())
        assert seen[-1] in {old, new}
        assert len(list(tmp_path.iterdir())) <= 2
    assert set(seen) == {old, new}
    assert path.read_bytes() == new


def _finishes(path: Path, data: bytes, step: int) -> bool:
    """Replace the file in a child that kills itself before the ``step``-th line of the module."""
    child = os.fork()
    if not child:
        left = step

        def trace(frame: Any, event: str, _arg: object) -> Any:
            nonlocal left
            if frame.f_code.co_filename != atomic.__file__:
                return None
            if event == "line":
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        atomic.replace_file(path, [data])
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return status == 0
