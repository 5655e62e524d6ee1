"""Ids: short, ASCII, distinct."""

from __future__ import annotations

import re

import pytest

from pytest_argot.fuzz.identity import distinct, fit, numbered, path_id

TOP = {"id", "choices", "usage"}
PATHS = [
    (("usage",), "usage"),
    (("usage", "total_tokens"), "usage.total_tokens"),
    (("choices", 0, "finish_reason"), "finish_reason"),
    (("choices", 0, "message", "content"), "message.content"),
    (("choices", 1, "finish_reason"), "choices.1.finish_reason"),
    (("choices", 0, "id"), "choices.0.id"),
    (("choices", 0), "choices.0"),
    (("matrix", 0, 0), "matrix.0.0"),
    ((), ""),
]


@pytest.mark.parametrize(("path", "name"), PATHS)
def test_path_id(path: tuple[str | int, ...], name: str) -> None:
    """A value in the first item goes by its own name, unless the top has one of that name."""
    assert path_id(path, TOP) == name


def test_fit() -> None:
    """What an id cannot hold is replaced, and texts that differ still differ."""
    assert fit("plain-1.text") == "plain-1.text"
    odd = [fit("größe"), fit("gr_e"), fit("gr/e"), fit("a b"), fit("x" * 100), fit("x" * 101)]
    assert len(set(odd)) == len(odd)
    assert all(re.fullmatch(r"[A-Za-z0-9_.,=+~-]{1,60}", each) for each in odd)


def test_numbers() -> None:
    """The second interaction's ids carry its number; a taken id gets a number, too."""
    assert numbered("usage=absent", 0) == "usage=absent"
    assert numbered("usage=absent", 1) == "usage=absent~2"
    assert distinct("a", ()) == "a"
    assert distinct("a", ("a", "a-2")) == "a-3"
