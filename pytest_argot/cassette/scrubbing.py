"""Today's masks on yesterday's cassettes, in place."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.cassette.atomic import locked
from pytest_argot.cassette.disk import disk_errors, write
from pytest_argot.cassette.emitter import dumped
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.stored import stored
from pytest_argot.wire.masking import Masker
from pytest_argot.wire.secrets import Leak, scanned

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.wire.headers import Headers


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What scrubbing a cassette came to.

    ``hidden`` counts the interactions in which a mask hides something, ``written`` tells whether
    it was done, ``ours`` whether pytest-argot had written the file. ``leaks`` are the places of
    the file, as it is now, that look like a secret.
    """

    path: Path
    hidden: int
    written: bool
    ours: bool
    leaks: tuple[Leak, ...]


def scrub(
    path: Path,
    masker: Masker,
    *,
    writing: bool,
    foreign: bool = False,
    harmless: Container[str] = (),
) -> Scrubbed:
    """Apply the masks to the cassette at ``path`` and look for what is left.

    ``harmless``: fingerprints of what only looks like a secret.

    A file in which they hide nothing keeps every byte, and so does one that another tool wrote
    unless ``foreign`` allows to bring it into our format. Other interactions stay as they are. The
    file is replaced as a whole or not at all.

    ``CassetteMissing`` and ``CassetteCorrupt`` as the reader says, ``ArgotError`` when the disk
    refuses.
    """
    real = Path(os.path.realpath(path))
    with ExitStack() as stack:
        if writing:
            stack.enter_context(disk_errors(path))
            stack.enter_context(locked(real))
        before, after = load(path, _Bare()), load(path, masker)
        pairs = list(zip(before.interactions, after.interactions, strict=True))
        hidden = sum(old != new for old, new in pairs)
        written = writing and bool(hidden) and (before.ours or foreign)
        if written:
            write(real, [part.encode() for part in _text(after, pairs)])
        whole = written or bool(before.lifted)
        text = _text(after, pairs) if whole else (before.text,)
        leaks = tuple(scanned(text, harmless))
    return Scrubbed(path, hidden, written, before.ours, leaks)


def _text(masked: Cassette, pairs: list[tuple[Interaction, Interaction]]) -> Iterator[str]:
    laid_out = [new if old == new and masked.ours else stored(new) for old, new in pairs]
    newest = max((each.recorded_at for each in laid_out), default="")
    return dumped(
        laid_out,
        masked.recorded_at or newest,
        rejected=masked.rejected,
        blanked=masked.blanked,
    )


class _Bare(Masker):
    """Masks nothing, not even what every masker does: shows a file as it lies on the disk."""

    __slots__ = ()

    def learning(self, headers: Headers, url: str, body: bytes = b"") -> Masker:  # noqa: ARG002 - a masker's form
        return self

    def text(self, text: str) -> str:
        return text

    def url(self, url: str) -> str:
        return url

    def headers(self, headers: Headers) -> Headers:
        return headers

    def body(self, body: bytes, content_type: str) -> bytes:  # noqa: ARG002 - a masker's form
        return body
