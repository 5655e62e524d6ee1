"""A path is written so that a person reads it and no two places look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_argot.wire.json_text import Path, format_path, normalise


@pytest.mark.parametrize(
    ("path", "written", "normal"),
    [
        ((), "", ""),
        (("id",), "id", "id"),
        (("choices", 0, "finish_reason"), "choices[0].finish_reason", "choices[*].finish_reason"),
        ((0, 12), "[0][12]", "[*][*]"),
        ((0, "a"), "[0].a", "[*].a"),
        (("a b", "c"), '["a b"].c', '["a b"].c'),
        (("a", "b.c"), 'a["b.c"]', 'a["b.c"]'),
        (("",), '[""]', '[""]'),
        (("0",), '["0"]', '["0"]'),
        (("*",), '["*"]', '["*"]'),
        (('q"',), r'["q\""]', r'["q\""]'),
        (("x-request-id", "größe"), "x-request-id.größe", "x-request-id.größe"),
        (("ä b\n",), r'["\u00e4 b\n"]', r'["\u00e4 b\n"]'),
        (("\u202e",), r'["\u202e"]', r'["\u202e"]'),
        (("\ud800",), r'["\ud800"]', r'["\ud800"]'),
    ],
)
def test_paths_are_written_for_people(path: Path, written: str, normal: str) -> None:
    """Plain names take dots, others are quoted, indices are kept or become ``[*]``."""
    assert format_path(path) == written
    assert normalise(path) == normal


@given(st.lists(st.lists(st.text() | st.integers(0)), min_size=2, max_size=2, unique_by=tuple))
def test_two_paths_are_never_written_alike(paths: list[list[str | int]]) -> None:
    """A written path stands for one place, on one line, without characters that fool a screen."""
    one, other = (format_path(tuple(path)) for path in paths)
    assert one != other
    assert (one + other).isprintable()
