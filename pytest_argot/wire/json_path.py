"""Where a value lies in a JSON document, and how that is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[str | int, ...]


def format_path(path: Path) -> str:
    """Write ``path`` for people: ``choices[0].finish_reason``, ``""`` for the whole document.

    A key that is not a plain name is quoted as a JSON string, ``["a b"]``, so that two paths are
    never written alike; one that cannot be printed is escaped.
    """
    return _join(_key(step) if isinstance(step, str) else f"[{step}]" for step in path)


def normalise(path: Path) -> str:
    """Write ``path`` with every index as ``[*]``: ``choices[*].finish_reason``."""
    return _join(_key(step) if isinstance(step, str) else "[*]" for step in path)


def _join(steps: Iterable[str]) -> str:
    return "".join(steps).removeprefix(".")


def _key(name: str) -> str:
    if name.replace("-", "_").isidentifier():
        return f".{name}"
    return f"[{json.dumps(name, ensure_ascii=not name.isprintable())}]"
