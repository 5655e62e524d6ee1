"""Finding and reading ``[tool.argot]`` in pyproject.toml, or ``argot.toml``."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.errors import Misuse
from pytest_argot.settings.checks import is_table
from pytest_argot.settings.table import Settings

if TYPE_CHECKING:
    from pathlib import Path


OWN: Final = "argot.toml"
SHARED: Final = "pyproject.toml"


def find(start: Path) -> Path | None:
    """Give the nearest settings file in ``start`` or a folder above it, ``None`` without one.

    ``Misuse`` when one folder holds both an ``argot.toml`` and a pyproject.toml with
    ``[tool.argot]``, or when a file on the way is not TOML.
    """
    return next((file for each in (start, *start.parents) if (file := here(each))), None)


def here(folder: Path) -> Path | None:
    """Give the settings file of one folder, ``None`` without one; ``Misuse`` as ``find``."""
    own = folder / OWN
    shared = folder / SHARED
    has_own = own.is_file()
    has_shared = shared.is_file() and _table(shared) is not None
    if has_own and has_shared:
        raise Misuse(
            "two places for settings in one folder",
            where=f"{own} and [tool.argot] in {shared}",
            fix="keep one of them",
        )
    if has_own:
        return own
    return shared if has_shared else None


def load(file: Path | None, root: Path) -> Settings:
    """Read the settings file; ``None`` gives the defaults at ``root``.

    ``Misuse`` names the file, the key and what is allowed.
    """
    if file is None:
        return Settings(root=root)
    table = _table(file)
    if table is None:
        raise Misuse("there is no [tool.argot] in it", where=str(file), fix="add that table")
    return Settings(root=file.parent, file=file).updated(table, f"{file} [tool.argot]")


def _table(file: Path) -> dict[str, Any] | None:
    """Give the table of settings in a file, ``None`` where pyproject.toml has none."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        what = f"not readable as TOML: {error}"
        raise Misuse(what, where=str(file), fix="mend that line") from error
    except OSError as error:
        what = f"cannot read the settings: {error.strerror}"
        fix = f"name a {SHARED} or {OWN}, or leave the option out: the nearest one is found"
        raise Misuse(what, where=str(file), fix=fix) from error
    tool = data.get("tool")
    table: Any = tool.get("argot") if is_table(tool) else None
    if table is None:
        return None if file.name == SHARED else data
    if not is_table(table):
        raise Misuse("[tool.argot] is not a table", where=str(file))
    beside = [key for key in data if key != "tool"]
    if beside and file.name == OWN:
        fix = "move it into the table, or take the line [tool.argot] out"
        raise Misuse(f"the setting {beside[0]!r} is outside [tool.argot]", where=str(file), fix=fix)
    return dict(table)
