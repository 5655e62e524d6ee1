"""Masking: what is private or a credential never reaches the disk, nor the screen.

The same masker is applied to what is recorded, to what is read from a cassette and to what is
asked for, so that both sides of a match have lost the same. Applying it twice changes nothing.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from pytest_argot.wire import (
    blocks,
    credentials,
    multipart_mask,
    name_glob,
    printed_text,
    request_credentials,
    url_mask,
)
from pytest_argot.wire.body_mask import BodyMask
from pytest_argot.wire.json_mask import parsed
from pytest_argot.wire.key_shapes import SHAPES
from pytest_argot.wire.mask_rule import MaskRule, compiled, parse_path
from pytest_argot.wire.secret_shape import MASKED, PLACEHOLDER
from pytest_argot.wire.sse import is_event_stream
from pytest_argot.wire.text_mask import Substitution, TextMask, hidden, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_argot.wire.headers import Headers
    from pytest_argot.wire.mask_rule import JsonPath, Where

_MEMO_SIZE: Final = 64
_SHORT: Final = 512
_BOM: Final = "\ufeff"
_FORM: Final = "application/x-www-form-urlencoded"
_TEXTUAL: Final = re.compile(
    r"\s*(?:text/|application/(?:[\w.-]+\+)?(?:json|xml|x-ndjson|x-www-form-urlencoded))",
    re.IGNORECASE,
)
_URL_HEADERS: Final = frozenset(
    {"content-location", "location", "operation-location", "origin", "referer"},
)


class Masker:
    """Masks by ``rules`` (in their order), by what is built in, and by values it has learned.

    ``builtin``: names of credentials and shapes of keys; user names and passwords in URLs go
    in any case. ``learned``: credentials to blank wherever they appear, see ``learning``.
    Never changes, apart from memos; usable from any thread.
    """

    __slots__ = ("_body", "_builtin", "_known", "_learned", "_pupils", "_rules", "_texts")

    def __init__(
        self,
        rules: Sequence[MaskRule] = (),
        *,
        builtin: bool = True,
        learned: Sequence[str] = (),
    ) -> None:
        self._rules = tuple(rules)
        self._builtin = builtin
        self._learned = tuple(value for value in learned if _is_news(value))
        steps = tuple(_step(rule) for rule in self._rules if rule.where in {"re", "body"})
        self._texts = TextMask(
            SHAPES if builtin else (),
            request_credentials.pattern_of(self._learned) if self._learned else None,
            tuple(step for step in steps if isinstance(step, Substitution)),
        )
        self._body = BodyMask(self._texts, steps, builtin)
        self._pupils: dict[tuple[str, ...], Masker] = {}
        self._known: dict[tuple[str, str], str] = {}

    def learning(self, headers: Headers, url: str, body: bytes = b"") -> Masker:
        """Give a masker that also blanks the credentials that a request carries.

        In its headers (names in lower case), its URL and its decoded body: values of at least
        8 characters; a scheme (``Bearer``) and cookie names are no part of them. They are blanked
        wherever they re-appear, say in the message of an error.
        """
        carried = filter(_is_news, request_credentials.carried(headers, url, body))
        return self._taught(carried)

    def knowing(self, other: Masker) -> Masker:
        """Give a masker that also blanks what another one has learned."""
        return self._taught(other._learned)

    def _taught(self, secrets: Iterable[str]) -> Masker:
        found = tuple(dict.fromkeys((*self._learned, *secrets)))
        if found == self._learned:
            return self  # what was recorded has been masked before: nothing to learn in it
        if found not in self._pupils:
            if len(self._pupils) >= _MEMO_SIZE:
                self._pupils.clear()
            self._pupils[found] = Masker(self._rules, builtin=self._builtin, learned=found)
        return self._pupils[found]

    def text(self, text: str) -> str:
        """Mask free text, such as a reason phrase or a message of ours."""
        return settled(self._texts.text, text)

    def printed(self, text: str) -> str:
        """Mask what others print, a traceback or a log: URLs, keys and learned credentials.

        Rules of the user apply to URLs alone: elsewhere it may be their values that a failure is
        about. A learned credential is blanked, too, where an ellipsis left its beginning or end.
        """
        return settled(self._printed, text)

    def url(self, url: str) -> str:
        """Mask a URL: user info, host, path, parameters by name and by what they look like."""
        return self._remembered("", url, self._url)

    def headers(self, headers: Headers) -> Headers:
        """Mask header values; a rule of the user replaces what is built in for that header."""
        return {
            name: [self._remembered(f"{name}:", value, change) for value in values]
            for name, values in headers.items()
            for change in (partial(self._header, name.lower()),)
        }

    def _remembered(self, kind: str, value: str, change: Callable[[str], str]) -> str:
        """Mask a URL or a header, which are the same in message after message."""
        known = self._known.get((kind, value))
        if known is None:
            known = settled(change, value)
            if len(self._known) < _MEMO_SIZE and len(value) <= _SHORT:
                self._known[kind, value] = known
        return known

    def body(self, body: bytes, content_type: str) -> bytes:
        """Mask a decoded body.

        JSON (one document or one per line), event streams, forms and other text, by what the
        body is rather than what ``content_type`` says. Spelling, layout and all that is not
        masked stay byte by byte. What is neither UTF-8 nor declared as text stays whole.
        """
        if not body:
            return body
        mark = multipart_mask.boundary(content_type)
        if mark and mark in body:
            return multipart_mask.map_parts(body, mark, self._part)
        if is_event_stream(body, content_type):
            return blocks.mapped(body, partial(self._body_of, content_type, stream=True))
        return self._body_of(content_type, body, stream=False)

    def _body_of(self, content_type: str, body: bytes, *, stream: bool) -> bytes:
        text = _decoded(body, lenient=stream or _TEXTUAL.match(content_type) is not None)
        if text is None:
            return body
        bare = text.removeprefix(_BOM)
        change = self._body.stream if stream else self._body.data
        masked = settled(self._form if _is_form(bare, content_type) else change, bare)
        if masked == bare:
            return body
        return (text[: len(text) - len(bare)] + masked).encode("utf-8", "surrogateescape")

    def _part(self, field: str, content: bytes, content_type: str) -> bytes:
        """Mask a part of a multipart form: by its name like a parameter, else by its content."""
        value = _decoded(content, lenient=False)
        if value is None or not self._is_private(field, value):
            return self.body(content, content_type)
        return self._pair(field, value).encode()

    def _form(self, text: str) -> str:
        return url_mask.map_pairs(text, text=self._texts.text, pair=self._pair)

    def _url(self, url: str) -> str:
        return url_mask.map_url(url, text=self._texts.text, pair=self._pair, host=self._host)

    def _printed(self, text: str) -> str:
        whole = printed_text.without_split(text, self._texts.spans)
        masked = self._texts.keys(printed_text.map_urls(whole, self._url))
        return printed_text.without_rests(masked, self._learned)

    def _host(self, netloc: str) -> str:
        for rule in self._rules:
            if rule.where == "host":
                change = partial(hidden, replacement=rule.replacement)
                netloc = url_mask.with_host(netloc, rule.target, change)
        return netloc

    def _is_private(self, name: str, value: str) -> bool:
        """Tell whether a parameter is masked for its name."""
        built_in = self._builtin and credentials.is_parameter(name, value)
        return built_in or bool(self._own("query", name))

    def _pair(self, name: str, value: str) -> str:
        """Mask the value of a parameter."""
        own = self._own("query", name)
        for rule in own:
            value = hidden(value, rule.replacement)
        if own or not value:
            return value
        private = self._is_private(name, value)
        return credentials.blank(value) if private else self._texts.text(value)

    def _header(self, name: str, value: str) -> str:
        own = self._own("header", name)
        for rule in own:
            value = hidden(value, rule.replacement)
        if own:
            return value
        if self._builtin and credentials.is_cookie(name):
            return credentials.blank_cookies(name, value)
        if self._builtin and credentials.is_header(name):
            return credentials.blank(value)
        if name == "host":
            return self._host(value)
        return self._url(value) if name in _URL_HEADERS else self._texts.text(value)

    def _own(self, where: Where, name: str) -> list[MaskRule]:
        """Give the user's rules for a header or parameter."""
        return [
            rule
            for rule in self._rules
            if rule.where == where and name_glob.matches(name.lower(), rule.target)
        ]


def _is_news(secret: str) -> bool:
    """Tell a credential from what masking leaves of one."""
    return secret not in MASKED and not PLACEHOLDER.fullmatch(secret)


def _step(rule: MaskRule) -> Substitution | tuple[JsonPath, str | None]:
    if rule.where == "re":
        return Substitution(compiled(rule), rule.replacement)
    return parse_path(rule.target), rule.replacement


def _decoded(body: bytes, *, lenient: bool) -> str | None:
    """Decode UTF-8; ``lenient`` keeps bytes that are none as lone surrogates, else ``None``."""
    try:
        return body.decode("utf-8", "surrogateescape" if lenient else "strict")
    except UnicodeDecodeError:
        return None


def _is_form(text: str, content_type: str) -> bool:
    media = content_type.partition(";")[0].strip().lower()
    if media == _FORM:
        return parsed(text) is None
    return not media and url_mask.looks_like_form(text)
