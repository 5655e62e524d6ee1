"""Accepting that a test fails under a variant, for the time being."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_argot.cli.screen import write
from pytest_argot.cli.selection import plain, settings_for
from pytest_argot.drift.known import accept_variants
from pytest_argot.errors import Misuse
from pytest_argot.report.wording import count, nearby

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from pytest_argot.settings import Settings

_NO_VARIANT: Final = tuple(
    f"{before}{name}{after}"
    for name in ("recorded", "search")
    for before, after in ("[]", "-]", "()")
)
"""How node ids end that stand for no single variant."""


def accept_failing(
    nodeids: Sequence[str], config: str | None, reason: str, until: date | None
) -> int:
    """Write node ids, variant included, into the files of known things; give the exit code.

    Each goes into the file of the settings at or above its test file, named as from there.
    ``Misuse`` for a test file that is not there, and for a test without one variant.
    """
    files: dict[Path, list[str]] = {}
    for nodeid in nodeids:
        _refuse_whole(nodeid)
        name, _, inside = nodeid.partition("::")
        path = plain(name)
        if not path.is_file():
            fix = "copy the node id from pytest's report"
            raise Misuse(f"there is no test file {name!r}", where=nodeid, fix=fix)
        settings = settings_for(path.parent, config)
        test = f"{_from_root(path, settings)}::{inside}"
        files.setdefault(settings.accepted_file, []).append(test)
    for file, tests in files.items():
        accept_variants(file, tests, reason, until)
        write("".join(f"  {test}\n" for test in tests))
        write(f"accepted {count(len(tests), 'failing variant')} in {nearby(file)}\n")
    return 0


def _refuse_whole(nodeid: str) -> None:
    """Refuse what is no variant: the recorded answers, and a search, which tries many."""
    if nodeid.endswith(_NO_VARIANT) or not nodeid.endswith(("]", ")")):
        fix = "copy the node id of the variant that fails from pytest's report"
        raise Misuse("only a single variant can be accepted", where=nodeid, fix=fix)


def _from_root(path: Path, settings: Settings) -> str:
    try:
        return path.relative_to(settings.root).as_posix()
    except ValueError:
        return path.as_posix()
