"""``argot demo`` and the stand-in server it plays on."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.cli import demo_project, main
from pytest_argot.cli.stand_in import StandIn, stand_in
from pytest_argot.cli.story import Story, StoryBroken, trimmed
from pytest_argot.models.chunk import CreateCompletionChunk
from pytest_argot.models.completion import CreateCompletionResponse
from pytest_argot.wire.sse import events

if TYPE_CHECKING:
    from pathlib import Path


def ask(server: StandIn, path: str = "/completions", **asked: Any) -> bytes:
    """Send a request to the stand-in and give the body of its answer."""
    body = json.dumps({"model": "m", "prompt": "hi", **asked}).encode()
    request = urllib.request.Request(server.base_url + path, body)
    with urllib.request.urlopen(request, timeout=10) as response:
        answer: bytes = response.read()
        return answer


def test_the_stand_in_fits_the_response_models() -> None:
    """Its body and each of its chunks fit the published models, and a stream ends with [DONE]."""
    with stand_in() as server:
        CreateCompletionResponse.model_validate_json(ask(server), strict=True, extra="forbid")
        *chunks, last = events(ask(server, stream=True))
        assert last.data == "[DONE]"
        for chunk in chunks:
            CreateCompletionChunk.model_validate_json(chunk.data, strict=True, extra="forbid")
        assert server.asked == 2


def test_the_stand_in_is_deterministic() -> None:
    """Two servers give the same answers to the same requests."""
    answers = []
    for _ in range(2):
        with stand_in() as server:
            answers.append((ask(server), ask(server, stream=True)))
    assert answers[0] == answers[1]


def test_a_drifting_stand_in_drifts() -> None:
    """A drifting server sends an unknown finish_reason, renames created and adds a field."""
    with stand_in(drifting=True) as server:
        answer = json.loads(ask(server))
    assert answer["choices"][0]["finish_reason"] == "end_of_text"
    assert "created" not in answer
    assert {"created_at", "service_tier"} <= answer.keys()


def test_the_stand_in_refuses_what_it_does_not_know() -> None:
    """Another URL, or a body that is no completion request, gets an error envelope."""
    with stand_in() as server:
        for path, body, status in (
            ("/chat/completions", b'{"model": "m", "prompt": "p"}', 404),
            ("/completions", b"not json", 400),
            ("/completions", b"[]", 400),
            ("/models", None, 404),
        ):
            request = urllib.request.Request(server.base_url + path, body)
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(request, timeout=10)
            with caught.value as response:
                assert response.status == status
                assert "message" in json.loads(response.read())["error"]
        assert server.asked == 0


def test_a_stopped_stand_in_answers_nobody() -> None:
    """After the block its port is closed, and can be used again at once."""
    with stand_in() as server:
        ask(server)
    with pytest.raises(urllib.error.URLError):
        ask(server)
    with stand_in(server.port) as again:
        assert again.port == server.port
        ask(again)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("CI", "true")  # whatever is set outside is no part of the story
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return folder


def test_the_demo_plays_and_leaves_nothing(
    temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The story ends well: recorded, replayed, drifted, accepted, checked; nothing is left."""
    assert main(["demo"]) == 0
    told = capsys.readouterr().out
    exits = [line.split()[1] for line in told.splitlines() if line.startswith("   exit ")]
    assert exits == ["0", "0", "0", "1", "1", "1", "0", "0", "0"]
    for part in (
        "$ pytest --argot-record=once",
        "no longer fits",
        "argot accept --all",
        "2 passed",
    ):
        assert part in told
    assert "sk-demo" not in told
    assert list(temporary.iterdir()) == []


def test_the_live_story_without_the_sdk(
    temporary: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """--live asks the API it is pointed to, once, also through the standard library alone."""
    monkeypatch.setattr(demo_project, "find_spec", lambda _name: None)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-live-0123456789abcdefghijABCDEFGHIJ")
    with stand_in() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        assert main(["demo", "--live", "--keep", str(tmp_path / "kept")]) == 0, capsys.readouterr()
        assert server.asked == 1
    assert "sk-live" not in capsys.readouterr().out
    kept = tmp_path / "kept"
    assert "urllib" in kept.joinpath("test_haiku.py").read_text(encoding="utf-8")
    assert "sk-live" not in kept.joinpath("cassettes", "haiku.yaml").read_text(encoding="utf-8")
    assert kept.joinpath("cassettes", "argot-accepted.toml").is_file()
    assert list(temporary.iterdir()) == []


def test_a_step_that_does_not_hold_breaks_the_demo(
    temporary: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that ends otherwise stops the story with its whole output and exit 1."""
    monkeypatch.setattr(demo_project, "THE_TESTS", "\n\ndef test_it():\n    assert 1 == 2\n")
    assert main(["demo"]) == 1
    told = capsys.readouterr().out
    assert "the demo broke: pytest --argot-record=once: expected exit 0" in told
    assert "assert 1 == 2" in told
    assert list(temporary.iterdir()) == []


def test_wrong_use_is_2(
    temporary: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--live without a key and a folder with something in it are refused before anything runs."""
    assert main(["demo", "--live"]) == 2
    assert "OPENAI_API_KEY" in capsys.readouterr().err
    tmp_path.joinpath("mine.txt").write_text("mine", encoding="utf-8")
    assert main(["demo", "--keep", str(tmp_path)]) == 2
    assert "empty folder" in capsys.readouterr().err
    assert list(temporary.iterdir()) == []


def test_a_story_hides_what_is_set_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Commands of a story see no CI, key or options from outside; temporary files stay inside."""
    for name in ("CI", "OPENAI_API_KEY", "ARGOT_RECORD", "PYTEST_ADDOPTS"):
        monkeypatch.setenv(name, "outside")
    story = Story(tmp_path)
    program = "import os, tempfile; print(sorted(os.environ), tempfile.gettempdir())"
    command = [sys.executable, "-c", program]
    output = story.run("look", command, 0, (), {})
    assert "outside" not in output
    assert not {"'CI'", "'ARGOT_RECORD'", "'PYTEST_ADDOPTS'"} & set(output.split(", "))
    assert f".{os.sep}tmp" in output
    with pytest.raises(StoryBroken, match="expected exit 3"):
        story.run("look", command, 3, (), {})
    with pytest.raises(StoryBroken, match="and 'nothing of the kind'"):
        story.run("look", command, 0, ("nothing of the kind",), {})
    assert "$ look" in capsys.readouterr().out


def test_long_output_is_trimmed() -> None:
    """Blank and noisy lines go, and what is cut off is counted."""
    lines = trimmed("platform linux\n\n" + "".join(f"line {n}\n" for n in range(100)))
    assert lines[0] == "line 0"
    assert lines[-1] == "… 55 more lines"


def test_messages_are_shown_once() -> None:
    """What pytest repeats in its summary in CI is not shown again; outcomes and totals are."""
    ruler = "=== short test summary info ==="
    text = f"the message\n{ruler}\nFAILED a.py::t - the message\n  and more of it\n1 failed in 1s\n"
    assert trimmed(text) == ["the message", "FAILED a.py::t - the message", "1 failed in 1s"]
