"""The entries of a drift report: two aligned columns, or stacked where there is no room."""

from __future__ import annotations

import textwrap
from itertools import zip_longest
from typing import TYPE_CHECKING

from pytest_argot.report.drifts import Drift, level_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NARROW = 72
"""Below this width (characters) two columns would be all folds: entries are stacked instead."""

INDENT = " " * 9
"""What stands below a level; the level itself is written into the first line's."""

_WIDEST_LEFT = 44
_PLACES = 3
_STACKED = "    "


def entries(
    drifts: Sequence[Drift], width: int, *, fold: bool = False
) -> Iterator[tuple[Drift, list[str]]]:
    """Give each drift with its lines.

    Left: JSON path over kind and count. Right: what was expected and what came, over where. Below:
    the candidate changes of the response model. Lines break between words at ``width`` characters;
    a longer word stays whole unless ``fold`` says otherwise, because a file name in one piece can
    be clicked.
    """
    if width < NARROW:
        for drift in drifts:
            yield drift, list(_stacked(drift, width, fold=fold))
        return
    left = _left_width(drifts)
    for drift in drifts:
        yield drift, list(_columns(drift, left, width, fold=fold))


def wrapped(text: str, width: int, indent: str = "", *, fold: bool = False) -> list[str]:
    """Break text between words; following lines get two characters more of indent."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=fold,
        break_on_hyphens=False,
    )


def _left_width(drifts: Sequence[Drift]) -> int:
    lengths = [len(text) for drift in drifts for text in (drift.path, drift.kind)]
    return min(max(lengths, default=0), _WIDEST_LEFT)


def _columns(drift: Drift, left: int, width: int, *, fold: bool) -> Iterator[str]:
    names = [line for text in (drift.path, drift.kind) for line in _folded(text, left)]
    room = width - len(INDENT) - left - 2
    said = (drift.said, *drift.places(_PLACES))
    words = [line for text in said for line in wrapped(text, room, fold=fold)]
    margin = f"  {level_word(drift.level):<5}  "
    for name, text in zip_longest(names, words, fillvalue=""):
        yield f"{margin}{name:<{left}}  {text}".rstrip()
        margin = INDENT
    for fix in drift.fixes:
        yield from wrapped(f"fix: {fix}", width, INDENT, fold=fold)


def _stacked(drift: Drift, width: int, *, fold: bool) -> Iterator[str]:
    yield from wrapped(f"{level_word(drift.level)} {drift.path}", width, "  ", fold=fold)
    fixes = (f"fix: {fix}" for fix in drift.fixes)
    for text in (drift.kind, drift.said, *drift.places(_PLACES), *fixes):
        yield from wrapped(text, width, _STACKED, fold=fold)


def _folded(text: str, width: int) -> list[str]:
    return [text[start : start + width] for start in range(0, len(text), width)]
