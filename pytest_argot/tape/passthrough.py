"""Hosts whose requests are none of a cassette's business."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_PORTS = {"http": 80, "https": 443}


def passes(url: str, patterns: Iterable[str]) -> bool:
    """Tell whether a URL's host fits one of the patterns: ``localhost:9200``, ``*.sentry.io``."""
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme.lower(), 0)
    return host_passes(parts.hostname or "", port, patterns)


def host_passes(host: str, port: int, patterns: Iterable[str]) -> bool:
    """Tell the same of a host and its port; port 0: some port of it passes."""
    for pattern in patterns:
        name, allowed = _parts(pattern)
        if fnmatchcase(host.lower(), name) and (not port or fnmatchcase(str(port), allowed)):
            return True
    return False


def host_of(pattern: str) -> str:
    """Give the part of a pattern that names hosts."""
    return _parts(pattern)[0]


def _parts(pattern: str) -> tuple[str, str]:
    """Give host and port; an IPv6 address stands in brackets, as in a URL."""
    host, closed, port = pattern.lower().rpartition("]")
    if closed:
        return host.removeprefix("["), port.removeprefix(":") or "*"
    host, _, port = pattern.lower().partition(":")
    return host, port or "*"
