"""Writing cassettes: under a lock, merged with what is there, all or nothing."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.cassette.atomic import locked, replace_file
from pytest_argot.cassette.cassette import Cassette
from pytest_argot.cassette.corruption import shown
from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.stored import masked, stored
from pytest_argot.errors import ArgotError, CassetteCorrupt, CassetteMissing, SecretFound
from pytest_argot.wire.secrets import Leak, blank, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.wire.masking import Masker


def save(
    path: Path,
    merge: Callable[[Cassette | None], Sequence[Interaction]],
    *,
    masker: Masker,
) -> Cassette:
    """Write the cassette at ``path`` and give it as it was written.

    ``merge`` gets what the file holds at that moment (``None``: there is no file), under a lock
    that every writer takes, and gives all interactions the file shall hold. They are masked and
    laid out for reading first (``stored.stored``). A file that would not change is not touched;
    where there is none, nothing to write makes none.

    ``SecretFound`` when something still looks like a secret: the old file stays and the new
    text, the secret blanked, is kept as ``<name>.rejected.yaml``. ``CassetteCorrupt`` when the
    present file cannot be trusted, ``ArgotError`` when the disk refuses; both leave it alone.
    """
    real = Path(os.path.realpath(path))
    with _disk(path), locked(real):
        present = _present(real, masker)
        interactions = _prepared(merge(present), present, masker)
        newest = max((each.recorded_at for each in interactions), default="")
        text = dump(interactions, newest)
        if leaks := scan(text):
            kept, leaks = _reject(path, interactions, _describe(leaks), masker)
            raise _secret(path, kept, leaks)
        if interactions or present is not None:
            _write(real, text)
        return Cassette(path, tuple(interactions), newest, ours=True, text=text)


def reject(path: Path, interactions: Sequence[Interaction], *, reason: str, masker: Masker) -> Path:
    """Keep a recording beside its cassette, as ``<name>.rejected.yaml``; give that path.

    Secrets in it are blanked. What is already in that file stays, except what the same tests
    left there and what answers the same requests. ``ArgotError`` when the disk refuses.
    """
    with _disk(path):
        kept, _ = _reject(path, _prepared(interactions, None, masker), reason, masker)
    return kept


def refuse_secrets(path: Path, interactions: Sequence[Interaction], *, masker: Masker) -> None:
    """Raise the ``SecretFound`` that saving these interactions would raise; write nothing."""
    if leaks := scan(dump(_prepared(interactions, None, masker), "")):
        raise _secret(path, rejected_path(path), leaks)


def rejected_path(path: Path) -> Path:
    """Give where a recording that must not enter the cassette at ``path`` is kept."""
    return path.with_name(f"{path.stem}.rejected.yaml")


def _reject(
    path: Path, interactions: Sequence[Interaction], reason: str, masker: Masker
) -> tuple[Path, list[Leak]]:
    kept = rejected_path(path)
    with locked(Path(os.path.realpath(kept))):
        try:
            present = _present(kept, masker)
        except CassetteCorrupt:
            present = None  # a file of ours that nothing reads but `keep`: replaced
        old = present.interactions if present else ()
        everything = [*_others(old, interactions), *interactions]
        newest = max((each.recorded_at for each in everything), default="")
        text = dump(everything, newest, rejected=reason)
        leaks = scan(text)
        replace_file(kept, blank(text, leaks).encode())
    return kept, leaks


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
    interactions: Sequence[Interaction], present: Cassette | None, masker: Masker
) -> list[Interaction]:
    """Mask and lay out; what was just read from a file of ours is in that form already."""
    known = present.interactions if present is not None and present.ours else ()
    done = {id(interaction) for interaction in known}
    return [
        interaction if id(interaction) in done else stored(masked(interaction, masker))
        for interaction in interactions
    ]


def _write(path: Path, text: str) -> None:
    data = text.encode()
    if path.exists():
        if path.read_bytes() == data:
            return
        if not os.access(path, os.W_OK):
            raise PermissionError(13, "the file is read-only", str(path))
    replace_file(path, data)


def _secret(path: Path, kept: Path, leaks: Sequence[Leak]) -> SecretFound:
    first = leaks[0]
    return SecretFound(
        f"{shown(path)} was not written: {_describe(leaks)}",
        where=f"{shown(kept)}:{first.line}:{first.column} (blanked there)",
        fix='add a rule to mask = ["re:...=<secret>"] in [tool.argot], then record again',
    )


def _describe(leaks: Sequence[Leak]) -> str:
    rules = ", ".join(sorted({leak.rule for leak in leaks}))
    times = "one place" if len(leaks) == 1 else f"{len(leaks)} places"
    return f"{times} in it still look like a secret ({rules})"


@contextmanager
def _disk(path: Path) -> Generator[None]:
    """Turn what the disk says into an error of ours."""
    try:
        yield
    except OSError as error:
        raise ArgotError(
            f"the cassette could not be written: {error.strerror or error}",
            where=shown(path),
            fix=f"make room for it or make {shown(path.parent)} writable, then record again",
        ) from error
