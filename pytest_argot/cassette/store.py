"""Writing cassettes: under a lock, merged with what is there, all or nothing."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.cassette.atomic import locked
from pytest_argot.cassette.cassette import Cassette
from pytest_argot.cassette.corruption import shown, too_large
from pytest_argot.cassette.disk import disk_errors, write
from pytest_argot.cassette.emitter import dumped
from pytest_argot.cassette.leaks import described, secret_found
from pytest_argot.cassette.lifting import liftable
from pytest_argot.cassette.reader import load_if_there
from pytest_argot.cassette.rejected import put_aside, rejected_path, supersede
from pytest_argot.cassette.stored import prepared
from pytest_argot.cassette.unfit import unfit
from pytest_argot.errors import ArgotError
from pytest_argot.wire.secrets import scanned

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.wire.masking import Masker


def save(
    path: Path,
    merge: Callable[[Cassette | None], Sequence[Interaction]],
    *,
    masker: Masker,
    harmless: Container[str] = (),
    clean: Sequence[Interaction] = (),
) -> Cassette:
    """Write the cassette at ``path`` and give it as it was written.

    ``merge`` gets what the file holds at that moment (``None``: there is no file), under a lock
    that every writer takes, and gives all interactions the file shall hold. They are masked and
    laid out for reading first (``stored.stored``); the messages of ``clean`` are masked already.
    A file that would not change is not touched; where there is none, nothing to write makes none.
    What an earlier run of the same tests left in ``<name>.rejected.yaml`` is superseded by what
    they recorded now, and dropped there.

    ``SecretFound`` when something still looks like a secret, and its fingerprint is not
    ``harmless``: the old file stays and the new text, the secret blanked, is kept as
    ``<name>.rejected.yaml``. ``CassetteCorrupt`` when the present file cannot be trusted,
    ``ArgotError`` when the disk refuses; both leave it alone.
    ``ArgotError`` also for a new file whose name differs from another's by case only and for one
    that is too large to be read; what was to be written is then kept as rejected.
    """
    real = Path(os.path.realpath(path))
    with disk_errors(path), locked(real):
        present = load_if_there(real, masker)
        known = present.interactions if present is not None and present.ours else ()
        interactions = prepared(merge(present), masker, clean, known)
        newest = max((each.recorded_at for each in interactions), default="")
        data = [part.encode() for part in dumped(interactions, newest)]
        if leaks := list(scanned((part.decode() for part in data), harmless)):
            kept, leaks = put_aside(path, interactions, described(leaks), masker, harmless)
            raise secret_found(path, kept, leaks)
        size = sum(map(len, data))
        if problem := unfit(real, size, _apart(interactions, size)):
            kept, _ = put_aside(path, interactions, problem, masker, harmless)
            raise _misfit(path, problem, kept)
        if interactions or present is not None:
            write(real, data)
            with suppress(OSError, ArgotError):  # what is stale harms nobody
                supersede(path, interactions, present, masker, harmless)
        return Cassette(path, tuple(interactions), newest, ours=True)


def refuse_secrets(
    path: Path,
    interactions: Sequence[Interaction],
    *,
    masker: Masker,
    harmless: Container[str] = (),
    clean: Sequence[Interaction] = (),
) -> None:
    """Raise the ``SecretFound`` that saving these interactions would raise; write nothing."""
    if leaks := list(scanned(dumped(prepared(interactions, masker, clean), ""), harmless)):
        raise secret_found(path, rejected_path(path), leaks)


def _apart(interactions: Sequence[Interaction], size: int) -> int:
    """Count the bytes of bodies that the reader lifts out of a text, where that matters."""
    if not too_large(size):
        return 0
    asked = (each.request.body for each in interactions)
    answered = (each.response.body for each in interactions)
    found = [body for body in asked if liftable(body, 6)]
    return sum(map(len, [*found, *(body for body in answered if liftable(body, 8))]))


def _misfit(path: Path, problem: str, kept: Path) -> ArgotError:
    return ArgotError(
        f"{shown(path)} was not written: {problem}",
        where=f"{shown(kept)} (the recording is kept there)",
        fix='choose another name, @argot_cassette("..."), then record again',
    )
