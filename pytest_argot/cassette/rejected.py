"""Rejected recordings: what must not enter a cassette, kept beside it."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.cassette.atomic import locked, replace_file
from pytest_argot.cassette.disk import disk_errors
from pytest_argot.cassette.emitter import dumped
from pytest_argot.cassette.reader import load_if_there
from pytest_argot.cassette.stored import prepared
from pytest_argot.errors import CassetteCorrupt
from pytest_argot.wire.secrets import Leak, scanned, without

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.wire.masking import Masker


def rejected_path(path: Path) -> Path:
    """Give where a recording that must not enter the cassette at ``path`` is kept."""
    return path.with_name(f"{path.stem}.rejected.yaml")


def reject(  # noqa: PLR0913 - the recording, its reason, and what is known of its secrets
    path: Path,
    interactions: Sequence[Interaction],
    *,
    reason: str,
    masker: Masker,
    harmless: Container[str] = (),
    clean: Sequence[Interaction] = (),
) -> Path:
    """Keep a recording beside its cassette, as ``<name>.rejected.yaml``; give that path.

    Secrets in it, but the ``harmless`` ones, are blanked. What is already in that file stays,
    except what the same tests left there and what answers the same requests. ``ArgotError`` when
    the disk refuses.
    """
    with disk_errors(path):
        ready = prepared(interactions, masker, clean)
        kept, _ = put_aside(path, ready, reason, masker, harmless)
    return kept


def withdraw(
    path: Path,
    interactions: Sequence[Interaction],
    *,
    masker: Masker,
    harmless: Container[str] = (),
) -> None:
    """Take interactions out of the rejected recordings of a cassette; an empty file goes.

    ``CassetteCorrupt`` and ``ArgotError`` as the reader and the disk say.
    """
    with disk_errors(rejected_path(path)):
        _withdraw(path, lambda each: each in interactions, masker, harmless)


def put_aside(
    path: Path,
    interactions: Sequence[Interaction],
    reason: str,
    masker: Masker,
    harmless: Container[str],
) -> tuple[Path, list[Leak]]:
    """Reject interactions that are in stored form; give the file and what is blanked in it.

    ``OSError`` as it comes.
    """
    kept = rejected_path(path)
    with locked(Path(os.path.realpath(kept))):
        try:
            present = load_if_there(kept, masker)
        except CassetteCorrupt:
            present = None  # a file of ours that nothing reads but `keep`: replaced
        old = present.interactions if present else ()
        others = list(_others(old, interactions))
        blanked = bool(others and present and present.blanked)
        leaks = _write(kept, [*others, *interactions], reason, harmless, blanked=blanked)
    return kept, leaks


def supersede(
    path: Path,
    written: Sequence[Interaction],
    present: Cassette | None,
    masker: Masker,
    harmless: Container[str],
) -> None:
    """Drop what is rejected from runs of the tests that recorded now: ``present`` is the old file.

    ``OSError`` as it comes, ``ArgotError`` as the reader says.
    """
    _withdraw(path, _superseded_by(written, present), masker, harmless)


def _write(
    kept: Path,
    interactions: Sequence[Interaction],
    reason: str,
    harmless: Container[str],
    *,
    blanked: bool,
) -> list[Leak]:
    newest = max((each.recorded_at for each in interactions), default="")
    text = partial(dumped, interactions, newest, rejected=reason)
    leaks = list(scanned(text(blanked=blanked), harmless))
    if leaks and not blanked:
        blanked = True
        leaks = list(scanned(text(blanked=True), harmless))
    replace_file(kept, (part.encode() for part in without(text(blanked=blanked), leaks)))
    return leaks


def _withdraw(
    path: Path,
    gone: Callable[[Interaction], bool],
    masker: Masker,
    harmless: Container[str],
) -> None:
    kept = rejected_path(path)
    if not kept.exists():
        return
    with locked(Path(os.path.realpath(kept))):
        present = load_if_there(kept, masker)
        if present is None or not present.ours:
            return
        left = [each for each in present.interactions if not gone(each)]
        if not left:
            kept.unlink()
        elif len(left) < len(present.interactions):
            _write(kept, left, present.rejected, harmless, blanked=present.blanked)


def _superseded_by(
    written: Sequence[Interaction], present: Cassette | None
) -> Callable[[Interaction], bool]:
    """Tell what is superseded: the recordings of tests that recorded now.

    One that several tests ask for does not say which of them recorded it. Scripts have no names:
    there the same request, recorded later, supersedes.
    """
    known = {
        (_identity(each), each.recorded_at) for each in (present.interactions if present else ())
    }
    fresh = [each for each in written if (_identity(each), each.recorded_at) not in known]
    tests = {each.tests[0] for each in fresh if len(each.tests) == 1}
    times = {_identity(each): each.recorded_at for each in fresh}

    def superseded(each: Interaction) -> bool:
        if each.tests:
            return tests.issuperset(each.tests)
        return times.get(_identity(each), "") >= each.recorded_at > ""

    return superseded


def _others(old: Sequence[Interaction], new: Sequence[Interaction]) -> Iterator[Interaction]:
    tests = {test for each in new for test in each.tests}
    requests = {_identity(each) for each in new}
    others = (each for each in old if tests.isdisjoint(each.tests))
    return (each for each in others if _identity(each) not in requests)


def _identity(interaction: Interaction) -> tuple[str, str, bytes, int]:
    request = interaction.request
    return request.method, request.url, request.body, interaction.ordinal
