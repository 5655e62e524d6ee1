"""Tags of old recordings are read as what they stood for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot.cassette.yaml_parser import parse
from tests.cassette_texts import THEIRS, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!!binary aGk=", b"hi"),
        ("!!python/unicode 'hi'", "hi"),
        ("!!python/object/new:_io.BytesIO {state: !!python/tuple [!!binary aGk=, 0, null]}", b"hi"),
        ("!!python/object/apply:builtins.iter {args: [[!!binary aA==, i]]}", b"hi"),
    ],
)
def test_tags_of_old_recordings(text: str, expected: str | bytes) -> None:
    """Texts and bytes that were written with a tag are texts and bytes."""
    assert parse(text) == expected


def test_multidict_keys(tmp_path: Path) -> None:
    """Header names that aiohttp's multidict left as Python objects are names."""
    key = "? !!python/object/apply:multidict._multidict.istr\n      - Accept\n      :"
    text = THEIRS.replace("Content-Type:", key, 1)
    (interaction,) = read(tmp_path, text).interactions
    assert interaction.request.headers == {"accept": ["application/json"]}
