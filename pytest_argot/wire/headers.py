"""Header fields: one spelling, and the short list of those that are recorded.

An allow-list, because a deny-list forgets: request ids, dates, rate limits, cookies and proxy
traces change with every recording and say nothing about the contract.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_argot.wire import name_glob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Headers = dict[str, list[str]]
"""Lower-case field names, each with its values in the order they were sent."""

REQUEST_ALLOWED: frozenset[str] = frozenset(
    {
        "accept",
        "anthropic-beta",
        "anthropic-version",
        "content-type",
        "openai-beta",
        "prefer",
    },
)
"""What selects the shape of an answer: media types, and the version an API was asked for."""

RESPONSE_ALLOWED: frozenset[str] = frozenset(
    {
        "allow",
        "content-disposition",
        "content-length",
        "content-type",
        "link",
        "location",
        "openai-model",
        "openai-version",
        "operation-location",
        "retry-after",
        "retry-after-ms",
        "x-should-retry",
    },
)
"""What clients act on: decoding, redirects, paging, polling and retries.

``retry-after-ms`` and ``x-should-retry`` steer the retries of OpenAI's and Anthropic's SDKs.
"""

_CONTROL = re.compile(r"(?:\r\n|[\x00-\x08\x0a-\x1f\x7f])+")


def normalise(headers: Mapping[str, str | Sequence[str]]) -> Headers:
    """Lower-case names, values as lists; names that differ in case only become one.

    Control characters, CR and LF above all, become one space: a header never spans lines.
    """
    result: Headers = {}
    for name, given in headers.items():
        values = [given] if isinstance(given, str) else given
        lines = [_one_line(value) for value in values]
        field = _field_name(name)
        if field in result:
            result[field] += lines
        else:
            result[field] = lines
    return result


@lru_cache(maxsize=256)
def _field_name(name: str) -> str:
    return _one_line(name).lower()


def allow(headers: Headers, allowed: frozenset[str], keep: Iterable[str]) -> Headers:
    """Give the allowed headers and those ``keep`` names, sorted by name.

    ``keep`` is in any case, ``*`` stands for any run of characters (``x-ratelimit-*``).
    """
    globs = [pattern.strip().lower() for pattern in keep]
    kept = (
        name
        for name in headers
        if name in allowed or any(name_glob.matches(name, pattern) for pattern in globs)
    )
    return {name: list(headers[name]) for name in sorted(kept)}


def _one_line(text: str) -> str:
    return (text if text.isprintable() else _CONTROL.sub(" ", text)).strip()
