"""Promise: a cassette with large bodies is read as if a YAML parser had read all of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_argot import CassetteCorrupt
from pytest_argot.cassette import lifting
from pytest_argot.cassette.cassette import Cassette
from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.reader import load
from pytest_argot.wire.masking import Masker
from tests.bad_cassettes import AT, THEIRS, interaction

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_argot.cassette.interaction import Interaction

MASKER = Masker()
BODIES = {
    "text": b"one\ntwo\n\nthree",
    "line ends": b"one\n\n\n",
    "one line end": b"one\ntwo\n",
    "spaces first": b"  one\n two",
    "line ends first": b"\n\none",
    "keys": b'string: |-\nbody: |-\n      string: |-\n        x\n  "a": 1',
    "not ASCII": "é—🦜\nx".encode(),
    "stream": b'data: {"a": 1,\ndata: "b": 2}\n\ndata: [DONE]\n\n',
    "CR": b"one\r\ntwo",
    "binary": bytes(range(256)) * 3,
    "binary, in full lines": bytes(range(114, 228)),
}


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lift whatever can be lifted, out of any file."""
    monkeypatch.setattr(lifting, "FROM", 0)
    monkeypatch.setattr(lifting, "LEAST", 0)


def of(body: bytes, prompt: bytes = b"hi") -> Interaction:
    """Give an interaction without a stream."""
    made = interaction(body, prompt)
    return replace(made, response=replace(made.response, stream=None))


def plainly(path: Path, data: bytes) -> Cassette | str:
    """Give what the YAML parser makes of a file, or what it says of it."""
    path.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lifting, "FROM", 2**40)
        try:
            return load(path, MASKER)
        except CassetteCorrupt as error:
            return str(error)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("where", ["response", "request", "both"])
def test_bodies_come_back(tmp_path: Path, body: bytes, where: str) -> None:
    """Every kind of body is the same, lifted or not, in a request or a response."""
    asked = body if where != "response" else b"hi"
    answered = body if where != "request" else b"hi"
    path = tmp_path / "it.yaml"
    expected = plainly(path, dump([of(answered, asked), of(b"last")], AT).encode())
    found = load(path, MASKER)
    assert found == expected
    assert bool(found.lifted)
    assert found.interactions[0].response.body == answered
    assert found.interactions[0].request.body == asked


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_lines_are_those_of_the_file(tmp_path: Path, body: bytes) -> None:
    """Lines of values are the same for a file that was read whole and one yet to be written."""
    items = [of(body), of(b'{\n  "id": 1\n}'), of(b'data: {"x":\ndata: 2}\n\n')]
    path = tmp_path / "it.yaml"
    whole = plainly(path, dump(items, AT).encode())
    assert isinstance(whole, Cassette)
    lifted = load(path, MASKER)
    unwritten = Cassette(path, whole.interactions, AT, ours=True)
    for index in range(3):
        for where in ("request", "response"):
            for path_, event in [((), None), (("id",), None), (("x",), 0), (("b",), 0), ((), 1)]:
                line = whole.line(index, where, path_, event)  # type: ignore[arg-type]
                assert lifted.line(index, where, path_, event) == line  # type: ignore[arg-type]
                assert unwritten.line(index, where, path_, event) == line  # type: ignore[arg-type]


EDITS = {
    "a line with fewer spaces": ("        two", "       two"),
    "a line of spaces": ("        two", "   "),
    "a tab": ("        two", "\ttwo"),
    "deeper": ("        one\n        two", "          one\n          two"),
    "deeper first": ("        one", "          one"),
    "other chomping": ("string: |-\n        one", "string: |+\n        one"),
    "folded": ("string: |-\n        one", "string: >-\n        one"),
    "a comment": ("string: |-\n        one", "string: |- # it\n        one"),
    "a control character": ("        two", "        t\x01wo"),
    "CRLF": ("\n", "\r\n"),
    "a trailing line end": ("        three", "        three\n\n"),
    "under another key": ("      string: |-\n        one", "      other: |-\n        one"),
    "a header of this name": (
        "    headers:\n",
        "    headers:\n      string: |-\n        one\n",
    ),
    "twice": (
        "      string: |-\n        one",
        "      string: |-\n        a\n      string: |-\n        one",
    ),
    "truncated": ("        three", "        three\n..."),
}


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(("old", "new"), EDITS.values(), ids=EDITS.keys())
def test_edits_by_hand(tmp_path: Path, old: str, new: str) -> None:
    """Whatever was done to a file, what is read or said is what the YAML parser reads or says."""
    text = dump([of(b"one\ntwo\nthree"), of(b"last")], AT)
    assert old in text
    path = tmp_path / "it.yaml"
    expected = plainly(path, text.replace(old, new).encode())
    try:
        found: Cassette | str = load(path, MASKER)
    except CassetteCorrupt as error:
        found = str(error)
    assert found == expected


@pytest.mark.usefixtures("everything")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["  ", "    body: |-\n", "      string: |2\n", "x\n", "        y\n", "\n"])
    )
)
def test_texts_that_look_like_ours(tmp_path: Path, parts: list[str]) -> None:
    """A foreign text that looks like parts of a cassette is read as what it is."""
    path = tmp_path / "it.yaml"
    text = dump([of("".join(parts).encode()), of(b"last")], AT)
    for data in (text, THEIRS.replace("'{}'}", "'x'}\n    more: |\n      " + "".join(parts))):
        expected = plainly(path, data.encode())
        try:
            found: Cassette | str = load(path, MASKER)
        except CassetteCorrupt as error:
            found = str(error)
        assert found == expected
