"""From the tree of one interaction to the interaction, in every layout vcrpy ever wrote.

Beside the current one: lower-case methods, ``content`` and ``status_code`` in place of ``body``
and ``status`` (the httpx stub before vcrpy 5), header values without a list, bodies as text,
``!!binary``, ``{string: ...}``, ``{base64_string: ...}``, ``null``, YAML mappings (aiohttp's
``json=``) and pydantic-ai's ``parsed_body``.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.cassette.corruption import FlawError
from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.own_fields import (
    ordinal_of,
    own_fields,
    stream_of,
    tests_of,
    time_of,
)
from pytest_argot.cassette.yaml_tree import Mapping, Plain, Tree, native
from pytest_argot.wire.headers import normalise

if TYPE_CHECKING:
    from pytest_argot.wire.headers import Headers

BODY_KEYS: Final = ("body", "content", "parsed_body")
TEXT_KEYS: Final = ("string", "base64_string", "encoding")
_STATUS: Final = re.compile("[1-9][0-9]{2}")
_METHOD: Final = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
"""A token of RFC 9110, section 5.6.2."""


def interaction_of(tree: Tree, line: int) -> Interaction:
    """Read one item of ``interactions``; ``line`` is where it stands if the item cannot tell.

    ``FlawError`` when the request or the response, or something neither can do without, is
    missing.
    """
    item = _mapping(tree, "an interaction", line)
    once(item)
    asked = _mapping(item.get("request"), "the request of an interaction", item.line)
    answered = _mapping(item.get("response"), "the response of an interaction", item.line)
    own = own_fields(item.get("argot"), item.line)
    return Interaction(
        request=_request(asked),
        response=_response(answered),
        tests=tests_of(own),
        ordinal=ordinal_of(own),
        recorded_at=time_of(own),
    )


def _request(tree: Mapping) -> Request:
    url = tree.get("uri", tree.get("url"))
    method = tree.get("method")
    if not isinstance(url, str) or not url:
        raise FlawError("a request without uri", tree.line)
    if not isinstance(method, str) or not _METHOD.fullmatch(method):
        raise FlawError("a request without method", tree.line)
    return Request(
        method=str(method).upper(),
        url=str(url),
        headers=_headers(tree.get("headers"), tree.line),
        body=_body(tree),
    )


def _response(tree: Mapping) -> Response:
    stream = stream_of(tree.get("stream"), tree.line)
    status, reason = _status(tree, unanswered=bool(stream and stream.failed))
    return Response(
        status=status,
        reason=reason,
        headers=_headers(tree.get("headers"), tree.line),
        body=_body(tree),
        stream=stream,
    )


def _status(tree: Mapping, *, unanswered: bool) -> tuple[int, str]:
    """Give status and reason; an exchange that failed before there was an answer has status 0."""
    given = tree.get("status", tree.get("status_code"))
    status, reason = given, tree.get("reason")
    if isinstance(given, Mapping):
        status, reason = given.get("code"), given.get("message")
    if unanswered and status == "0":
        return 0, ""
    if not isinstance(status, str) or not _STATUS.fullmatch(status):
        raise FlawError("a response without a status between 100 and 999", tree.line)
    return int(status), str(reason) if isinstance(reason, str) else ""


def _headers(tree: Tree, line: int) -> Headers:
    if tree is None:
        return {}
    if isinstance(tree, list):
        return normalise(_paired(tree, line))
    headers = _mapping(tree, "the headers", line)
    return normalise({name: _texts(value) for name, value in headers.items()})


def _paired(pairs: list[Tree], line: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004 - a name and a value
            raise FlawError("the headers are neither a mapping nor pairs", line)
        found.setdefault("".join(_texts(pair[0])), []).extend(_texts(pair[1]))
    return found


def _texts(tree: Tree) -> list[str]:
    if tree is None:
        return []
    if isinstance(tree, list):
        return [text for part in tree for text in _texts(part)]
    if isinstance(tree, bytes):
        return [tree.decode("latin-1")]
    return [str(tree) if isinstance(tree, str) else json.dumps(native(tree))]


def _body(tree: Mapping) -> bytes:
    for key in BODY_KEYS:
        if key in tree:
            body = tree[key]
            if key == "parsed_body":
                return _as_json(body)
            return _unwrapped(body, tree.line)
    return b""


def _unwrapped(tree: Tree, line: int) -> bytes:
    if not isinstance(tree, dict) or not tree.keys() <= set(TEXT_KEYS):
        return _bytes(tree)
    coded = tree.get("base64_string")
    if coded is None:
        return _bytes(tree.get("string"))
    try:
        return base64.b64decode(b"".join(_bytes(coded).split()), validate=True)
    except ValueError as error:
        raise FlawError("a base64_string is not base64", tree.line or line) from error


def _bytes(tree: Tree) -> bytes:
    if tree is None:
        return b""
    if isinstance(tree, bytes):
        return tree
    if isinstance(tree, str):
        return tree.encode("utf-8", "surrogatepass")
    return _as_json(tree)


def _as_json(tree: Tree) -> bytes:
    """Write what a client passed as ``json=`` the way httpx and aiohttp put it on the wire."""
    plain = native(tree)
    return json.dumps(plain, ensure_ascii=False, default=_unreadable).encode(
        "utf-8", "surrogatepass"
    )


def _unreadable(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def once(tree: Mapping) -> None:
    """Refuse a mapping with a key twice: one of the two values would be lost without a word."""
    if tree.twice:
        raise FlawError(f"the key {ascii(tree.twice)[:40]} is there twice", tree.line)


def _mapping(tree: Tree, what: str, line: int) -> Mapping:
    if isinstance(tree, Mapping):
        return tree
    found = "missing" if tree is None else f"{_kind(tree)}, not a mapping"
    raise FlawError(f"{what} is {found}", line)


def _kind(tree: Tree) -> str:
    if isinstance(tree, list):
        return "a list"
    return "a value" if isinstance(tree, Plain) else "a text"
