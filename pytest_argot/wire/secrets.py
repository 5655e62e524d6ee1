"""The last look before anything reaches the disk: what still looks like a secret.

Broader than masking, which changes texts and must be sure: a value that was drawn at random and
is called a key, a password or a cookie is refused here whatever its shape.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from pytest_argot.wire import key_shapes
from pytest_argot.wire.secret_shape import MASKED, Found, Shape, joined, keyish

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

_WINDOW: Final = 2**21
_ROOM: Final = 2**16
"""Characters looked at at once; a secret has at most so many, with all that it is known by."""

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

_NAMED: Final = r"[A-Za-z0-9_.+/=~%-]"
# The colon or equals sign behind the last letters of such a name, before what may be a secret.
_NAMED_SIGN: Final = re.compile(
    r"[:=](?:(?<=[eE][yYtTnN].)|(?<=[wWrR][dD].)|(?<=[aA][lL].)|(?<=[lL][sS].)|(?<=[\ \t].)"
    r"|(?<=[eE][yYtTnN][\"'].)|(?<=[wWrR][dD][\"'].)|(?<=[aA][lL][\"'].)|(?<=[lL][sS][\"'].)"
    r"|(?<=\\[\"'].))"
    rf"(?=(?:>?[ \t]*|\s{{1,40}}-[ \t]+){_QUOTE}{_NAMED}{{16}})"
)
_COOKIE_SIGN: Final = re.compile(r"=(?=[A-Za-z0-9_.+/%-]{16})")


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
            rf"{_GAP}(?P<secret>{_NAMED}{{16,4000}}+)(?! ?\()",
        ),
        None,
        _random,
        _NAMED_SIGN,
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
        _COOKIE_SIGN,
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
    return list(scanned((text,), harmless))


def scanned(parts: Iterable[str], harmless: Container[str] = ()) -> Iterator[Leak]:
    """Do what ``scan`` does, for a text that comes in parts; little of it is held at a time."""
    line = column = 1
    for before, text, size, place in _windows(parts):
        at = before
        for start, end, rule in joined(_found(text)):
            fingerprint = _fingerprint(rule, text[start:end])
            if before <= start < before + size and fingerprint not in harmless:
                line, column = _moved(text[at:start], line, column)
                at = start
                yield Leak(rule, line, column, place + start, place + end, fingerprint)
        line, column = _moved(text[at : before + size], line, column)


def _windows(parts: Iterable[str]) -> Iterator[tuple[int, str, int, int]]:
    """Give windows of a text: what precedes the part meant, the text, the part's size, the place.

    A secret is found in the window of its beginning, with room before and behind.
    """
    held, before, place = "", 0, 0
    for part in parts:
        held += part
        if len(held) - before > _WINDOW:
            size = len(held) - before - _ROOM
            yield before, held, size, place
            drop = max(0, before + size - _ROOM)
            held, before, place = held[drop:], before + size - drop, place + drop
    yield before, held, len(held) - before, place


def _moved(text: str, line: int, column: int) -> tuple[int, int]:
    """Give line and column behind a text."""
    ends = text.count("\n")
    return line + ends, len(text) - text.rfind("\n") if ends else column + len(text)


def _fingerprint(rule: str, secret: str) -> str:
    inner = hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
    return hashlib.sha256(f"{rule}|{inner}".encode()).hexdigest()[:12]


def blank(text: str, leaks: Iterable[Leak]) -> str:
    """Replace every leak by the text of a masked credential, which no scan finds again."""
    return "".join(without((text,), leaks))


def without(parts: Iterable[str], leaks: Iterable[Leak]) -> Iterator[str]:
    """Do the same for a text that comes in parts."""
    found = joined(Found(leak.start, leak.end, leak.rule) for leak in leaks)
    place = 0
    for part in parts:
        here = [each for each in found if each.end > place and each.start < place + len(part)]
        at = 0
        for start, end, _ in here:
            yield part[at : max(at, start - place)] + (MASKED if start >= place else "")
            at = min(len(part), end - place)
        yield part[at:]
        place += len(part)


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
