"""Environment variables that stand in for keys while nothing goes live."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping


@contextmanager
def stand_ins(values: Mapping[str, str]) -> Generator[None]:
    """Set the variables that are unset, and take back what was set."""
    added = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, value in added.items():
            if os.environ.get(name) == value:
                del os.environ[name]
