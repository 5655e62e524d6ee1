"""The draft of a stream in other pieces, and which drafts come first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_argot.fuzz.answer import with_pieces
from pytest_argot.fuzz.draft import Draft
from pytest_argot.fuzz.variant import END

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_argot.fuzz.subject import Subject


def stream_draft(
    subject: Subject,
    name: str,
    words: str,
    pieces: Sequence[bytes],
    then: str = END,
    **arrival: Any,
) -> Draft:
    """Give the draft of a stream in other pieces; ``arrival`` as in ``answer.with_pieces``."""
    make = partial(with_pieces, subject.recorded, pieces, **arrival)
    return Draft(name=name, answers=lambda: (make(),), new=words, then=then)


def likely_first(drafts: Iterable[Draft], likely: Sequence[str]) -> list[Draft]:
    """Put the drafts of these names first, in this order; the others follow as they come."""
    rank = {name: order for order, name in enumerate(likely)}
    return sorted(drafts, key=lambda each: rank.get(each.name, len(rank)))
