"""Masking of texts: keys by their shape, learned credentials, and the patterns of rules."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pytest_argot.wire import key_shapes
from pytest_argot.wire.secret_shape import MASKED, PLACEHOLDER, Found, joined

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from pytest_argot.wire.secret_shape import Shape

_HASH_DIGITS: Final = 12
# Masking one thing may lay bare another; real rules settle at once, and two that undo each other
# must not go on for ever.
_ROUNDS: Final = 8


@dataclass(frozen=True, slots=True)
class Substitution:
    """A ``re:`` rule: what ``pattern`` matches becomes ``replacement``, or its hash."""

    pattern: re.Pattern[str]
    replacement: str | None

    def apply(self, text: str) -> str:
        """Substitute in ``text``; what masking left behind is not masked again."""
        left = PLACEHOLDER.finditer(text) if "argot-" in text else ()
        kept = [match.span() for match in left]

        def change(match: re.Match[str]) -> str:
            start, end = match.span()
            if start == end or any(first <= start and end <= last for first, last in kept):
                return match[0]
            return hidden(match[0], self.replacement)

        return self.pattern.sub(change, text)

    def apply_to_member(self, text: str, _name: str) -> str:
        """Substitute whatever the name of the member."""
        return self.apply(text)


@dataclass(frozen=True, slots=True)
class TextMask:
    """Masks a text by ``shapes``, by ``known`` credentials, then by ``substitutions``."""

    shapes: tuple[Shape, ...]
    known: re.Pattern[str] | None = field(repr=False)
    substitutions: tuple[Substitution, ...]

    def text(self, text: str) -> str:
        """Mask ``text`` by everything."""
        text = self.keys(text)
        for substitution in self.substitutions:
            text = substitution.apply(text)
        return text

    def keys(self, text: str) -> str:
        """Mask what is a credential by its shape or because it was learned."""
        text = key_shapes.mask(text, self.shapes)
        return self.known.sub(MASKED, text) if self.known else text

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Give start and end of what ``keys`` masks, percent-encoded keys aside."""
        found = list(key_shapes.find(text, self.shapes))
        known = self.known.finditer(text) if self.known else ()
        found += [Found(*match.span(), "learned") for match in known]
        return [(start, end) for start, end, _ in joined(found)]

    def within(self, body: str) -> TextMask:
        """Give the same mask for strings of the JSON or text ``body`` alone, which is faster."""
        return TextMask(key_shapes.present(body, self.shapes), self.known, self.substitutions)

    def is_idle(self, body: str) -> bool:
        """Tell whether nothing in ``body`` can change, having been made ``within`` it."""
        if self.shapes or self.substitutions:
            return False
        if self.known is None:
            return True
        # JSON may have escaped characters of it
        return "\\" not in body and self.known.search(body) is None


def hashed(value: str) -> str:
    """Give the placeholder of a private value; a placeholder and an empty value stay.

    ``argot-`` and the first 12 hex digits of the SHA-256 of the UTF-8 text.
    """
    if not value or PLACEHOLDER.fullmatch(value):
        return value
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return f"argot-{digest[:_HASH_DIGITS]}"


def hidden(value: str, replacement: str | None) -> str:
    """Give what a rule leaves of ``value``: ``replacement``, or for ``None`` its hash."""
    return hashed(value) if replacement is None else replacement


def settled(change: Callable[[str], str], text: str) -> str:
    """Apply ``change`` until nothing changes, so that masking twice is masking once."""
    for _ in range(_ROUNDS):
        changed = change(text)
        if changed == text:
            break
        text = changed
    return text
