"""What others print, masked: URLs in a text, and credentials that were cut to fit a line."""

from __future__ import annotations

import pprint

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_argot.wire.mask_rule import parse_rule
from pytest_argot.wire.masking import Masker

KEY = "sk-" + "proj-" + "Zz1Yy2Xx3Ww4Vv5Uu6Tt7Ss8"
PASSWORD = "hunter2/but-longer"  # noqa: S105 - made up
HASH = "argot-aa187d60bc34"  # SHA-256 of t-4711
KNOWING = Masker(
    [parse_rule("query:tenant"), parse_rule("re:case-[0-9]+=case"), parse_rule("host:*.test=llm")]
).learning({"authorization": [f"Basic {PASSWORD}"]}, "https://x.com/")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('POST http://me:pw@x.com/v1?sig=12345678 "200 OK"', 'POST http://x.com/v1?sig=argot-masked "200 OK"'),
        ("(see https://x.com/?password=ab).", "(see https://x.com/?password=argot-masked)."),
        ("at http://a.test/?tenant=t-4711, b", f"at http://llm/?tenant={HASH}, b"),
        ("tenant=t-4711 of case-12", "tenant=t-4711 of case-12"),
        (f"headers = {{'key': '{PASSWORD}'}}", "headers = {'key': 'argot-masked'}"),
        (f"{{'key': '{PASSWORD[:9]}...'}}", "{'key': 'argot-masked...'}"),
        (f"{{'key': 'Bas...{PASSWORD[6:]}', 1: 2}}", "{'key': 'Bas...argot-masked', 1: 2}"),
        (f"…{PASSWORD[-6:]}", "…argot-masked"),
        (f"...{PASSWORD[-5:]} and {PASSWORD[:5]}...", f"...{PASSWORD[-5:]} and {PASSWORD[:5]}..."),
        (f"b'{KEY[:20]}'\n     b'{KEY[20:]}'", "b'argot-masked'\n     b'argot-masked'"),
        (f"E   +  '{KEY[:4]}'\nE   +  '{KEY[4:]} x'", "E   +  'argot-masked'\nE   +  'argot-masked x'"),
        (f"'{KEY[:9]}'\x1b[0m\n\x1b[33m\"{KEY[9:]}\"", f"'{KEY[:9]}'\x1b[0m\n\x1b[33m\"{KEY[9:]}\""),
        (f"'{KEY[:9]}'\x1b[0m\n \x1b[33m'\x1b[1m{KEY[9:]}'", "'argot-masked'\x1b[0m\n \x1b[33m'\x1b[1margot-masked'"),
        (f"\x1b[31m{KEY}\x1b[0m", "\x1b[31margot-masked\x1b[0m"),
        ("and so on ... http://x.com/v1/…", "and so on ... http://x.com/v1/…"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_printed(text: str, masked: str) -> None:
    """URLs, keys and learned credentials go, whole or in part; other values of rules stay."""
    assert KNOWING.printed(text) == masked
    assert KNOWING.printed(masked) == masked


@given(st.integers(0, 200), st.sampled_from([KEY, PASSWORD, f"{KEY} {PASSWORD}"]))
def test_wrapped_literals(before: int, secret: str) -> None:
    """Wherever pprint breaks a bytes literal, nothing telling is left of a secret in it."""
    shown = KNOWING.printed(pprint.pformat([b"." * before + b" " + secret.encode() + b" end"]))
    assert not any(secret[at : at + 6] in shown for at in range(len(secret) - 6))


@given(st.text())
def test_no_text_makes_it_stumble(text: str) -> None:
    """Any text is masked without an error, and once is enough."""
    once = KNOWING.printed(text)
    assert KNOWING.printed(once) == once


def test_nothing_shows_what_was_learned() -> None:
    """The repr of a masker, and of what it is made of, tells no credential."""
    parts = [KNOWING, *(getattr(KNOWING, name) for name in ("_texts", "_body"))]
    assert "hunter" not in "".join(map(repr, parts))
