"""The last look before anything reaches the disk: what still looks like a secret.

Broader than masking, which changes texts and must be sure: a value that was drawn at random and
is called a key, a password or a cookie is refused here whatever its shape.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from pytest_argot.wire import key_shapes
from pytest_argot.wire.secret_shape import Found, Shape, blanked, joined, keyish

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

_SHORTEST: Final = 16
_ENOUGH: Final = 256
_BITS: Final = 3.0
"""Entropy from which a value may be random, in bits per character; hex has at most 4."""

# What examples are made of, in the texts LLM models write.
_EXAMPLE: Final = re.compile(
    r"example|sample|your|change|dummy|fake|placeholder|redacted|masked|argot|test|demo|insert|"
    r"xxxx|1234567|abcdef|0000000|qwerty",
    re.IGNORECASE,
)
# a.b.C of a program, where the value is written down by its name; or a number
_PLAIN: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[-+0-9._eE]+")
_QUOTE: Final = r"(?:\\{0,3}[\"'])?"
_GAP: Final = rf"{_QUOTE}(?:[ \t]*(?:[:=]|=>)[ \t]*|:\s{{1,40}}-[ \t]+){_QUOTE}"


def _random(value: str) -> bool:
    """Tell whether ``value`` was drawn at random: mixed, varied, and no example."""
    value = unquote(value[:_ENOUGH])
    if _PLAIN.fullmatch(value):
        return False
    return (
        len(value) >= _SHORTEST and keyish(value) and _varied(value) and not _EXAMPLE.search(value)
    )


def _varied(value: str) -> bool:
    counts = Counter(value).values()
    entropy = -sum(count / len(value) * log2(count / len(value)) for count in counts)
    return entropy >= _BITS and any(map(str.isdigit, value)) and any(map(str.isalpha, value))


# Tokens of another trade (next_page_token, prompt_tokens) are paging and counting.
_CONTEXTS: Final = (
    Shape(
        "named-secret",
        ("ey", "EY", "ecret", "ECRET", "oken", "OKEN", "assw", "ASSW", "redential", "REDENTIAL"),
        re.compile(
            r"(?i:api[ _-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|account[_-]?key|"
            r"subscription[_-]?key|(?<![a-z])secret|client[_-]?secret|passw(?:or)?d|credentials?|"
            r"(?:auth|access|refresh|bearer|session|id|api|security|secret)[_-]?token)"
            rf"{_GAP}(?P<secret>[A-Za-z0-9_.+/=~%-]{{16,4000}}+)(?! ?\()",
        ),
        None,
        _random,
    ),
    Shape(
        "authorization",
        ("uthorization", "UTHORIZATION"),
        re.compile(
            rf"(?i:authorization){_GAP}(?:[A-Za-z0-9-]{{1,20}} )?"
            r"(?P<secret>[A-Za-z0-9_.+/=~-]{16,4000})",
        ),
        None,
        _random,
    ),
    Shape(
        "cookie",
        ("cf", "ession", "sid", "SID", "SESS", "ookie"),
        re.compile(
            r"(?:__cf_bm|_cfuvid|cf_clearance|(?i:session(?:[_-]?id)?|connect\.sid|jsessionid|"
            rf"phpsessid)|(?i:cookie){_GAP}[^\s=;\"']{{1,60}})=(?P<secret>[A-Za-z0-9_.+/%-]{{16,4000}})",
        ),
        None,
        _random,
    ),
    Shape(
        "webhook",
        ("hooks.slack.com/", "discord"),
        re.compile(
            r"(?:hooks\.slack\.com/(?:services|workflows)/|discord(?:app)?\.com/api/webhooks/\d+/)"
            r"(?P<secret>[A-Za-z0-9_/-]{20,300})",
        ),
        None,
        _random,
    ),
)


@dataclass(frozen=True, slots=True)
class Leak:
    """Where something looks like a secret; the secret itself is not kept.

    ``rule`` names the shape, ``fingerprint`` (12 hex digits over rule and secret) this very one.
    ``line`` and ``column`` count from 1, in characters; ``text[start:end]`` is the secret.
    """

    rule: str
    line: int
    column: int
    start: int
    end: int
    fingerprint: str


def scan(text: str, harmless: Container[str] = ()) -> list[Leak]:
    """Find what looks like a secret, in the order of the text, without overlaps.

    Keys of known shape (masking would have replaced them), percent-encoded ones too, and random
    values that are called a key, token, password or cookie. Ids, hashes, UUIDs and base64 data
    are no secrets by themselves, and what has a ``harmless`` fingerprint is none.
    """
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    leaks: list[Leak] = []
    for start, end, rule in joined(_found(text)):
        fingerprint = _fingerprint(rule, text[start:end])
        if fingerprint not in harmless:
            line = bisect_right(lines, start)
            column = start - lines[line - 1] + 1
            leaks.append(Leak(rule, line, column, start, end, fingerprint))
    return leaks


def _fingerprint(rule: str, secret: str) -> str:
    inner = hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
    return hashlib.sha256(f"{rule}|{inner}".encode()).hexdigest()[:12]


def blank(text: str, leaks: Iterable[Leak]) -> str:
    """Replace every leak by the text of a masked credential, which no scan finds again."""
    found = (Found(leak.start, leak.end, leak.rule) for leak in leaks)
    return blanked(text, joined(found))


def _found(text: str) -> Iterator[Found]:
    yield from key_shapes.find(text)
    for shape in _CONTEXTS:
        yield from shape.found(text)
    for start, end in key_shapes.percent_encoded(text):
        decoded = unquote(text[start:end])
        inner = next((here for shape in _CONTEXTS for here in shape.found(decoded)), None)
        inner = next(key_shapes.find(decoded), inner)
        if inner is not None:
            yield Found(start, end, inner.name)
