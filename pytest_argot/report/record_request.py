"""The command that records a request without a test."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def record_request(cassette: Path, folder: Path) -> str:
    """Give the command for a cassette below the settings' folder, ``""`` for one elsewhere."""
    try:
        name = cassette.relative_to(folder).with_suffix("").as_posix()
    except ValueError:
        return ""
    return f"argot record {shlex.quote(name)} REQUEST.json --url URL"
