"""Promise: a large body is written in parts exactly as a small one is written whole."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_argot.cassette.long_body import body_parts
from pytest_argot.cassette.yaml_text import body

WORDS = [
    "a",
    "b c",
    " ",
    "\n",
    "\n\n",
    "é",
    "🦜",
    "\r",
    "\t",
    "\x00",
    "word: |-\n",
    "  x\n",
    "\u2028",
]
TEXTS = st.lists(st.sampled_from(WORDS)).map(lambda words: "".join(words).encode())


@settings(deadline=None, max_examples=500)
@given(TEXTS, st.integers(1, 9), st.sampled_from([6, 8]))
def test_text_in_parts(data: bytes, part: int, indent: int) -> None:
    """Literal or quoted, wherever the parts are cut: the same scalar."""
    assert "".join(body_parts(data, indent, part)) == body(data, indent)


@settings(deadline=None)
@given(st.binary(min_size=100, max_size=400), st.sampled_from([57, 114]))
def test_binary_in_parts(data: bytes, part: int) -> None:
    """So is what is no text."""
    data += b"\xff"
    assert "".join(body_parts(data, 8, part)) == body(data, 8)
