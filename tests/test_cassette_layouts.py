"""Messages are read in every form they were ever written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cassette_texts import THEIRS, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("null", b""),
        ("''", b""),
        ("'null'", b"null"),
        ("123", b"123"),
        ("2020-10-01", b"2020-10-01"),
        ("{string: hi}", b"hi"),
        ("{base64_string: aGk=, encoding: utf-8}", b"hi"),
        (
            "{model: m, n: 1, t: 0.70, on: true, s: '1', x: null, l: [1, 2]}",
            b'{"model": "m", "n": 1, "t": 0.7, "on": true, "s": "1", "x": null, "l": [1, 2]}',
        ),
    ],
)
def test_bodies_of_old_layouts(tmp_path: Path, body: str, expected: bytes) -> None:
    """A body is read in every form vcrpy ever wrote one; a mapping becomes the JSON it was."""
    text = THEIRS.replace("""'{"model": "m", "prompt": "hi"}'""", body)
    assert read(tmp_path, text).interactions[0].request.body == expected


def test_old_httpx_layout(tmp_path: Path) -> None:
    """``content``, ``status_code`` and a lower-case method are read as what they mean."""
    text = """\
interactions:
- request: {body: '', headers: {Accept: '*/*'}, method: post, uri: 'http://a/'}
  response:
    content: '{"id": 1}'
    headers: [[Content-Type, application/json], [X-A, b], [x-a, c]]
    http_version: HTTP/1.1
    status_code: 404
version: 1
"""
    (interaction,) = read(tmp_path, text).interactions
    assert interaction.request.method == "POST"
    assert interaction.request.headers == {"accept": ["*/*"]}
    assert interaction.response.status == 404
    assert interaction.response.headers["x-a"] == ["b", "c"]
    assert interaction.response.body == b'{"id": 1}'


def test_parsed_body(tmp_path: Path) -> None:
    """A ``parsed_body`` as pydantic-ai's serializer writes it is the JSON it was parsed from."""
    text = THEIRS.replace(
        '    body:\n      string: \'{"id": "cmpl-1"}\'', "    parsed_body:\n      id: 1"
    )
    assert read(tmp_path, text).interactions[0].response.body == b'{"id": 1}'


def test_header_values_keep_their_spelling(tmp_path: Path) -> None:
    """Unquoted header values are texts, whatever YAML sees in them."""
    text = THEIRS.replace(
        "- application/json\n    method",
        "- application/json\n      A: [1.0, 2020-10-01, yes]\n    method",
    )
    assert read(tmp_path, text).interactions[0].request.headers["a"] == ["1.0", "2020-10-01", "yes"]
