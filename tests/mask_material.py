"""Keys, rules and maskers for the tests of masking.

Keys are put together from pieces, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

import hashlib

from pytest_argot.wire.mask_rule import parse_rule
from pytest_argot.wire.masking import Masker

KEY = "sk" + "-proj-AbCdEfGh0123456789_ijklMNOP-qrstuvwx"
OTHER = "sk" + "-proj-ZyXwVuTs9876543210_ponmLKJI-hgfedcba"
UUID = "123e4567-e89b-12d3-a456-426614174000"
RULES = ("body:$..user", "re:UUID=<uuid>", "body:$.a[*]=x", "body:$.text", r"re:\bme\b")


def masker(*rules: str) -> Masker:
    """Make a masker of the rules as a user writes them."""
    return Masker([parse_rule(rule) for rule in rules])


def text_of(body: bytes | str, content_type: str = "application/json", *rules: str) -> str:
    """Mask a body, check that masking it again changes nothing, and decode it."""
    raw = body.encode() if isinstance(body, str) else body
    masked = masker(*rules).body(raw, content_type)
    assert masker(*rules).body(masked, content_type) == masked
    return masked.decode()


def hash_of(value: str) -> str:
    """Give the text a private value becomes."""
    return "argot-" + hashlib.sha256(value.encode()).hexdigest()[:12]
