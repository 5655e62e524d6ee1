"""Reading cassettes: theirs load, ours are whole or refused, nothing is ever guessed."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_argot.cassette import yaml_tree
from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.stored import stored
from pytest_argot.errors import CassetteCorrupt, CassetteMissing
from pytest_argot.wire.mask_rule import parse_rule
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    import random

    from pytest_argot.cassette.cassette import Cassette

MASKER = Masker()
URL = "https://api.openai.com/v1/completions"
IN_ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


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


DAMAGE = [b"", b"\n", b"- ", b": ", b"[", b'"', b"&a ", b"*a ", b"!x ", b"\xc3", b"\\U"]
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


def test_reads_what_was_dumped(tmp_path: Path) -> None:
    """A file of ours gives the interactions it was made of, and says it is ours."""
    cassette = read(tmp_path, OURS)
    assert cassette.ours
    assert cassette.recorded_at == "2026-11-22T13:50:00Z"
    assert cassette.text == OURS
    assert [each.ordinal for each in cassette.interactions] == [1, 2, 3]
    assert cassette.interactions[0] == made(0)
    assert cassette.interactions[2].response.body == b"\xff\x00"


def test_every_truncation_is_corrupt(tmp_path: Path) -> None:
    """A file of ours that was cut at any byte is refused, and left as it is."""
    data = OURS.encode()
    for cut in range(len(data)):
        refused(tmp_path, data[:cut])


def test_truncation_says_so(tmp_path: Path) -> None:
    """A cut file is called truncated even where the cut left broken YAML, with its last line."""
    error = refused(tmp_path, OURS[: OURS.index("uri:") + 9])
    assert "truncated" in error.what
    assert error.where.endswith("c.yaml:10")
    assert "git checkout" in error.fix


def test_truncated_foreign_cassette_is_corrupt(tmp_path: Path) -> None:
    """A cassette of vcrpy cut between two interactions is refused: its last line is missing."""
    assert "truncated" in refused(tmp_path, THEIRS.removesuffix("version: 1\n")).what


def test_wrong_count_is_corrupt(tmp_path: Path) -> None:
    """A file that lost an interaction in the middle is refused with both numbers."""
    error = refused(tmp_path, OURS.replace("  interactions: 3", "  interactions: 4"))
    assert "holds 3 interactions but says 4" in error.what


@pytest.mark.parametrize(
    ("content", "words", "line"),
    [
        (b"", "empty", 1),
        (b"\n \n", "empty", 1),
        (b"# only a comment\n", "not a cassette", 1),
        (b"[]", "not a cassette", 1),
        (b"hello", "not a cassette", 1),
        (b"version: 1\n", "no interactions", 1),
        (b"interactions: 3\nversion: 1\n", "not a list", 1),
        (b"interactions:\nversion: 1\n", "interactions is empty", 1),
        (b"interactions: []\nversion: 2\n", "version", 1),
        (b"interactions: [1]\nversion: 1\n", "a value, not a mapping", 1),
        (b"interactions:\n- request: {}\n  response: {}\nversion: 1\n", "without uri", 2),
        (b"interactions:\n- response: {}\nversion: 1\n", "request of an interaction is missing", 2),
        (THEIRS.replace("200", "OK").encode(), "status", 10),
        (OURS.encode()[:60] + b"\xff" + OURS.encode()[60:], "not UTF-8", 4),
        (OURS.encode()[:60] + b"\0" + OURS.encode()[60:], "NUL", 4),
        (OURS.encode()[:60] + b"\x07" + OURS.encode()[60:], "not allow", 4),
        (OURS.encode("utf-16"), "UTF-16", 1),
        (b"a: [\n}", "not valid YAML", 2),
        (b'a: "\\Uffffffff"', "not valid YAML", 1),
        (OURS.encode() + b"---\n" + OURS.encode(), "more than one YAML document", 93),
        (b"interactions: !!python/object/apply:os.system ['true']\nversion: 1\n", "os.system", 1),
        (b"interactions:\n- !new {}\nversion: 1\n", "!new", 2),
        (b"interactions: !!binary '*aGk='\nversion: 1\n", "base64", 1),
        (b"a: &a [*a]\ninteractions: []\nversion: 1\n", "contains itself", 1),
        (b"interactions: [*x]\nversion: 1\n", "alias", 1),
        (b"? [a, b]\n: 1\n", "key", 1),
        (b"- request: {}\n  response: {}\n", "before 1.0", 1),
        (b"http_interactions:\n- request: {body: !binary aGk=}\n", "Ruby VCR", 1),
        (b'{"log": {"entries": []}}', "HAR", 1),
        (OURS.replace("format: 1", "format: 2").encode(), "format 2", 2),
        (OURS.replace("format: 1", "format: [").encode(), "YAML", 4),
    ],
)
def test_what_is_no_cassette_is_corrupt(
    tmp_path: Path, content: bytes, words: str, line: int
) -> None:
    """Whatever else a file holds: it is refused with a reason, file and line, and untouched."""
    error = refused(tmp_path, content)
    assert words in str(error)
    assert error.fix
    assert error.where.endswith(f"c.yaml:{line}")


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> main", "||||||| base"])
def test_conflict_markers(tmp_path: Path, marker: str) -> None:
    """Any one merge-conflict marker left is told as such, with its line and the way out."""
    lines = OURS.splitlines(keepends=True)
    error = refused(tmp_path, "".join([*lines[:5], f"{marker}\n", *lines[5:]]))
    assert "merge-conflict" in error.what
    assert error.where.endswith("c.yaml:6")
    assert "take either side" in error.fix
    assert "--argot-record=update" in error.fix


@pytest.mark.parametrize("character", "[{-?")
def test_deep_nesting_is_corrupt(tmp_path: Path, character: str) -> None:
    """Nesting that would bring the YAML library down is refused."""
    unit = {"{": "{a: ", "-": "- ", "?": "? "}.get(character, character)
    assert "nested too deeply" in refused(tmp_path, unit * 100_000).what


def test_deep_json_is_corrupt(tmp_path: Path) -> None:
    """So is nesting that ends properly, as JSON."""
    refused(tmp_path, '{"a":' * 50_000 + "1" + "}" * 50_000)


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


def test_no_file_is_missing(tmp_path: Path) -> None:
    """Only where there is nothing the cassette is missing; the message has the command."""
    with pytest.raises(CassetteMissing) as caught:
        load(tmp_path / "no.yaml", MASKER)
    assert caught.value.fix == "pytest --argot-record=once"


def test_directory_is_corrupt(tmp_path: Path) -> None:
    """A directory in the cassette's place is not taken for a missing cassette."""
    with pytest.raises(CassetteCorrupt, match="a directory is in the cassette's place"):
        load(tmp_path, MASKER)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipe_is_corrupt(tmp_path: Path) -> None:
    """A pipe is refused instead of waited for."""
    os.mkfifo(tmp_path / "c.yaml")
    with pytest.raises(CassetteCorrupt, match="regular"):
        load(tmp_path / "c.yaml", MASKER)


def test_unreadable_is_corrupt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be read is refused with the system's reason."""

    def deny(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "c.yaml"
    path.write_text(OURS)
    monkeypatch.setattr(Path, "read_bytes", deny)
    with pytest.raises(CassetteCorrupt, match="Permission denied"):
        load(path, MASKER)


@IN_ONE_FOLDER
@given(
    data=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode(errors="replace"))
)
def test_random_bytes_never_surprise(tmp_path: Path, data: bytes) -> None:
    """Random bytes are refused and nothing but refused."""
    refused(tmp_path, data)


@IN_ONE_FOLDER
@given(
    chance=st.randoms(use_true_random=False),
    text=st.sampled_from([OURS, THEIRS]),
    pure=st.booleans(),
)
def test_damage_never_surprises(
    tmp_path: Path, chance: random.Random, text: str, *, pure: bool
) -> None:
    """A cassette with random damage loads or is refused, with libyaml and without."""
    data = bytearray(text.encode())
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        data[at : at + chance.choice([0, 1, 20])] = chance.choice(DAMAGE)
    with pytest.MonkeyPatch.context() as patch:
        if pure:
            patch.setattr(yaml_tree, "_LOADER", yaml.SafeLoader)
        with contextlib.suppress(CassetteCorrupt):
            read(tmp_path, bytes(data))


@pytest.mark.parametrize("text", [OURS, THEIRS])
def test_reads_without_libyaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """PyYAML built without libyaml reads the same."""
    fast = read(tmp_path, text)
    monkeypatch.setattr(yaml_tree, "_LOADER", yaml.SafeLoader)
    assert read(tmp_path, text) == fast
    assert "Uffff" not in refused(tmp_path, b'a: "\\Uffffffff"').fix


def test_windows_line_ends(tmp_path: Path) -> None:
    """A file whose line ends git turned into CRLF is the same cassette."""
    crlf = read(tmp_path, OURS.replace("\n", "\r\n"))
    assert crlf.interactions == read(tmp_path, OURS).interactions


def test_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark put there by an editor does no harm."""
    mark = b"\xef\xbb\xbf"
    assert len(read(tmp_path, mark + OURS.encode()).interactions) == 3
    assert read(tmp_path, mark + OURS.encode()).text == OURS
    assert read(tmp_path, mark + b'{"interactions": [], "version": 1}').interactions == ()


def test_foreign_cassette(tmp_path: Path) -> None:
    """A cassette of vcrpy gives lower-case headers and the bodies as they are spelled."""
    cassette = read(tmp_path, THEIRS)
    (interaction,) = cassette.interactions
    assert not cassette.ours
    assert interaction.request.body == b'{"model": "m", "prompt": "hi"}'
    assert interaction.response == Response(
        200, "OK", {"content-type": ["application/json"]}, b'{"id": "cmpl-1"}'
    )
    assert (interaction.tests, interaction.ordinal, interaction.recorded_at) == ((), 0, "")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("null", b""),
        ("''", b""),
        ("'null'", b"null"),
        ("123", b"123"),
        ("2020-10-01", b"2020-10-01"),
        ("!!binary aGk=", b"hi"),
        ("!!python/unicode 'hi'", b"hi"),
        ("{string: hi}", b"hi"),
        ("{base64_string: aGk=, encoding: utf-8}", b"hi"),
        ("!!python/object/new:_io.BytesIO {state: !!python/tuple [!!binary aGk=, 0, null]}", b"hi"),
        ("!!python/object/apply:builtins.iter {args: [[!!binary aA==, i]]}", b"hi"),
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


def test_multidict_keys(tmp_path: Path) -> None:
    """Header names that aiohttp's multidict left as Python objects are names."""
    key = "? !!python/object/apply:multidict._multidict.istr\n      - Accept\n      :"
    text = THEIRS.replace("Content-Type:", key, 1)
    (interaction,) = read(tmp_path, text).interactions
    assert interaction.request.headers == {"accept": ["application/json"]}


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


def test_json_cassette(tmp_path: Path) -> None:
    """A cassette of vcrpy's JSON serializer is read, escaped surrogates included."""
    body = '{"text": "\U0001f98a"}'
    side = {"headers": {"Content-Type": ["text/plain"]}}
    data = {
        "version": 1,
        "interactions": [
            {
                "request": {"method": "GET", "uri": "http://a/?b=1", "body": None, **side},
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "body": {"string": body},
                    **side,
                },
            }
        ],
    }
    (interaction,) = read(tmp_path, json.dumps(data, indent=1)).interactions
    assert interaction.response.body == body.encode()
    assert interaction.request == Request(
        "GET", "http://a/?b=1", {"content-type": ["text/plain"]}, b""
    )


@pytest.mark.parametrize("header", ["Content-Encoding: [gzip]", "X-Nothing: [said]"])
def test_compressed_bodies_are_decoded(tmp_path: Path, header: str) -> None:
    """A gzip body is decoded, also where a scrubber lost the header, and the headers say so."""
    packed = base64.b64encode(gzip.compress(b'{"id": "cmpl-1"}')).decode()
    text = THEIRS.replace("""string: '{"id": "cmpl-1"}'""", f"string: !!binary {packed}")
    text = text.replace(
        "    status:",
        f"      {header}\n      Content-Length: ['99']\n      Transfer-Encoding: [chunked]\n    status:",
    )
    (interaction,) = read(tmp_path, text).interactions
    assert interaction.response.body == b'{"id": "cmpl-1"}'
    assert interaction.response.headers["content-length"] == ["16"]
    assert not {"content-encoding", "transfer-encoding"} & interaction.response.headers.keys()


def test_archive_in_our_file_stays(tmp_path: Path) -> None:
    """A downloaded archive in a file of ours is not taken for a compressed body."""
    archive = gzip.compress(b"hi")
    assert read(tmp_path, dump([made(0, archive)], "")).interactions[0].response.body == archive


def test_masks_apply_at_load(tmp_path: Path) -> None:
    """Old recordings lose their credentials at load, and what a new rule masks."""
    text = THEIRS.replace(
        "headers:\n", "headers:\n      Authorization: [Bearer abcdefgh12345678]\n", 1
    )
    text = text.replace("cmpl-1", "abcdefgh12345678").replace('"hi"', '"hi", "user": "ann"')
    masker = Masker([parse_rule("body:$.user=<user>")])
    cassette = read(tmp_path, text.replace("Content-Type", "content-length", 1), masker)
    (interaction,) = cassette.interactions
    assert "abcdefgh12345678" not in repr(interaction)
    assert b'"user": "<user>"' in interaction.request.body
    assert interaction.request.headers["content-length"] == [str(len(interaction.request.body))]


def test_written_by_vcrpy(tmp_path: Path) -> None:
    """What vcrpy itself saves is read back byte by byte, through both its serializers."""
    from vcr.persisters.filesystem import FilesystemPersister
    from vcr.request import Request as VcrRequest
    from vcr.serializers import jsonserializer, yamlserializer

    bodies = ["plain", '{"a": "é\u2028"}', "  spaces \n\n", "tab\t\r\n", "yes", "\x85\x07"]
    for serializer in (yamlserializer, jsonserializer):
        requests = [
            VcrRequest("POST", f"{URL}?n={n}", body, {"A": "b"}) for n, body in enumerate(bodies)
        ]
        responses = [
            {
                "status": {"code": 200, "message": "OK"},
                "headers": {"B": ["c"]},
                "body": {"string": body},
            }
            for body in bodies
        ]
        path = tmp_path / "c.yaml"
        FilesystemPersister.save_cassette(
            path, {"requests": requests, "responses": responses}, serializer
        )
        loaded = load(path, MASKER).interactions
        assert [each.request.body.decode() for each in loaded] == bodies
        assert [each.response.body.decode() for each in loaded] == bodies
