"""Reading cassettes: theirs load, ours are whole or refused, nothing is ever guessed."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Request, Response
from pytest_argot.cassette.reader import load
from pytest_argot.wire.mask_rule import parse_rule
from pytest_argot.wire.masking import Masker
from tests.cassette_texts import MASKER, OURS, THEIRS, URL, made, read, refused

if TYPE_CHECKING:
    from pathlib import Path

IN_ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


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


def test_deep_json_is_corrupt(tmp_path: Path) -> None:
    """So is nesting that ends properly, as JSON."""
    refused(tmp_path, '{"a":' * 50_000 + "1" + "}" * 50_000)


@IN_ONE_FOLDER
@given(
    data=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode(errors="replace"))
)
def test_random_bytes_never_surprise(tmp_path: Path, data: bytes) -> None:
    """Random bytes are refused and nothing but refused."""
    refused(tmp_path, data)


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
