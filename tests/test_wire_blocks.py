"""Promise: a long stream is read and masked in blocks, and nothing about it shows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_argot.wire import blocks
from pytest_argot.wire.masking import Masker
from pytest_argot.wire.sse import each_event, is_valid_utf8

SSE = "text/event-stream"
KEY = "sk-proj-" + "aB3dE5fG7hJ9" * 4
PIECES = st.lists(
    st.sampled_from(
        ["data: é🦜", "data: x", "\n", "\r\n", "\r", "\n\n", ": c", "id: 1", "event: e"]
    )
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few events."""
    monkeypatch.setattr(blocks, "BLOCK", 2000)
    monkeypatch.setattr(blocks, "OVERLAP", 1000)


def stream(texts: list[str]) -> bytes:
    """Give a stream that says these texts, one an event."""
    chunks = [{"id": "cmpl-1", "choices": [{"index": 0, "text": text}]} for text in texts]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode()


def said(body: bytes) -> str:
    """Give the text of a stream."""
    return "".join(json.loads(each.data)["choices"][0]["text"] for each in each_event(body))


@settings(deadline=None)
@given(PIECES, st.integers(1, 12))
def test_blocks_are_the_body_cut_behind_blank_lines(pieces: list[str], size: int) -> None:
    """Whatever the line ends, the blocks are the body, and their events its events."""
    body = "".join(pieces).encode()
    whole = list(each_event(body))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", size)
        assert b"".join(blocks.blocks(body)) == body
        assert list(each_event(body)) == whole


@pytest.mark.parametrize("place", range(0, 60, 3))
@pytest.mark.usefixtures("small")
def test_a_key_across_blocks_is_masked(place: int) -> None:
    """A key in pieces is found wherever in a long stream it stands, and nothing else changes."""
    key = [KEY[start : start + 8] for start in range(0, len(KEY), 8)]
    words = [f"word{n} " for n in range(100)]
    body = stream([*words[:place], *key, " ", *words[place:]])
    masked = Masker().body(body, SSE)
    assert said(masked) == "".join([*words[:place], "argot-masked ", *words[place:]])
    assert Masker().body(masked, SSE) == masked


@pytest.mark.usefixtures("small")
def test_a_stream_without_keys_is_not_copied() -> None:
    """What has nothing to mask is given as it is."""
    body = stream([f"word{n} " for n in range(100)])
    assert Masker().body(body, SSE) is body


@pytest.mark.parametrize("mask", [[], ["re:word77=x"]], ids=["built in", "a rule"])
@pytest.mark.usefixtures("small")
def test_the_rest_of_a_masked_stream_stays(mask: list[str]) -> None:
    """Before and behind what is masked every byte stays, also in blocks that are read again."""
    from pytest_argot.wire.mask_rule import parse_rule

    words = [f"word{n} " for n in range(100)]
    words[77] = f"{KEY} word77 "
    masked = Masker([parse_rule(rule) for rule in mask]).body(stream(words), SSE)
    words[77] = "argot-masked x " if mask else "argot-masked word77 "
    assert masked == stream(words)


@settings(deadline=None)
@given(PIECES, st.integers(1, 30), st.integers(0, 30))
def test_a_change_in_blocks(pieces: list[str], size: int, overlap: int) -> None:
    """A change that looks at one event gives the same in blocks, whatever is not a whole event."""
    body = "".join(pieces).encode()
    for change in (lambda data: data.replace(b"x", b"yyy"), bytes):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(blocks, "BLOCK", size)
            patch.setattr(blocks, "OVERLAP", overlap)
            assert blocks.mapped(body, change) == change(body)


@settings(deadline=None)
@given(st.binary(max_size=40) | st.text(max_size=20).map(str.encode), st.integers(1, 5))
def test_utf8_is_told_in_blocks(body: bytes, size: int) -> None:
    """A body is UTF-8 when Python can decode it whole, wherever its blocks are cut."""
    try:
        body.decode()
    except UnicodeDecodeError:
        whole = False
    else:
        whole = True
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", size)
        assert is_valid_utf8(body) == whole
