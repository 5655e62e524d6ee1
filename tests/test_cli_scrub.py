"""``argot scrub``: today's masks in place, and what is left to find."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.rejected import reject
from pytest_argot.cli import main
from pytest_argot.wire.masking import Masker
from tests.cassette_tree import BODY, interaction, write

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Zk83hfQ91mZpLw02xVt7Rs"  # noqa: S105 - made up
KEY = "sk-" + "proj-8fK2mQ7wZ1xV5nB3cR9tL4yH"
FOREIGN = """\
interactions:
- request:
    body: '{"model": "m", "user": "ada"}'
    headers:
      authorization:
      - Bearer abcdefgh12345678
    method: POST
    uri: https://api.openai.com/v1/completions
  response:
    body:
      string: '{"id": "cmpl-1"}'
    headers: {}
    status:
      code: 200
      message: OK
version: 1
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that masks the user; the working directory."""
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("argot.toml").write_text('mask = ["body:$.user"]\n', encoding="utf-8")
    return tmp_path


def cassette(project: Path, *, prompt: str = "a haiku", **asked: object) -> Path:
    """Write a cassette with two requests, the first of which is given."""
    file = project / "cassettes" / "a.yaml"
    return write(file, interaction(BODY, prompt=prompt, **asked), interaction(BODY, prompt="more"))


def test_masks_in_place_and_nothing_else(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rule that came later is applied to the file; nothing but the value changes."""
    file = cassette(project, user="ada@example.com")
    before = file.read_text(encoding="utf-8")
    assert main(["scrub"]) == 0
    assert "cassettes/a.yaml: 1 interaction masked" in capsys.readouterr().out
    after = file.read_text(encoding="utf-8")
    assert after == before.replace("ada@example.com", "argot-b5fc85e55755")
    assert main(["scrub", "--check"]) == 0
    assert "0 of 1 cassette to be masked" in capsys.readouterr().out


def test_what_needs_no_mask_keeps_every_byte(project: Path) -> None:
    """A file in which nothing is masked is not written, whoever edited it."""
    file = cassette(project)
    file.write_bytes(b"# by hand\n" + file.read_bytes().replace(b"\n", b"\r\n"))
    foreign = project / "cassettes" / "f.yaml"
    clean = FOREIGN.replace("Bearer abcdefgh12345678", "x").replace("authorization", "accept")
    foreign.write_text(clean.replace(', "user": "ada"', ""), encoding="utf-8")
    before = file.read_bytes(), foreign.read_bytes(), file.stat().st_mtime_ns
    assert main(["scrub", "--all-formats"]) == 0
    assert (file.read_bytes(), foreign.read_bytes(), file.stat().st_mtime_ns) == before


def test_a_key_shape_and_a_password_in_a_url_go(project: Path) -> None:
    """What is masked without being asked goes, too: keys, and passwords in URLs."""
    url = "https://me:" + "hunter2@api.openai.com/v1/completions"
    file = write(project / "cassettes" / "a.yaml", interaction(BODY, prompt=f"is {KEY} a key?"))
    other = write(project / "cassettes" / "b.yaml", interaction(BODY, url=url))
    assert main(["scrub"]) == 0
    assert KEY not in file.read_text(encoding="utf-8")
    assert "hunter2" not in other.read_text(encoding="utf-8")


def test_what_looks_like_a_secret_is_listed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The scan tells rule, line and column, never the secret; a rule then masks it."""
    file = cassette(project, prompt=f"api_key={SECRET}")
    before = file.read_bytes()
    for command in (["scrub"], ["scrub", "--check"]):
        assert main(command) == 1
        told = capsys.readouterr()
        assert SECRET not in told.out + told.err
        place = next(line for line in told.out.splitlines() if "named-secret" in line)
        line, column = map(int, place.split(":")[1:3])
        row = before.decode().splitlines()[line - 1]
        assert row[column - 1 :].startswith(SECRET)
        assert "1 place looks like a secret" in told.err
    assert file.read_bytes() == before
    rules = f'mask = ["re:{SECRET}=<secret>"]\n'
    project.joinpath("argot.toml").write_text(rules, encoding="utf-8")
    assert main(["scrub"]) == 0
    assert SECRET not in file.read_text(encoding="utf-8")


def test_check_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--check says what would be masked and is 1."""
    file = cassette(project, user="ada@example.com")
    before = file.read_bytes()
    assert main(["scrub", "--check"]) == 1
    told = capsys.readouterr().out
    assert "cassettes/a.yaml: 1 interaction to be masked" in told
    assert "1 of 1 cassette to be masked" in told
    assert "ada@example.com" not in told
    assert file.read_bytes() == before


def test_other_tools_files_need_a_word(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A foreign cassette is left and said so; --all-formats brings it into our format."""
    file = project / "cassettes" / "f.yaml"
    file.parent.mkdir()
    file.write_text(FOREIGN, encoding="utf-8")
    assert main(["scrub"]) == 1
    assert "--all-formats" in capsys.readouterr().out
    assert file.read_text(encoding="utf-8") == FOREIGN
    assert main(["scrub", "--all-formats"]) == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith("argot:")
    assert "abcdefgh12345678" not in text
    assert '"ada"' not in text
    assert load(file, Masker()).ours


def test_foreign_json_is_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ours is YAML: a JSON file of another tool is never rewritten."""
    from yaml import safe_load

    file = project / "cassettes" / "f.json"
    file.parent.mkdir()
    file.write_text(json.dumps(safe_load(FOREIGN)), encoding="utf-8")
    before = file.read_bytes()
    assert main(["scrub", "--all-formats"]) == 1
    assert "record anew" in capsys.readouterr().out
    assert file.read_bytes() == before


def test_a_rejected_recording_stays_one(project: Path) -> None:
    """Named, a rejected recording is scrubbed, and stays what it is."""
    kept = reject(
        project / "cassettes" / "a.yaml",
        [interaction(BODY, prompt=f"api_key={SECRET}", user="ada")],
        reason="the test failed",
        masker=Masker(),
    )
    assert main(["scrub", str(kept)]) == 0
    cassette = load(kept, Masker())
    assert (cassette.rejected, cassette.blanked) == ("the test failed", True)
    assert b'"ada"' not in cassette.interactions[0].request.body


def test_unreadable_is_2_and_the_rest_is_done(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that cannot be read is named and untouched; the others are scrubbed."""
    file = cassette(project, user="ada@example.com")
    bad = project / "cassettes" / "0-bad.yaml"  # comes first
    bad.write_text("argot:\n", encoding="utf-8")
    assert main(["scrub"]) == 2
    assert "0-bad.yaml" in capsys.readouterr().err
    assert "ada@example.com" not in file.read_text(encoding="utf-8")
    assert bad.read_text(encoding="utf-8") == "argot:\n"
    assert main(["scrub", "nowhere.yaml"]) == 2


def test_a_disk_that_refuses_leaves_the_file(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the file cannot be replaced it stays whole, and the exit code says so."""
    file = cassette(project, user="ada@example.com")
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pytest_argot.cassette.disk.replace_file", full)
    assert main(["scrub"]) == 2
    assert "No space left" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_overrides_hold_for_the_tests_of_a_cassette(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rules of an override hide values in the cassettes of the tests it names, and in no other."""
    project.joinpath("argot.toml").write_text(
        'mask = ["body:$.user"]\n[[overrides]]\ntests = "tests/azure/**"\n'
        'mask = ["body:$.prompt=something"]\n',
        encoding="utf-8",
    )
    azure = replace(
        interaction(BODY, prompt="ours", user="ada"), tests=("tests/azure/test_a.py::t",)
    )
    file = write(project / "cassettes" / "azure.yaml", azure)
    other = cassette(project)
    before = other.read_bytes()
    assert main(["scrub", "--check"]) == 1
    assert "cassettes/azure.yaml: 1 interaction to be masked" in capsys.readouterr().out
    assert main(["scrub"]) == 0
    masked = file.read_text(encoding="utf-8")
    assert '"prompt": "something"' in masked
    assert '"ada"' not in masked
    assert other.read_bytes() == before
    assert main(["scrub", "--check"]) == 0


def test_ours_is_dumped_alike(project: Path) -> None:
    """What is written is what recording would have written."""
    file = cassette(project, user="ada@example.com")
    assert main(["scrub"]) == 0
    whole = load(file, Masker())
    assert dump(whole.interactions, whole.recorded_at) == whole.text
