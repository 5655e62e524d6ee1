"""Accepting that a test fails under a variant, for the time being."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_argot.cli.screen import write
from pytest_argot.cli.selection import plain, settings_for
from pytest_argot.cli.test_names import alternatives
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
    ``Misuse`` for a test or a test file that is not there, and for a test without one variant.
    Whether there is such a variant is not asked: the plan of a test is known to pytest alone.
    """
    files: dict[Path, list[str]] = {}
    for nodeid in nodeids:
        _refuse_whole(nodeid)
        name, _, inside = nodeid.partition("::")
        path = plain(name)
        if not path.is_file():
            fix = "copy the node id from pytest's report"
            raise Misuse(f"there is no test file {name!r}", where=nodeid, fix=fix)
        _refuse_unknown(path, nodeid, inside)
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


def _refuse_unknown(path: Path, nodeid: str, inside: str) -> None:
    """Refuse a test that the source of its file surely does not have."""
    names = re.split(r"[\[(]", inside, maxsplit=1)[0].split("::")
    known = alternatives(path, names)
    if known is None:
        return
    what = f"there is no test {'::'.join(names)!r} in {nearby(path)}"
    fix = (
        f"did you mean {' or '.join(known)}?" if known else "copy the node id from pytest's report"
    )
    raise Misuse(what, where=nodeid, fix=fix)


def _from_root(path: Path, settings: Settings) -> str:
    try:
        return path.relative_to(settings.root).as_posix()
    except ValueError:
        return path.as_posix()
