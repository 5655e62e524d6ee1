"""What others print: URLs in the middle of a text, and credentials that were cut to fit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_argot.wire.secret_shape import Found, blanked, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_INSIDE: Final = r"\s\"'`<>\\\x1b"
_URL: Final = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]{{1,20}}://[^{_INSIDE}]*[^{_INSIDE}.,;:()\[\]{{}}]",
)
_CUT: Final = re.compile(r"\.\.\.|…")
_LEAST: Final = 6
"""Length from which the rest of a credential is one, in characters."""
_COLOUR: Final = r"(?:\x1b\[[0-9;]{0,16}m)"
# Where a literal too long for a line goes on below, in a coloured diff of pytest's too.
_JOINT: Final = re.compile(rf"(['\"]){_COLOUR}*\n(?:[E+ -]|{_COLOUR})*b?{_COLOUR}*\1{_COLOUR}*")


def map_urls(text: str, change: Callable[[str], str]) -> str:
    """Apply ``change`` to every absolute URL in ``text``."""
    return _URL.sub(lambda match: change(match[0]), text) if "://" in text else text


def without_split(text: str, spans: Callable[[str], list[tuple[int, int]]]) -> str:
    """Blank the credentials that ``spans`` finds where literals go on in the next line."""
    joints = [match.span() for match in _JOINT.finditer(text)]
    if not joints:
        return text
    starts = [0, *(end for _, end in joints)]
    lines = [
        text[start:end]
        for start, end in zip(starts, [*(a for a, _ in joints), len(text)], strict=True)
    ]
    pieces: list[Found] = []
    for first, last in spans("".join(lines)):
        pieces += _pieces(first, last, starts, lines)
    return blanked(text, pieces) if pieces else text


def _pieces(first: int, last: int, starts: Sequence[int], lines: Sequence[str]) -> Iterator[Found]:
    """Give the pieces of a span of the joined lines, by their place in the text."""
    begun = 0
    for start, line in zip(starts, lines, strict=True):
        here, there = max(first - begun, 0), min(last - begun, len(line))
        if here < there:
            yield Found(start + here, start + there, "")
        begun += len(line)


def without_rests(text: str, secrets: Sequence[str]) -> str:
    """Blank what an ellipsis left of ``secrets``: their beginning before it, their end after it."""
    rests = [rest for rest in _rests(text, secrets) if rest.start < rest.end]
    return blanked(text, joined(rests)) if rests else text


def _rests(text: str, secrets: Sequence[str]) -> Iterator[Found]:
    for cut in _CUT.finditer(text):
        start, end = cut.span()
        for secret in secrets:
            head = _longest(text[max(0, start - len(secret)) : start], secret)
            tail = _longest(text[end : end + len(secret)][::-1], secret[::-1])
            yield from (Found(start - head, start, ""), Found(end, end + tail, ""))


def _longest(before: str, secret: str) -> int:
    """Give how much of ``secret`` ``before`` ends in, its beginning; 0 for less than is telling."""
    sizes = range(len(secret) - 1, _LEAST - 1, -1)
    return next((size for size in sizes if before.endswith(secret[:size])), 0)
