"""Selectors: what each names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot.errors import Misuse
from pytest_argot.fuzz.selector import Selector, selects

if TYPE_CHECKING:
    from pytest_argot.wire.json_path import Path

REASON = ("choices", 0, "finish_reason")
NAMES: list[tuple[str, Path, bool]] = [
    ("choices[*].finish_reason", REASON, True),
    ("choices[0].finish_reason", REASON, True),
    ("choices[1].finish_reason", REASON, False),
    ("choices.0.finish_reason", REASON, True),
    ("choices.*.finish_reason", REASON, True),
    ("choices[0]", REASON, True),
    ("choices[0]", ("choices",), False),
    ("choices", REASON, True),
    ("$.choices", REASON, True),
    ("**.finish_*", REASON, True),
    ("**.text", REASON, False),
    ("finish_reason", REASON, False),
    ("usage.*", ("usage",), False),
    ("usage.*", ("usage", "total_tokens"), True),
    ("usage.*", ("usage", "details", "cached"), True),
    ("**", (), True),
    ("**", REASON, True),
    ('meta["a b"]', ("meta", "a b"), True),
    ('meta["a b"].x', ("meta", "a b", "x"), True),
    ('meta["a*"]', ("meta", "a b"), False),
]


@pytest.mark.parametrize(("text", "path", "named"), NAMES)
def test_names(text: str, path: Path, named: bool) -> None:  # noqa: FBT001 - a row of the table
    """A selector names a value and everything in it."""
    assert Selector.parse(text).names(path) is named


@pytest.mark.parametrize(
    "text", ["", "!", ".", ".a", "a b", "a[", "a[x]", "a[-1]", "a]", 'a["b]', 3]
)
def test_unreadable(text: object) -> None:
    """What is no selector is a misuse that shows the forms."""
    with pytest.raises(Misuse) as caught:
        Selector.parse(text)
    assert "choices[*].finish_reason" in caught.value.fix


def test_selects() -> None:
    """Without an including selector all is in; an excluding one wins over any other."""
    include, exclude = Selector.parse("usage"), Selector.parse("!usage.total_tokens")
    assert selects([], ("id",))
    assert selects([exclude], ("id",))
    assert not selects([include], ("id",))
    assert selects([include, exclude], ("usage", "prompt_tokens"))
    assert not selects([include, exclude], ("usage", "total_tokens"))
