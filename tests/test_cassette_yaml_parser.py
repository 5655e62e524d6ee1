"""The tree is built within bounds, whatever the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cassette_texts import THEIRS, read, refused

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("character", "[{-?")
def test_deep_nesting_is_corrupt(tmp_path: Path, character: str) -> None:
    """Nesting that would bring the YAML library down is refused."""
    unit = {"{": "{a: ", "-": "- ", "?": "? "}.get(character, character)
    assert "nested too deeply" in refused(tmp_path, unit * 100_000).what


def test_alias_bomb_is_corrupt(tmp_path: Path) -> None:
    """Aliases of aliases are refused before they are written out."""
    rows = ["a0: &a0 [" + ", ".join(["lol"] * 10) + "]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert "aliases" in refused(tmp_path, "\n".join([*rows, "interactions: []", "version: 1"])).what


def test_honest_aliases_load(tmp_path: Path) -> None:
    """Aliases as PyYAML writes them for shared headers are read, and so are merge keys."""
    text = THEIRS.replace("    headers:\n", "    headers: &id001\n", 1)
    start, end = text.index("    headers:\n"), text.index("    status:")
    text = f"{text[:start]}    headers:\n      <<: *id001\n      X-A: b\n{text[end:]}"
    (interaction,) = read(tmp_path, text).interactions
    assert interaction.response.headers["content-type"] == ["application/json"]
    assert interaction.response.headers["x-a"] == ["b"]
