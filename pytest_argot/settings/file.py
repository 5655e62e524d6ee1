"""Finding and reading ``[tool.argot]`` in pyproject.toml, or ``argot.toml``."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from pytest_argot.errors import Misuse
from pytest_argot.settings.checks import is_table
from pytest_argot.settings.table import Settings

if TYPE_CHECKING:
    from pathlib import Path


def find(start: Path) -> Path | None:
    """Give the nearest settings file in ``start`` or a folder above it, ``None`` without one.

    ``Misuse`` when one folder holds both an ``argot.toml`` and a pyproject.toml with
    ``[tool.argot]``, or when a file on the way is not TOML.
    """
    for folder in (start, *start.parents):
        own = folder / "argot.toml"
        shared = folder / "pyproject.toml"
        has_own = own.is_file()
        has_shared = shared.is_file() and _table(shared) is not None
        if has_own and has_shared:
            raise Misuse(
                "two places for settings in one folder",
                where=f"{own} and [tool.argot] in {shared}",
                fix="keep one of them",
            )
        if has_own or has_shared:
            return own if has_own else shared
    return None


def load(file: Path | None, root: Path) -> Settings:
    """Read the settings file; ``None`` gives the defaults at ``root``.

    ``Misuse`` names the file, the key and what is allowed.
    """
    if file is None:
        return Settings(root=root)
    table = _table(file)
    return Settings(root=file.parent, file=file).updated(
        {} if table is None else table, f"{file} [tool.argot]"
    )


def _table(file: Path) -> dict[str, Any] | None:
    """Give the table of settings in a file, ``None`` where pyproject.toml has none."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misuse(f"not readable as TOML: {error}", where=str(file)) from error
    except OSError as error:
        raise Misuse(f"cannot read the settings: {error.strerror}", where=str(file)) from error
    tool = data.get("tool")
    table: Any = tool.get("argot") if is_table(tool) else None
    if table is None:
        return None if file.name == "pyproject.toml" else data
    if not is_table(table):
        raise Misuse("[tool.argot] is not a table", where=str(file))
    return dict(table)
