"""Credentials a request carried, so that they are known when an answer repeats them."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from pytest_argot.wire import credentials, url_mask
from pytest_argot.wire.body_credentials import in_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.wire.headers import Headers


def carried(headers: Headers, url: str, body: bytes = b"") -> list[str]:
    """Give the credentials of a request that are long enough to be recognised.

    ``body`` is decoded. Neither schemes (``Bearer``) nor cookie names nor organisations are among
    them.
    """
    content_type = next(iter(headers.get("content-type", ())), "")
    found = (*_in_headers(headers), *_in_url(url), *in_body(body, content_type))
    return [value for value in found if len(value) >= credentials.SHORTEST]


@lru_cache(maxsize=64)
def pattern_of(secrets: tuple[str, ...]) -> re.Pattern[str]:
    """Match each of ``secrets``, longest first, its reserved characters percent-encoded or not."""
    return re.compile("|".join(map(_spellings, sorted(secrets, key=len, reverse=True))))


def _spellings(secret: str) -> str:
    parts = [
        letter
        if letter.isascii() and letter.isalnum()
        else f"(?:{re.escape(letter)}|(?i:{quote(letter, safe='')}))"
        for letter in secret
    ]
    # A key that is a plain word ("computer" of a test) is not part of longer words.
    return rf"(?<![A-Za-z]){secret}(?![A-Za-z])" if secret.isalpha() else "".join(parts)


def _in_headers(headers: Headers) -> Iterator[str]:
    """Give the credentials in header values."""
    for name, values in headers.items():
        if not credentials.is_header(name) or credentials.is_owner(name):
            continue
        for value in values:
            if credentials.is_cookie(name):
                yield from (pair.partition("=")[2].strip() for pair in value.split(";"))
                continue
            bare = credentials.without_scheme(value)
            yield bare
            yield from (token for token in re.split(r"[\s,;]+", bare) if not token.isalpha())
            yield from _password(bare)


def _password(token: str) -> Iterator[str]:
    """Give the password of basic credentials."""
    try:
        decoded = base64.b64decode(token, validate=True).decode()
    except (binascii.Error, ValueError):
        return
    _, colon, password = decoded.partition(":")
    if colon:
        yield password


def _in_url(url: str) -> Iterator[str]:
    """Give the credentials in a URL."""
    user_info, pairs = url_mask.private_parts(url)
    user, colon, password = user_info.partition(":")
    yield password if colon else user
    yield from (value for name, value in pairs if credentials.is_parameter(name, value))
