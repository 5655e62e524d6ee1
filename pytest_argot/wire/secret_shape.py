"""What a secret looks like: one kind of it, and what is found of it in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MASKED: Final = "argot-masked"
"""What every credential becomes, so that any key matches. No shape matches it."""

PLACEHOLDER: Final = re.compile(r"argot-(?:masked|[0-9a-f]{12})")
"""What masking leaves behind; it is never masked again."""

# A key that directly follows an escape (%20, \n, \u0022, a terminal's colour) continues no word.
_ESCAPE: Final = re.compile(
    r"(?:%[0-9A-Fa-f]{2}|\\(?:[0abtnvfreNLP_]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})"
    r"|\x1b\[[0-9;]{0,16}m)\Z",
)
_ESCAPE_LENGTH: Final = 20

REACH: Final = 200
"""Characters before its sign within which a secret's match begins."""

_SEGMENT: Final = re.compile(r"[A-Za-z0-9]+")
_LONG: Final = 20
_MIXED: Final = 8
_ENOUGH: Final = 256


def keyish(text: str) -> bool:
    """Tell whether ``text`` looks drawn at random rather than written.

    One unbroken run of letters and digits is long (20), or has both and is not short (8).
    """
    return any(
        len(run) >= _LONG or (len(run) >= _MIXED and not run.isalpha() and not run.isdigit())
        for run in _SEGMENT.findall(text[:_ENOUGH])
    )


class Found(NamedTuple):
    """A secret at ``start``:``end`` of a text, and the name of its shape."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of secret.

    ``hints``: literals, one of which is in every match (a quick way out). ``pattern``: its group
    ``secret``, else all of it, is the secret. ``glued``: characters other than letters and digits
    that must not stand before it either. ``accepts`` has the last word on the secret. ``sign``: of
    a pattern that is slow to look for, a part that is in every match, at most ``REACH`` characters
    after its beginning; looked for first.
    """

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    glued: str | None = ""
    accepts: Callable[[str], bool] | None = None
    sign: re.Pattern[str] | None = None

    def may_be_in(self, text: str) -> bool:
        """Tell whether ``text``, in which JSON may have escaped characters, may have one."""
        return any(hint in text for hint in self.hints) and self.pattern.search(text) is not None

    def found(self, text: str) -> Iterator[Found]:
        """Give every secret of this shape, in order."""
        if not any(hint in text for hint in self.hints):
            return
        group = "secret" if "secret" in self.pattern.groupindex else 0
        place = 0
        while match := self._next(text, place):
            start, end = match.span(group)
            if self._free(text, match.start()) and self._accepted(text[start:end]):
                yield Found(start, end, self.name)
                place = end
            else:
                place = match.start() + 1

    def _next(self, text: str, place: int) -> re.Match[str] | None:
        if self.sign is None:
            return self.pattern.search(text, place)
        for sign in self.sign.finditer(text, place):
            for start in range(max(place, sign.start() - REACH), sign.start()):
                if match := self.pattern.match(text, start):
                    return match
        return None

    def mask(self, text: str) -> str:
        """Replace every secret of this shape."""
        found = list(self.found(text))
        return blanked(text, found) if found else text

    def _accepted(self, secret: str) -> bool:
        if PLACEHOLDER.fullmatch(secret):
            return False
        return self.accepts is None or self.accepts(secret)

    def _free(self, text: str, start: int) -> bool:
        """Tell whether a word may begin at ``start``."""
        if start == 0 or self.glued is None:
            return True
        before = text[start - 1]
        if not (before.isascii() and before.isalnum()) and before not in self.glued:
            return True
        return _ESCAPE.search(text[max(0, start - _ESCAPE_LENGTH) : start]) is not None


def blanked(text: str, found: Iterable[Found]) -> str:
    """Replace what was found, which is in order and does not overlap, by the fixed text."""
    parts: list[str] = []
    place = 0
    for start, end, _ in found:
        parts += (text[place:start], MASKED)
        place = end
    return "".join((*parts, text[place:]))


def joined(found: Iterable[Found]) -> list[Found]:
    """Sort what was found; what overlaps becomes one, named like the first."""
    kept: list[Found] = []
    for here in sorted(found):
        if kept and here.start < kept[-1].end:
            kept[-1] = kept[-1]._replace(end=max(here.end, kept[-1].end))
        else:
            kept.append(here)
    return kept
