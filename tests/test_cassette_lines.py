"""The line of the file on which a value of a body stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.stored import stored
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from pytest_argot.cassette.cassette import Cassette

URL = "http://a/v1/completions"
COMPLETION = json.dumps(
    {
        "id": "cmpl-1",
        "choices": [
            {"text": "a\nb", "finish_reason": "stop"},
            {"text": "", "finish_reason": "LENGTH"},
        ],
    }
).encode()


def cassette_of(folder: Path, text: str) -> Cassette:
    """Load a cassette with this text."""
    path = folder / "c.yaml"
    path.write_bytes(text.encode())
    return load(path, Masker())


def ours(folder: Path, *bodies: bytes) -> Cassette:
    """Give a cassette of ours with these response bodies."""
    request = Request(
        "POST", URL, {"content-type": ["application/json"]}, b'{"model": "m", "prompt": "hi"}'
    )
    items = [
        stored(Interaction(request, Response(200, "OK", {}, body), "t::a", 1)) for body in bodies
    ]
    return cassette_of(folder, dump(items, ""))


def theirs(folder: Path, body: str, **style: Any) -> Cassette:
    """Give a cassette as PyYAML writes it with this response body."""
    tree = {
        "interactions": [
            {
                "request": {"method": "POST", "uri": URL, "body": None, "headers": {}},
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "headers": {},
                    "body": {"string": body},
                },
            }
        ],
        "version": 1,
    }
    return cassette_of(folder, yaml.safe_dump(tree, **style))


def at(cassette: Cassette, line: int) -> str:
    """Give a line of the file, counted from 1."""
    return cassette.text.split("\n")[line - 1]


def test_json_in_a_literal_block(tmp_path: Path) -> None:
    """A value of a JSON body of ours is found on its own line, in any interaction."""
    cassette = ours(tmp_path, COMPLETION, COMPLETION.replace(b"LENGTH", b"other"))
    first = cassette.line(0, path=("choices", 1, "finish_reason"))
    second = cassette.line(1, path=("choices", 1, "finish_reason"))
    assert at(cassette, first).strip() == '"finish_reason": "LENGTH"'
    assert at(cassette, second).strip() == '"finish_reason": "other"'
    assert at(cassette, cassette.line(0, "request", ("prompt",))).strip() == '"prompt": "hi"'


def test_nearest_thing_for_what_is_not_there(tmp_path: Path) -> None:
    """A missing field gives the object it is missing from, no path the body."""
    cassette = ours(tmp_path, COMPLETION)
    assert at(cassette, cassette.line(0)) == "        {"
    assert cassette.line(0, path=("usage", "total_tokens")) == cassette.line(0)
    choice = cassette.line(0, path=("choices", 1, "logprobs"))
    assert at(cassette, choice + 2).strip() == '"finish_reason": "LENGTH"'
    assert cassette.line(7) == 1
    broken = ours(tmp_path, b"<html>\n</html>")
    assert at(broken, broken.line(0, path=("id",))).strip() == "<html>"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_events_of_a_stream(tmp_path: Path, end: str) -> None:
    """A value of an event is found on the event's line, whatever ends the lines."""
    lines = [
        ": hi",
        "",
        'data: {"n": 0}',
        "",
        "event: x",
        'data: {"n":',
        "id: 1",
        "data: 11}",
        "",
        "data: [DONE]",
        "",
        "",
    ]
    cassette = ours(tmp_path, end.join(lines).encode())
    if end != "\r":  # one line of the file has them all
        assert at(cassette, cassette.line(0, event=0, path=("n",))).lstrip().startswith("data: {")
        assert "11}" in at(cassette, cassette.line(0, event=1, path=("n",)))
        assert "[DONE]" in at(cassette, cassette.line(0, event=2, path=("n",)))
    assert "data: " in at(cassette, cassette.line(0, event=1))
    assert cassette.line(0, event=9) == cassette.line(0)


def test_escaped_body_of_ours(tmp_path: Path) -> None:
    """A body that needs escapes has one line of the file per line of text, and is counted so."""
    cassette = ours(
        tmp_path, json.dumps({"a": "\u2028", "b": [1, {"c": 2}]}, ensure_ascii=False).encode()
    )
    assert "\\u2028" in cassette.text
    assert at(cassette, cassette.line(0, path=("b", 1, "c"))).strip().startswith("\\")
    assert '\\"c\\": 2' in at(cassette, cassette.line(0, path=("b", 1, "c")))


@pytest.mark.parametrize("style", ["'", '"', "|", None])
def test_foreign_styles(tmp_path: Path, style: str | None) -> None:
    """In files of vcrpy, wrapped as PyYAML wraps, values are found on their line too."""
    data = {f"key{n}": ["value it's \t\n\n\x07é" * (n % 4), {"mark": 1000 + n}] for n in range(40)}
    for body in (json.dumps(data), json.dumps(data, ensure_ascii=False, indent=1)):
        cassette = theirs(tmp_path, body, default_style=style, width=60)
        for n in range(40):
            assert str(1000 + n) in at(cassette, cassette.line(0, path=(f"key{n}", 1, "mark")))


def test_yaml_mapping_as_body(tmp_path: Path) -> None:
    """A body that aiohttp left as a YAML mapping is looked up in the YAML."""
    text = theirs(tmp_path, "x").text.replace(
        "body: null", "body:\n      a:\n      - b: 1\n      - c: 2"
    )
    cassette = cassette_of(tmp_path, text)
    assert at(cassette, cassette.line(0, "request", ("a", 1, "c"))).strip() == "- c: 2"


def test_binary_and_json_files(tmp_path: Path) -> None:
    """Where no line can be told the body's own is given, in a JSON cassette the first."""
    binary = ours(tmp_path, b"\xff" * 300)
    assert "!!binary" in at(binary, binary.line(0, path=("id",)))
    tree = yaml.safe_load(theirs(tmp_path, '{"a": "\U0001f98a"}').text)
    assert cassette_of(tmp_path, json.dumps(tree)).line(0, path=("a",)) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["'", '"', "|", None, "ours"]))
def test_any_layout(tmp_path: Path, chance: random.Random, style: str | None) -> None:
    """However a body is spelled and wrapped, each of its marked values is on the line given."""
    words = [
        chance.choice(["a", " ", "  ", "é", "\n", "it's", "\\", '"', "\x85", "#"])
        for _ in range(99)
    ]
    data = {f"k{n}": ["".join(words[:n]), 10_000 + n] for n in range(0, 99, 7)}
    body = json.dumps(data, indent=chance.choice([None, 0, 2]), ensure_ascii=chance.random() < 0.5)
    width = chance.choice([20, 80, 500])
    cassette = (
        ours(tmp_path, body.encode())
        if style == "ours"
        else theirs(tmp_path, body, default_style=style, width=width)
    )
    for key, (_, mark) in data.items():
        assert str(mark) in at(cassette, cassette.line(0, path=(key, 1)))
