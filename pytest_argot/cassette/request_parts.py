"""The parts of a request, in the form in which they are compared."""

from __future__ import annotations

import hashlib
import json
import math
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pytest_argot.cassette.stored import content_type

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from pytest_argot.cassette.interaction import Request

Part: TypeAlias = "str | Callable[[Request], Hashable]"
"""What ``match_on`` is made of: the name of a part, or a function that gives what counts."""

_DEFAULT_PORTS: Final = MappingProxyType({"http": 80, "https": 443, "ws": 80, "wss": 443})
_BOUNDARY: Final = re.compile(r'boundary="?([^";,]+)', re.IGNORECASE)


def split_url(url: str) -> SplitResult:
    """Split a URL; one that cannot be split is all path."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return SplitResult("", "", url, "", "")
    return parts


def port_of(url: SplitResult) -> int | None:
    """Give the port, ``None`` for the scheme's default."""
    return None if url.port == _DEFAULT_PORTS.get(url.scheme) else url.port


def query_of(url: SplitResult) -> tuple[tuple[str, str], ...]:
    """Give the decoded query parameters, sorted."""
    try:
        return tuple(sorted(parse_qsl(url.query, keep_blank_values=True)))
    except ValueError:
        return ((url.query, ""),)


def path_of(url: SplitResult) -> tuple[str, ...]:
    """Give the decoded steps of the path; none is the same as ``/``."""
    return tuple(unquote(step) for step in (url.path or "/").split("/"))


def body_key(request: Request) -> Hashable:
    """Give what stands for a body: a hash of its canonical JSON, else its bytes."""
    value = json_value(request.body)
    if value is not None:
        try:
            text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        except (ValueError, RecursionError):
            return request.body
        return "json", hashlib.blake2b(text.encode(), digest_size=16).digest()
    boundary = _BOUNDARY.search(content_type(request.headers))
    if boundary:
        return request.body.replace(boundary.group(1).encode(), b"argot-boundary")
    return request.body


def json_value(body: bytes) -> Any:
    """Parse a JSON object or array, whole floats as integers; ``None`` for anything else."""
    if body.lstrip()[:1] not in {b"{", b"["}:
        return None
    try:
        return json.loads(body, parse_float=_number)
    except (ValueError, RecursionError):
        return None


def _number(text: str) -> int | float | str:
    value = float(text)
    if math.isinf(value):
        return text  # 1e999 and 2e999 are two numbers
    return int(value) if value.is_integer() else value


PARTS: Final[Mapping[str, Callable[[Request, SplitResult], Hashable]]] = MappingProxyType(
    {
        "method": lambda request, _: request.method.upper(),
        "scheme": lambda _, url: url.scheme,
        "host": lambda _, url: url.hostname or "",
        "port": lambda _, url: port_of(url),
        "path": lambda _, url: path_of(url),
        "query": lambda _, url: query_of(url),
        "body": lambda request, _: body_key(request),
    }
)
