"""Writing cassettes: under a lock, merged with what is there, all or nothing."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.cassette.atomic import locked, replace_file
from pytest_argot.cassette.cassette import Cassette
from pytest_argot.cassette.corruption import shown, too_large
from pytest_argot.cassette.emitter import dumped
from pytest_argot.cassette.lifting import liftable
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.stored import masked, stored
from pytest_argot.cassette.unfit import unfit
from pytest_argot.errors import ArgotError, CassetteCorrupt, CassetteMissing, SecretFound
from pytest_argot.wire.secrets import Leak, scanned, without

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Generator, Iterator, Sequence

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
    ``harmless``: the old file stays and the new
    text, the secret blanked, is kept as ``<name>.rejected.yaml``. ``CassetteCorrupt`` when the
    present file cannot be trusted, ``ArgotError`` when the disk refuses; both leave it alone.
    ``ArgotError`` also for a new file whose name differs from another's by case only and for one
    that is too large to be read; what was to be written is then kept as rejected.
    """
    real = Path(os.path.realpath(path))
    with disk_errors(path), locked(real):
        present = _present(real, masker)
        known = present.interactions if present is not None and present.ours else ()
        interactions = _prepared(merge(present), masker, clean, known)
        newest = max((each.recorded_at for each in interactions), default="")
        data = [part.encode() for part in dumped(interactions, newest)]
        if leaks := list(scanned((part.decode() for part in data), harmless)):
            kept, leaks = _reject(path, interactions, _describe(leaks), masker, harmless)
            raise _secret(path, kept, leaks)
        size = sum(map(len, data))
        if problem := unfit(real, size, _apart(interactions, size)):
            kept, _ = _reject(path, interactions, problem, masker, harmless)
            raise ArgotError(
                f"{shown(path)} was not written: {problem}",
                where=f"{shown(kept)} (the recording is kept there)",
                fix='choose another name, @argot_cassette("..."), then record again',
            )
        if interactions or present is not None:
            write(real, data)
            with suppress(OSError, ArgotError):  # what is stale harms nobody
                _withdraw(path, _superseded_by(interactions, present), masker, harmless)
        return Cassette(path, tuple(interactions), newest, ours=True)


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
        prepared = _prepared(interactions, masker, clean)
        kept, _ = _reject(path, prepared, reason, masker, harmless)
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


def refuse_secrets(
    path: Path,
    interactions: Sequence[Interaction],
    *,
    masker: Masker,
    harmless: Container[str] = (),
    clean: Sequence[Interaction] = (),
) -> None:
    """Raise the ``SecretFound`` that saving these interactions would raise; write nothing."""
    if leaks := list(scanned(dumped(_prepared(interactions, masker, clean), ""), harmless)):
        raise _secret(path, rejected_path(path), leaks)


def rejected_path(path: Path) -> Path:
    """Give where a recording that must not enter the cassette at ``path`` is kept."""
    return path.with_name(f"{path.stem}.rejected.yaml")


def _reject(
    path: Path,
    interactions: Sequence[Interaction],
    reason: str,
    masker: Masker,
    harmless: Container[str],
) -> tuple[Path, list[Leak]]:
    kept = rejected_path(path)
    with locked(Path(os.path.realpath(kept))):
        try:
            present = _present(kept, masker)
        except CassetteCorrupt:
            present = None  # a file of ours that nothing reads but `keep`: replaced
        old = present.interactions if present else ()
        others = list(_others(old, interactions))
        blanked = bool(others and present and present.blanked)
        leaks = _write_rejected(kept, [*others, *interactions], reason, harmless, blanked=blanked)
    return kept, leaks


def _write_rejected(
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
        present = _present(kept, masker)
        if present is None or not present.ours:
            return
        left = [each for each in present.interactions if not gone(each)]
        if not left:
            kept.unlink()
        elif len(left) < len(present.interactions):
            _write_rejected(kept, left, present.rejected, harmless, blanked=present.blanked)


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


def _present(path: Path, masker: Masker) -> Cassette | None:
    try:
        return load(path, masker)
    except CassetteMissing:
        return None


def _prepared(
    interactions: Sequence[Interaction],
    masker: Masker,
    clean: Sequence[Interaction] = (),
    known: Sequence[Interaction] = (),
) -> list[Interaction]:
    """Mask and lay out; ``known``, just read from a file of ours, is in that form already."""
    read, ready = set(map(_messages, known)), set(map(_messages, clean))

    def prepared(each: Interaction) -> Interaction:
        messages = _messages(each)
        if messages in read:
            return each
        return stored(each if messages in ready else masked(each, masker))

    return [prepared(each) for each in interactions]


def _messages(interaction: Interaction) -> tuple[int, int]:
    """Tell the same request and response from equal ones; to compare these takes as long."""
    return id(interaction.request), id(interaction.response)


def _apart(interactions: Sequence[Interaction], size: int) -> int:
    """Count the bytes of bodies that the reader lifts out of a text, where that matters."""
    if not too_large(size):
        return 0
    asked = (each.request.body for each in interactions)
    answered = (each.response.body for each in interactions)
    found = [body for body in asked if liftable(body, 6)]
    return sum(map(len, [*found, *(body for body in answered if liftable(body, 8))]))


def write(path: Path, data: Sequence[bytes]) -> None:
    """Put a cassette, in parts, on the disk under ``locked(path)``; ``OSError`` as it comes.

    A file that would not change is not touched.
    """
    if path.exists():
        if _holds(path, data):
            return
        if not os.access(path, os.W_OK):
            raise PermissionError(13, "the file is read-only", str(path))
    replace_file(path, data)


def _holds(path: Path, data: Sequence[bytes]) -> bool:
    if path.stat().st_size != sum(map(len, data)):
        return False
    with path.open("rb") as file:
        return all(file.read(len(part)) == part for part in data)


def _secret(path: Path, kept: Path, leaks: Sequence[Leak]) -> SecretFound:
    first = leaks[0]
    return SecretFound(
        f"{shown(path)} was not written: {_describe(leaks)}",
        where=f"{shown(kept)}:{first.line}:{first.column} (blanked there)",
        fix='add a rule to mask = ["re:...=<secret>"] in [tool.argot], then record again\n'
        f"  or:    if the blanks are welcome: argot keep {shlex.quote(shown(kept))} --force\n"
        f"  or:    if it is no secret: {_accepting(kept, leaks)}, then record again",
    )


def _accepting(kept: Path, leaks: Sequence[Leak]) -> str:
    """Give the command that accepts what only looks like a secret."""
    prints = dict.fromkeys(f"--secret {each.rule}:{each.fingerprint}" for each in leaks)
    return f"argot accept {shlex.quote(shown(kept))} {' '.join(prints)} --reason '...'"


def _describe(leaks: Sequence[Leak]) -> str:
    rules = ", ".join(sorted({leak.rule for leak in leaks}))
    if len(leaks) == 1:
        return f"one place in it still looks like a secret ({rules})"
    return f"{len(leaks)} places in it still look like a secret ({rules})"


@contextmanager
def disk_errors(path: Path) -> Generator[None]:
    """Turn what the disk says into an error of ours."""
    try:
        yield
    except OSError as error:
        raise ArgotError(
            f"the cassette could not be written: {error.strerror or error}",
            where=shown(path),
            fix=f"make room for it or make {shown(path.parent)} writable, then record again",
        ) from error
