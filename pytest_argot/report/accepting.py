"""The command that accepts drift."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def accepting(files: Iterable[str], kept: str = "") -> str:
    """Give the command for cassettes that drift, ``""`` without any.

    ``kept`` names the file a refused recording is in: accepted, it is promoted as well.
    """
    names = shlex.join(files)
    if not names:
        return ""
    command = f"argot accept {names} --all --reason '...'"
    return f"{command} && argot keep {shlex.quote(kept)}" if kept else command
