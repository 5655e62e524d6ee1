"""What ``argot record`` says of a request: the URL as it was given, and nothing secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot.cli import main
from tests.cassette_tree import BODY, interaction, write

if TYPE_CHECKING:
    from pathlib import Path

KEY = "abcdefgh12345678"
URL = "http://127.0.0.1:9/v1/completions?api_key="
NAMED = ("record", "haiku", "request.json", "--url", URL + KEY)
SHOWN = f"{URL}argot-masked"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that masks hosts and has a recording of its request; the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings = 'mask = ["host:127.0.0.1:*=llm"]\n'
    tmp_path.joinpath("argot.toml").write_text(settings, encoding="utf-8")
    recorded = interaction(BODY, url=SHOWN)
    write(tmp_path / "cassettes" / "haiku.yaml", recorded)
    tmp_path.joinpath("request.json").write_bytes(recorded.request.body)
    return tmp_path


def test_the_command_names_the_url_that_was_given(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mask of the user's is not in a command, which nobody could run then; credentials are."""
    assert project.is_dir()
    assert main([*NAMED]) == 2
    told = capsys.readouterr().err
    assert f"argot record haiku request.json --url '{SHOWN}' --rewrite" in told
    assert "llm" not in told
    assert KEY not in told


def test_the_place_is_the_url_that_was_given(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing answers, the URL is told as it was given, but for the key."""
    assert project.is_dir()
    assert main([*NAMED, "--rewrite"]) == 2
    told = capsys.readouterr().err
    assert f"where: {SHOWN}\n" in told
    assert "llm" not in told
    assert KEY not in told


def test_the_command_says_stream_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What asked for events is repeated with that word, else something else would be recorded."""
    streamed = interaction("data: [DONE]\n\n", url=SHOWN, stream=True)
    write(project / "cassettes" / "haiku.yaml", streamed)
    assert main([*NAMED, "--stream"]) == 2
    assert f"--url '{SHOWN}' --stream --rewrite" in capsys.readouterr().err


def test_overrides_of_the_tests_that_share_the_cassette_hold(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What makes two requests equal for the cassette's tests does so for the command."""
    project.joinpath("request.json").write_text('{"prompt": "another"}', encoding="utf-8")
    assert main([*NAMED]) == 2
    assert "did not answer" in capsys.readouterr().err
    override = '[[overrides]]\ntests = "tests"\nmatch_on = ["method", "path"]\n'
    project.joinpath("argot.toml").write_text(override, encoding="utf-8")
    assert main([*NAMED]) == 2
    assert "answers this request already" in capsys.readouterr().err
