"""Credentials in the body of a request: form fields, parts of a multipart form, JSON members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_argot.wire import credentials, multipart_mask, url_mask
from pytest_argot.wire.json_mask import map_scalars, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORM = "application/x-www-form-urlencoded"


def in_body(body: bytes, content_type: str) -> Iterator[str]:
    """Give the values in a decoded body that are credentials by their names."""
    mark = multipart_mask.boundary(content_type)
    if mark and mark in body:
        yield from _in_parts(body, mark)
        return
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return
    if content_type.partition(";")[0].strip().lower() == _FORM:
        yield from _in_form(text)
    elif credentials.may_contain(text):
        yield from _in_json(text)


def _in_parts(body: bytes, mark: bytes) -> list[str]:
    found: list[str] = []

    def keep(field: str, content: bytes, _content_type: str) -> bytes:
        value = content.decode("utf-8", "replace")
        if credentials.is_parameter(field, value):
            found.append(value)
        return content

    multipart_mask.map_parts(body, mark, keep)
    return found


def _in_form(text: str) -> list[str]:
    found: list[str] = []

    def keep(name: str, value: str) -> str:
        if credentials.is_parameter(name, value):
            found.append(value)
        return value

    url_mask.map_pairs(text, text=str, pair=keep)
    return found


def _in_json(text: str) -> list[str]:
    found: list[str] = []

    def keep(value: str, name: str) -> str:
        if name and credentials.is_member(name):
            found.append(credentials.without_scheme(value))
        return value

    tokens = parsed(text)
    if tokens:
        map_scalars(text, tokens, keep, numbers=False)
    return found
