"""Texts of cassettes, ours and vcrpy's, and what reads or refuses them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.stored import stored
from pytest_argot.errors import CassetteCorrupt
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_argot.cassette.cassette import Cassette

MASKER = Masker()
URL = "https://api.openai.com/v1/completions"


def made(number: int = 0, body: bytes = b'{"id": "cmpl-1", "choices": []}') -> Interaction:
    """Give a stored interaction, told apart by its prompt."""
    asked = json.dumps({"model": "m", "prompt": f"p{number}\n"}).encode()
    return stored(
        Interaction(
            Request("POST", URL, {"content-type": ["application/json"]}, asked),
            Response(200, "OK", {"content-type": ["application/json"]}, body),
            tests=("tests/test_a.py::test_a",),
            ordinal=number + 1,
            recorded_at="2026-11-22T13:50:00Z",
        )
    )


OURS = dump(
    [made(0), made(1, b'data: {"a": 1}\r\n\r\ndata: [DONE]\r\n\r\n'), made(2, b"\xff\x00")],
    "2026-11-22T13:50:00Z",
)
THEIRS = """\
interactions:
- request:
    body: '{"model": "m", "prompt": "hi"}'
    headers:
      Content-Type:
      - application/json
    method: POST
    uri: https://api.openai.com/v1/completions
  response:
    body:
      string: '{"id": "cmpl-1"}'
    headers:
      Content-Type:
      - application/json
    status:
      code: 200
      message: OK
version: 1
"""


def read(folder: Path, content: str | bytes, masker: Masker = MASKER) -> Cassette:
    """Load a cassette with the given content."""
    path = folder / "c.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load(path, masker)


def refused(folder: Path, content: str | bytes) -> CassetteCorrupt:
    """Load what must be refused; give the error."""
    with pytest.raises(CassetteCorrupt) as caught:
        read(folder, content)
    data = content if isinstance(content, bytes) else content.encode()
    assert (folder / "c.yaml").read_bytes() == data
    return caught.value
