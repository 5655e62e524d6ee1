"""The text of a cassette: readable, the same every time, and nothing is lost in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.stored import stored
from pytest_argot.cassette.streaming import FAILURES, Streaming
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://api.example.com/v1/completions"
NO_MASKS = Masker(builtin=False)
IN_ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
LOADERS = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]

AWKWARD = "\0\a\b\t\n\v\f\r\x1b\x7f\x80\x85\x9f\xa0\xad\u200b\u2028\u2029\ufeff\ufffd\ufffe\uffff\U0001f98a\U0010ffff"
YAML_LOOKS = [
    "- ",
    ": ",
    "#",
    "...",
    "---",
    "!!binary ",
    "&a",
    "*a",
    "|2-",
    ">",
    "%",
    "'",
    '"',
    "\\",
    "{",
    "]",
    "yes",
]
PIECES = st.sampled_from(
    [*AWKWARD, *YAML_LOOKS, " ", "  ", "\n\n", "\r\n", "é", "e\u0301", "data: {}", "x"]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=60)
BODIES = TEXTS.map(lambda text: text.encode("utf-8", "replace")) | st.binary(max_size=80)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_é:#", min_size=1, max_size=8).map(str.strip)
HEADERS = st.dictionaries(
    NAMES.filter(bool) | st.sampled_from(["yes", "null", "1", "x" * 200]),
    st.lists(st.text("abc \"'\\:#\xe9\u2028", max_size=9).map(str.strip), max_size=3),
    max_size=3,
)
SPELLED = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode())
STREAMS = st.builds(
    lambda ascending, ended, failed, message: Streaming(
        edges=tuple(sorted(edge for edge, _ in ascending)),
        at=tuple(sorted(at for _, at in ascending)),
        ended=ended,
        failed=failed,
        message=message if failed else "",
    ),
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 10**6)), max_size=4),
    st.sampled_from(["server", "client"]),
    st.sampled_from(["", *FAILURES]),
    TEXTS,
)


@st.composite
def interactions(draw: st.DrawFn) -> Interaction:
    """Draw interactions with everything that can be in one, in their stored form."""
    asked = Request(
        draw(st.sampled_from(["GET", "POST", "NO", "M-SEARCH", "A.B", "7"])),
        f"http://host/{draw(SPELLED)}",
        draw(HEADERS),
        draw(BODIES),
    )
    answered = Response(
        draw(st.integers(100, 999)),
        draw(SPELLED),
        draw(HEADERS),
        draw(BODIES),
        draw(st.none() | STREAMS),
    )
    return stored(
        Interaction(
            asked,
            answered,
            draw(st.lists(SPELLED.filter(bool)).map(tuple)),
            draw(st.integers(0, 9)),
            draw(st.sampled_from(["", "2026-11-22T13:50:00Z"])),
        )
    )


def loaded(folder: Path, text: str) -> tuple[Interaction, ...]:
    """Write the text to a file and load it without masking anything."""
    path = folder / "c.yaml"
    path.write_bytes(text.encode())
    return load(path, NO_MASKS).interactions


def with_body(body: bytes) -> Interaction:
    """Give an interaction with this body on both sides."""
    return Interaction(Request("POST", URL, {}, body), Response(200, "OK", {}, body))


def body_of(tree: Any) -> bytes:
    """Give a body from a tree any YAML library has read."""
    return tree if isinstance(tree, bytes) else tree.encode()


def test_layout() -> None:
    """The file is laid out as the documentation shows it."""
    interaction = stored(
        Interaction(
            Request(
                "POST", URL, {"content-type": ["application/json"]}, b'{"model":"m","prompt":"hi"}'
            ),
            Response(
                200,
                "OK",
                {
                    "Content-Type": ["application/json"],
                    "content-length": ["7"],
                    "content-encoding": ["gzip"],
                },
                b'{"id":"cmpl-1","choices":[],"t":1.0}',
            ),
            ("tests/test_haiku.py::test_haiku",),
            1,
            "2026-11-22T13:50:00Z",
        )
    )
    streamed = Interaction(
        interaction.request,
        Response(
            200,
            "OK",
            {},
            b'data: {"a": 1}\r\n\r\n  data: [DONE]',
            Streaming(edges=(0, 9), at=(1, 20)),
        ),
    )
    expected = """\
argot:
  format: 1
  recorded_at: "2026-11-22T13:50:00Z"
  interactions: 2
  tests:
  - "tests/test_haiku.py::test_haiku"
interactions:
- request:
    method: POST
    uri: "https://api.example.com/v1/completions"
    body: |-
      {
        "model": "m",
        "prompt": "hi"
      }
    headers:
      content-type:
      - "application/json"
  response:
    status:
      code: 200
      message: "OK"
    headers:
      content-length:
      - "49"
      content-type:
      - "application/json"
    body:
      string: |-
        {
          "id": "cmpl-1",
          "choices": [],
          "t": 1.0
        }
  argot:
    tests:
    - "tests/test_haiku.py::test_haiku"
    ordinal: 1
    recorded_at: "2026-11-22T13:50:00Z"
- request:
    method: POST
    uri: "https://api.example.com/v1/completions"
    body: |-
      {
        "model": "m",
        "prompt": "hi"
      }
    headers:
      content-type:
      - "application/json"
  response:
    status:
      code: 200
      message: "OK"
    headers: {}
    body:
      string: "data: {\\"a\\": 1}\\r\\n\\
        \\r\\n\\
        \\  data: [DONE]"
    stream:
      ended: "server"
      edges: [0, 9]
      at: [1, 20]
version: 1
...
"""
    assert dump([interaction, streamed], "2026-11-22T13:50:00Z") == expected


@IN_ONE_FOLDER
@given(items=st.lists(interactions(), max_size=2))
def test_round_trip(tmp_path: Path, items: list[Interaction]) -> None:
    """Whatever is in an interaction comes back from the file as it was."""
    assert loaded(tmp_path, dump(items, "")) == tuple(items)


@given(body=BODIES, loader=st.sampled_from(LOADERS))
@example(b"\t\n x", yaml.SafeLoader)
@example(b"\n\n", yaml.SafeLoader)
@example(b"\n a\n\n \n", yaml.SafeLoader)
@example(b" a", LOADERS[-1])
@settings(deadline=None)
def test_bodies_survive_every_yaml_parser(body: bytes, loader: Any) -> None:
    """PyYAML's own parser and libyaml read every body back, in the request and the response."""
    tree = yaml.load(dump([with_body(body)], ""), Loader=loader)
    (item,) = tree["interactions"]
    assert body_of(item["request"]["body"]) == body
    assert body_of(item["response"]["body"]["string"]) == body


@pytest.mark.parametrize("loader", LOADERS)
def test_every_character_survives(loader: Any) -> None:
    """Each character of the basic plane survives at the start, inside and at the end of a body."""
    for start in range(0, 0x10000, 0x400):
        characters = [chr(c) for c in range(start, start + 0x400) if not 0xD800 <= c <= 0xDFFF]
        text = "\n".join(f"{c}a{c}\n{c}b" for c in characters)
        tree = yaml.load(dump([with_body(text.encode())], ""), Loader=loader)
        assert tree["interactions"][0]["response"]["body"]["string"] == text


@given(items=st.lists(interactions(), max_size=2))
@settings(deadline=None)
def test_is_deterministic(items: list[Interaction]) -> None:
    """Neither the order in which headers came nor anything else but the content matters."""
    turned = [
        replace(
            item,
            response=replace(item.response, headers=dict(reversed(item.response.headers.items()))),
        )
        for item in items
    ]
    assert dump(items, "x") == dump(turned, "x")


@pytest.mark.parametrize(
    "stream",
    [
        Streaming(),
        Streaming(ended="client", edges=(1, 1), at=(0, 99)),
        Streaming(failed="reset", message='[Errno 104] "reset" \u2028 by peer'),
    ],
    ids=["whole", "abandoned", "failed"],
)
def test_how_a_body_arrived(tmp_path: Path, stream: Streaming) -> None:
    """Edges, times and the end of a stream survive the file; plain YAML reads them, too."""
    item = with_body(b"x")
    item = replace(item, response=replace(item.response, stream=stream))
    text = dump([item], "")
    assert loaded(tmp_path, text) == (item,)
    assert yaml.safe_load(text)["interactions"][0]["response"]["stream"] == stream.stored()


def test_text_is_a_literal_block() -> None:
    """A body of ordinary text is written line by line, without escapes or trailing spaces."""
    text = dump([with_body('data: {"é": "\\n"}\n\ndata: [DONE]\n\n'.encode())], "")
    block = '|+\n        data: {"é": "\\n"}\n\n        data: [DONE]\n\n'
    assert f"      string: {block}" in text


def test_lone_surrogates_become_replacement_characters(tmp_path: Path) -> None:
    """A lone surrogate outside of a body, which no UTF-8 file can hold, does not break the file."""
    (item,) = loaded(tmp_path, dump([replace(with_body(b""), tests=("a\udc80",))], ""))
    assert item.tests == ("a\ufffd",)


def test_stored_form_is_stable() -> None:
    """Bringing an interaction into its stored form twice changes nothing the second time."""
    item = stored(
        Interaction(
            Request("POST", URL, {"Content-Length": ["1"]}, b' {"a":1.50}'),
            Response(
                200,
                "OK",
                {"Transfer-Encoding": ["chunked"], "Content-Length": ["9"]},
                b'[1,1e999,"\\u00e9"]',
            ),
        )
    )
    assert item.request.body == b'{\n  "a": 1.50\n}'
    assert item.request.headers == {"content-length": [str(len(item.request.body))]}
    assert item.response.body == b'[1, 1e999, "\\u00e9"]'
    assert item.response.headers == {"content-length": ["20"]}
    assert stored(item) == item


def test_streamed_json_keeps_its_bytes() -> None:
    """A body whose chunk edges are known is not laid out: the edges would no longer fit."""
    item = Interaction(
        Request("GET", URL, {}, b""), Response(200, "OK", {}, b'{"a":1}', Streaming(edges=(3,)))
    )
    assert stored(item) == item


def test_head_response_keeps_its_length() -> None:
    """The length a HEAD response tells is not that of its empty body."""
    item = Interaction(
        Request("HEAD", URL, {}, b""), Response(200, "OK", {"content-length": ["9"]}, b"")
    )
    assert stored(item) == item


def test_plain_vcrpy_replays(tmp_path: Path) -> None:
    """vcrpy alone loads the file and replays it, to several clients."""
    import httpx
    import requests
    import vcr

    body = '{"id": "é\u2028"}'.encode()
    item = stored(
        Interaction(
            Request("POST", URL, {"content-type": ["application/json"]}, b'{"prompt": "hi"}'),
            Response(
                200, "OK", {"content-type": ["application/json"]}, body, Streaming(edges=(1,))
            ),
            "a::b",
            1,
            "2026-11-22T13:50:00Z",
        )
    )
    path = tmp_path / "c.yaml"
    path.write_bytes(dump([item, item], "2026-11-22T13:50:00Z").encode())
    with vcr.use_cassette(
        str(path), record_mode="none", match_on=["method", "uri", "body"]
    ) as cassette:
        assert len(cassette) == 2
        assert httpx.post(URL, json={"prompt": "hi"}).json() == {"id": "é\u2028"}
        assert requests.post(URL, json={"prompt": "hi"}, timeout=5).content == body
        assert cassette.all_played


def test_pytest_recording_replays(pytester: pytest.Pytester) -> None:
    """pytest-recording loads the file and replays it."""
    pytest.importorskip("pytest_recording")
    folder = pytester.mkdir("cassettes") / "test_it"
    folder.mkdir()
    (folder / "test_it.yaml").write_bytes(dump([with_body(b"hello \xff")], "").encode())
    pytester.makepyfile(
        test_it=f"""
        import httpx, pytest

        @pytest.mark.vcr
        def test_it():
            assert httpx.post({URL!r}, content=b"hello \\xff").content == b"hello \\xff"
        """
    )
    pytester.runpytest_subprocess("--record-mode=none", "-p", "no:argot").assert_outcomes(passed=1)


def test_no_line_of_a_block_ends_in_a_space() -> None:
    """Text with spaces at the end of a line is quoted: editors would strip them from a block."""
    for body in ("a \nb", "a\t\nb", "a\nb "):
        request = Request("POST", "http://x/", {}, body.encode())
        item = Interaction(request, Response(200, "OK", {}, b"ok"))
        text = dump([item], "2026-01-02T03:04:05Z")
        assert not [line for line in text.splitlines() if line != line.rstrip()]
