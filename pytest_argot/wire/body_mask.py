"""Masking of one body: JSON, JSON lines, an event stream or text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_argot.wire import credentials
from pytest_argot.wire.json_mask import map_scalars, parsed, replace_paths
from pytest_argot.wire.json_tokens import tokens
from pytest_argot.wire.secret_shape import MASKED
from pytest_argot.wire.stream_mask import map_events, mask_split
from pytest_argot.wire.text_mask import Substitution

if TYPE_CHECKING:
    from pytest_argot.wire.json_tokens import Token
    from pytest_argot.wire.mask_rule import JsonPath
    from pytest_argot.wire.text_mask import TextMask

PathRule = tuple["JsonPath", str | None]


@dataclass(frozen=True, slots=True)
class BodyMask:
    """Masks a body by what is built in, then by ``rules`` in the order the user gave them."""

    texts: TextMask
    rules: tuple[Substitution | PathRule, ...]
    builtin: bool

    def data(self, text: str) -> str:
        """Mask JSON, JSON lines, or else plain text."""
        return self._data(text, self.texts.within(text))

    def stream(self, text: str) -> str:
        """Mask the data of every event, then secrets that are spread over several events."""
        texts = self.texts.within(text)
        masked = text
        if texts.known or not self._is_idle(text, texts):
            masked = map_events(text, lambda data: self._data(data, texts), texts.text)
        if not self.texts.shapes and not self.texts.known:
            return masked
        return mask_split(masked, self.texts.spans, MASKED)

    def _data(self, text: str, texts: TextMask) -> str:
        if self._is_idle(text, texts):
            return text
        found = parsed(text)
        if found is not None:
            return self._json(text, found, texts)
        if text.lstrip()[:1] not in {"{", "["}:
            return texts.text(text)
        lines = text.split("\n")
        split = [parsed(line) if line.strip() else [] for line in lines]
        masked = [
            line if found is None else self._json(line, found, texts)
            for line, found in zip(lines, split, strict=True)
        ]
        return texts.text(text) if None in split else "\n".join(masked)

    def _is_idle(self, text: str, texts: TextMask) -> bool:
        """Tell quickly that no rule can apply; most bodies end here."""
        if not texts.is_idle(text) or (self.builtin and credentials.may_contain(text)):
            return False
        paths = [rule[0] for rule in self.rules if not isinstance(rule, Substitution)]
        escaped = "\\" in text
        return not any(escaped or all(name in text for name in path.names) for path in paths)

    def _json(self, text: str, found: list[Token], texts: TextMask) -> str:
        if not found:
            return text

        def scalar(value: str, name: str) -> str:
            if self.builtin and value and name and credentials.is_member(name):
                return credentials.blank(value)
            return texts.keys(value)

        text = map_scalars(text, found, scalar, numbers=texts.known is not None)
        for rule in self.rules:
            if isinstance(rule, Substitution):
                text = map_scalars(text, tokens(text), rule.apply_to_member, numbers=True)
            else:
                text = replace_paths(text, *rule)
        return text
