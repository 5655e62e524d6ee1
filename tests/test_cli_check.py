"""``argot check``: exit codes, formats, settings, and what is a cassette."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.cli import main
from tests.cassette_tree import BODY, POEM, body, finished, interaction, write

if TYPE_CHECKING:
    from pathlib import Path

DRIFTED = finished("end_of_text")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project with settings; the working directory."""
    tmp_path.joinpath("argot.toml").write_text('fail_on = "error"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


def checked(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, dict[str, Any]]:
    """Run ``argot check --format json`` and give exit code and document."""
    code = main(["check", "--format", "json", *args])
    return code, json.loads(capsys.readouterr().out)


def test_a_clean_tree_is_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cassettes that fit give 0 and say how many there were."""
    write(project / "cassettes" / "a.yaml", BODY)
    write(project / "cassettes" / "sub" / "b.yml", BODY, BODY)
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "2 cassettes checked, no drift\n"
    code, document = checked(capsys)
    assert code == 0
    assert document["findings"] == document["unreadable"] == []
    assert document["summary"]["interactions"] == document["summary"]["judged"] == 3


def test_drift_is_1_and_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Drift gives 1; kind, path, values and place are told, the completion's text never."""
    file = write(project / "cassettes" / "haiku.yaml", BODY, DRIFTED)
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    for part in ("enum.unknown", "choices[*].finish_reason", '"end_of_text"', "fix: "):
        assert part in told
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "end_of" in text)
    assert f"cassettes/haiku.yaml:{line}" in told
    assert POEM not in told


def test_json_has_one_finding_per_cassette_kind_and_path(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same drift in two interactions is one finding with both indices; cassettes stay apart."""
    write(project / "cassettes" / "a.yaml", DRIFTED, BODY, DRIFTED)
    write(project / "cassettes" / "b.yaml", DRIFTED)
    code, document = checked(capsys)
    assert code == 1
    found = [(f["cassette"], f["kind"], f["interactions"]) for f in document["findings"]]
    assert found == [
        ("cassettes/a.yaml", "enum.unknown", [0, 2]),
        ("cassettes/b.yaml", "enum.unknown", [0]),
    ]
    assert len({finding["fingerprint"] for finding in document["findings"]}) == 1


@pytest.mark.parametrize(
    ("fail_on", "code"), [("error", 0), ("warn", 0), ("info", 1), ("never", 0)]
)
def test_fail_on_sets_the_failing_level(
    project: Path, capsys: pytest.CaptureFixture[str], fail_on: str, code: int
) -> None:
    """--fail-on decides which level gives 1."""
    write(project / "cassettes" / "a.yaml", body(service_tier="default"))
    assert checked(capsys, "--fail-on", fail_on)[0] == code


def test_the_settings_decide_without_a_flag(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """fail_on and levels of the settings nearest to a path are in force."""
    write(project / "cassettes" / "a.yaml", DRIFTED)
    project.joinpath("argot.toml").write_text('fail_on = "never"\n', encoding="utf-8")
    assert main(["check"]) == 0
    other = project / "other"
    write(other / "cassettes" / "a.yaml", DRIFTED)
    other.joinpath("argot.toml").write_text("", encoding="utf-8")
    assert main(["check", "cassettes", "other/cassettes"]) == 1
    settings = '[levels]\n"enum.unknown" = "info"\n'
    other.joinpath("argot.toml").write_text(settings, encoding="utf-8")
    assert main(["check", "cassettes", "other/cassettes"]) == 0
    assert main(["check", "cassettes", "--config", "other/argot.toml"]) == 0
    assert main(["check", "other/cassettes", "--fail-on", "info"]) == 1
    capsys.readouterr()


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("", 0),
        ('profile = "strict"\n', 1),
        ('profile = "strict"\nfail_on = "error"\n', 0),
        ('profile = "strict"\n[levels]\n"field.*" = "info"\n', 0),
    ],
)
def test_a_profile_gives_way_to_what_is_said_one_by_one(
    project: Path, capsys: pytest.CaptureFixture[str], settings: str, code: int
) -> None:
    """Strict fails on a field the model does not know, unless fail_on or levels say otherwise."""
    write(project / "cassettes" / "a.yaml", body(service_tier="default"))
    project.joinpath("argot.toml").write_text(settings, encoding="utf-8")
    assert checked(capsys)[0] == code


def test_a_profile_is_a_flag_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--profile lets what a lax reader coerces be a warning."""
    write(project / "cassettes" / "a.yaml", body(created="1763800000"))
    project.joinpath("argot.toml").write_text("", encoding="utf-8")
    assert checked(capsys)[0] == 1
    code, document = checked(capsys, "--profile", "lax")
    assert (code, document["findings"][0]["level"]) == (0, "warn")


def test_a_missing_path_is_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that does not exist is wrong use, told in our words; so is no folder at all."""
    assert project.is_dir()
    assert main(["check", "--format", "json", "nowhere"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "no such file or folder" in told.err
    assert "nowhere" in told.err
    assert main(["check"]) == 2


@pytest.mark.parametrize(
    "content", [b"", b"interactions: 3\n", b"\xff\xfe", b"<<<<<<< HEAD\n", b"version: 1\n"]
)
def test_a_corrupt_cassette_is_2_and_listed(
    project: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    """What cannot be read is listed with file, line and message; the others are still judged."""
    write(project / "cassettes" / "a.yaml", DRIFTED)
    project.joinpath("cassettes", "bad.yaml").write_bytes(content)
    code, document = checked(capsys)
    assert code == 2
    assert [each["cassette"] for each in document["unreadable"]] == ["cassettes/bad.yaml"]
    assert document["unreadable"][0]["message"]
    assert document["unreadable"][0]["line"] >= 1
    assert len(document["findings"]) == 1
    assert project.joinpath("cassettes", "bad.yaml").read_bytes() == content
    assert main(["check"]) == 2
    assert "cassettes/bad.yaml:" in capsys.readouterr().out


def test_wrong_options_are_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown format, level, option, command or setting is 2 and never a traceback."""
    write(project / "cassettes" / "a.yaml", BODY)
    for args in (["--format", "xml"], ["--fail-on", "maybe"], ["--nope"], ["--config", "no.toml"]):
        assert main(["check", *args]) == 2
    assert main(["chekc"]) == 2
    assert main([]) == 2
    project.joinpath("argot.toml").write_text('fail_no = "error"\n', encoding="utf-8")
    assert main(["check"]) == 2
    told = capsys.readouterr().err
    assert "fail_no" in told
    assert "Traceback" not in told


def test_what_is_not_a_cassette_is_left_alone(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused recordings, known things, hidden folders and other YAML are no cassettes."""
    write(project / "cassettes" / "a.yaml", BODY)
    write(project / "cassettes" / "a.rejected.yaml", DRIFTED)
    write(project / ".venv" / "b.yaml", DRIFTED)
    project.joinpath("compose.yaml").write_text("services: {}\n", encoding="utf-8")
    project.joinpath("cassettes", "package.json").write_text("{}", encoding="utf-8")
    project.joinpath("cassettes", "argot-accepted.toml").write_text("", encoding="utf-8")
    code, document = checked(capsys, ".")
    assert (code, document["summary"]["cassettes"]) == (0, 1)
    assert main(["check", "cassettes/a.rejected.yaml"]) == 1


def test_json_cassettes_are_judged(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cassette in JSON is one too."""
    recorded = {
        "version": 1,
        "interactions": [
            {
                "request": {
                    "method": "POST",
                    "uri": "https://api.openai.com/v1/completions",
                    "body": "{}",
                    "headers": {},
                },
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "headers": {"content-type": ["application/json"]},
                    "body": {"string": json.dumps(DRIFTED)},
                },
            }
        ],
    }
    folder = project / "cassettes"
    folder.mkdir()
    folder.joinpath("a.json").write_text(json.dumps(recorded), encoding="utf-8")
    code, document = checked(capsys)
    assert code == 1
    assert document["findings"][0]["kind"] == "enum.unknown"


def test_unmodelled_responses_are_counted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A response no model knows is said to be unjudged, never passed as fitting."""
    other = interaction({"any": "thing"}, url="https://api.example.org/v1/other")
    write(project / "cassettes" / "a.yaml", other, BODY)
    code, document = checked(capsys)
    assert code == 0
    assert (document["summary"]["judged"], document["summary"]["unmodelled"]) == (1, 1)
    main(["check"])
    assert "1 response without a response model, not judged" in capsys.readouterr().out


def test_output_writes_a_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--output takes the report instead of the screen; a place that refuses it is 2."""
    write(project / "cassettes" / "a.yaml", DRIFTED)
    assert main(["check", "--format", "json", "--output", "report.json"]) == 1
    assert capsys.readouterr().out == ""
    assert json.loads(project.joinpath("report.json").read_text())["summary"]["exit"] == 1
    assert main(["check", "--output", "report.txt"]) == 1
    assert "enum.unknown" in project.joinpath("report.txt").read_text()
    assert main(["check", "--output", "no/such/folder/report.txt"]) == 2


def test_a_pipe_gets_plain_whole_lines(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piped output has no colour and no folds; COLUMNS makes it fit."""
    name = "a_rather_long_folder_name/" * 6 + "haiku.yaml"
    write(project / "cassettes" / name, DRIFTED)
    main(["check"])
    told = capsys.readouterr().out
    assert f"cassettes/{name}:" in told
    assert "\x1b" not in told
    assert not [line for line in told.splitlines() if line != line.rstrip()]
    monkeypatch.setenv("COLUMNS", "40")
    main(["check"])
    assert max(len(line) for line in capsys.readouterr().out.splitlines()) <= 40


def test_no_cassettes_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty folder is no error, and does not look like a check that was made."""
    project.joinpath("cassettes").mkdir()
    assert main(["check"]) == 0
    assert "no cassettes found" in capsys.readouterr().err


def run(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in the project's folder."""
    return subprocess.run(
        [sys.executable, *args], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_neither_pytest_nor_vcr_is_imported(project: Path) -> None:
    """The command runs where pytest and vcrpy must not be loaded."""
    write(project / "cassettes" / "a.yaml", DRIFTED)
    program = (
        "import sys; from pytest_argot.cli import main; code = main(['check']);"
        "bad = {'pytest', '_pytest', 'vcr', 'hypothesis', 'openai', 'socketserver'} & {*sys.modules};"
        "print(code, sorted(bad))"
    )
    done = run("-c", program, cwd=project)
    assert done.stdout.splitlines()[-1] == "1 []", done.stderr


def test_python_m_is_the_same_command(project: Path) -> None:
    """``python -m pytest_argot`` gives the same output and exit code."""
    write(project / "cassettes" / "a.yaml", DRIFTED)
    done = run("-m", "pytest_argot", "check", "cassettes", cwd=project)
    assert (done.returncode, "enum.unknown" in done.stdout) == (1, True)
    assert run("-m", "pytest_argot", "check", "nowhere", cwd=project).returncode == 2


def test_a_reader_that_leaves_is_no_error(project: Path) -> None:
    """A closed pipe is quiet, and the exit code is still the verdict."""
    write(project / "cassettes" / "a.yaml", BODY)
    command = [sys.executable, "-m", "pytest_argot", "check"]
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_terminal_gets_its_width_and_colours(project: Path) -> None:
    """On a terminal of 40 columns every line fits and the level is in colour."""
    pty = pytest.importorskip("pty")
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    write(project / "cassettes" / "a.yaml", DRIFTED)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    environment = {**os.environ, "TERM": "xterm"}
    for name in ("COLUMNS", "NO_COLOR", "PY_COLORS"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "pytest_argot", "check"]
    done = subprocess.run(command, cwd=project, stdout=theirs, env=environment, check=False)
    os.close(theirs)
    told = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 1
    assert "\x1b[31merror" in told
    plain = re.sub(r"\x1b\[[0-9;]*m", "", told)
    assert max(len(line) for line in plain.splitlines()) <= 40
