"""``argot show``: one cassette, readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot.cli import main
from tests.cassette_tree import BODY, POEM, finished, interaction, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


def test_it_shows_the_exchange_and_the_drift(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Request, status, LLM model, prompt, text, usage and drift are all there; exit 0."""
    write(folder / "cassettes" / "haiku.yaml", BODY, finished("end_of_text"))
    assert main(["show", "cassettes/haiku.yaml"]) == 0
    told = capsys.readouterr().out
    for part in (
        "cassettes/haiku.yaml: 2 interactions, recorded 2026-11-22T13:50:00Z",
        "#1  POST https://api.openai.com/v1/completions",
        "200 OK",
        "gpt-3.5-turbo-instruct",
        "a haiku",
        POEM,
        "prompt 5, completion 7, total 12",
        "tests/test_haiku.py::test_haiku",
        "enum.unknown",
    ):
        assert part in told


def test_a_clean_cassette_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cassette without drift ends with "no drift"."""
    write(folder / "haiku.yaml", BODY)
    assert main(["show", "haiku.yaml"]) == 0
    assert capsys.readouterr().out.endswith("no drift\n")


def test_a_stream_is_joined(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stream is shown as its text, with the number of its events."""
    pieces = ('data: {"choices": [{"index": 0, "text": "An old"}]}\n\n', "data: [DONE]\n\n")
    write(folder / "haiku.yaml", interaction("".join(pieces), stream=True))
    assert main(["show", "haiku.yaml"]) == 0
    told = capsys.readouterr().out
    assert "yes, 2 events" in told
    assert "An old" in told


def test_keys_in_an_old_recording_are_not_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The masks apply to what is shown, also where the file still holds the secret."""
    key = "sk-proj-" + "Ab3dEf6hIj9kLm2nOp5q" * 2
    write(folder / "haiku.yaml", interaction(BODY, prompt=f"my key is {key}"))
    assert main(["show", "--full", "haiku.yaml"]) == 0
    assert key not in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"version: 1\n", b"\xff"])
def test_an_unreadable_cassette_is_2(
    folder: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    """A cassette that cannot be trusted is 2 with file, line and way out."""
    folder.joinpath("bad.yaml").write_bytes(content)
    assert main(["show", "bad.yaml"]) == 2
    told = capsys.readouterr().err
    assert "bad.yaml:" in told
    assert "fix:" in told
    assert "Traceback" not in told


def test_what_is_no_file_is_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file and a folder are wrong use; a refused recording beside is named."""
    assert main(["show", str(folder)]) == 2
    assert main(["show"]) == 2
    write(folder / "haiku.rejected.yaml", BODY)
    assert main(["show", "haiku.yaml"]) == 2
    assert "haiku.rejected.yaml" in capsys.readouterr().err
