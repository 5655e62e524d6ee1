"""``argot accept``: drift into the file of known things."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pytest_argot.cli import main
from tests.cassette_tree import BODY, body, finished, write

if TYPE_CHECKING:
    from pathlib import Path

REASON = ("--reason", "the new release says so")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two drifts in two cassettes; the working directory."""
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("argot.toml").write_text("", encoding="utf-8")
    write(tmp_path / "cassettes" / "a.yaml", finished("end_of_text"))
    write(tmp_path / "cassettes" / "b.yaml", body(created=...), body(service_tier="x"))
    return tmp_path


def fingerprints(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Give the fingerprint of each kind that is found."""
    capsys.readouterr()
    main(["check", "--format", "json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    return {finding["kind"]: finding["fingerprint"] for finding in findings}


def accepted(project: Path) -> str:
    """Give the text of the file of known things."""
    file = project / "cassettes" / "argot-accepted.toml"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def test_all_turns_the_check_green(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--all with a reason accepts every drift that is not info; the check is 0 from then on."""
    assert main(["check"]) == 1
    assert main(["accept", "--all", *REASON]) == 0
    assert "accepted 2 drifts in cassettes/argot-accepted.toml" in capsys.readouterr().out
    text = accepted(project)
    assert text.count("[[drift]]") == 2
    assert "the new release says so" in text
    assert "field.added" not in text
    assert main(["check"]) == 0
    assert main(["accept", "--all", *REASON]) == 0
    assert "nothing to accept" in capsys.readouterr().out


def test_a_fingerprint_accepts_one(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fingerprint accepts that drift alone, info included."""
    prints = fingerprints(capsys)
    assert main(["accept", prints["enum.unknown"], prints["field.added"], *REASON]) == 0
    assert accepted(project).count("[[drift]]") == 2
    capsys.readouterr()
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    assert "field.missing" in told
    assert "enum.unknown" not in told


def test_paths_narrow_what_is_accepted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a path, --all accepts only what that cassette holds."""
    assert main(["accept", "cassettes/a.yaml", "--all", *REASON]) == 0
    text = accepted(project)
    assert "enum.unknown" in text
    assert "field.missing" not in text
    capsys.readouterr()


def test_without_a_choice_it_lists_and_is_2(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --all or a fingerprint nothing is written; what could be accepted is listed."""
    assert main(["accept", *REASON]) == 2
    told = capsys.readouterr()
    for kind, fingerprint in fingerprints(capsys).items():
        assert f"{fingerprint}  " in told.out
        assert kind in told.out
    assert "argot accept FINGERPRINT" in told.err
    assert accepted(project) == ""


def test_a_reason_is_needed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is accepted without a reason."""
    assert main(["accept", "--all"]) == 2
    assert main(["accept", "--all", "--reason", "  "]) == 2
    assert "reason" in capsys.readouterr().err
    assert accepted(project) == ""


@pytest.mark.parametrize("reason", ["...", " … "])
def test_the_dots_of_a_message_are_no_reason(
    project: Path, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command taken from a message as it is asks for the reason."""
    assert main(["accept", "--all", "--reason", reason]) == 2
    assert "write why" in capsys.readouterr().err
    assert accepted(project) == ""


def test_a_refused_recording_that_drifts_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Drift that is only in a refused recording is not passed over in silence; accepted, it is."""
    for name in ("a", "b"):
        write(project / "cassettes" / f"{name}.yaml", BODY)
    write(project / "cassettes" / "a.rejected.yaml", finished("end_of_text"))
    command = "argot accept cassettes/a.rejected.yaml, then: argot keep cassettes/a.rejected.yaml"
    for args, code in ((["--all", *REASON], 0), ([], 2), (["cassettes/a.yaml", "--all"], 0)):
        assert main(["accept", *args]) == code
        told = capsys.readouterr()
        assert "nothing to accept" in told.out
        assert command in told.err
    assert main(["accept", "cassettes/b.yaml"]) == 2
    assert "refused" not in capsys.readouterr().err
    assert main(["accept", "0" * 12, *REASON]) == 2
    assert command in capsys.readouterr().err
    assert main(["accept", "cassettes/a.rejected.yaml", "--all", *REASON]) == 0
    assert main(["accept", "--all", *REASON]) == 0
    assert "refused" not in capsys.readouterr().err


def test_wrong_use_is_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown fingerprint, --all beside one, a bad date or a missing path is 2."""
    known = fingerprints(capsys)["enum.unknown"]
    assert main(["accept", "0" * 12, *REASON]) == 2
    assert main(["accept", known, "--all", *REASON]) == 2
    for day in ("tomorrow", "2020-01-01", "2027-13-01"):
        assert main(["accept", "--all", *REASON, "--until", day]) == 2
    assert main(["accept", "nowhere.yaml", "--all", *REASON]) == 2
    assert accepted(project) == ""
    assert "Traceback" not in capsys.readouterr().err


def test_until_is_kept(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--until writes the last day; once it is over the drift counts again."""
    assert main(["accept", "--all", *REASON, "--until", "2999-01-31"]) == 0
    assert "until = 2999-01-31" in accepted(project)
    assert main(["check"]) == 0
    file = project / "cassettes" / "argot-accepted.toml"
    file.write_text(accepted(project).replace("2999-01-31", "2020-01-31"), encoding="utf-8")
    assert main(["check"]) == 1
    assert "expired" in capsys.readouterr().out


def test_comments_in_the_file_stay(project: Path) -> None:
    """Accepting more keeps what people wrote into the file."""
    file = project / "cassettes" / "argot-accepted.toml"
    file.write_text("# looked at by Ada\n", encoding="utf-8")
    assert main(["accept", "--all", *REASON]) == 0
    assert accepted(project).startswith("# looked at by Ada\n")


def test_an_unreadable_cassette_is_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest is accepted, the unreadable one named, and the exit code says so."""
    project.joinpath("cassettes", "bad.yaml").write_bytes(b"")
    assert main(["accept", "--all", *REASON]) == 2
    assert "bad.yaml" in capsys.readouterr().err
    assert accepted(project).count("[[drift]]") == 2


def test_accepted_drift_that_vanished_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check of the whole folder says what is accepted and no longer seen; a part of it not."""
    assert main(["accept", "--all", *REASON]) == 0
    write(project / "cassettes" / "b.yaml", BODY)
    capsys.readouterr()
    assert main(["check"]) == 0
    assert "1 accepted and no longer seen" in capsys.readouterr().out
    assert main(["check", "cassettes/b.yaml"]) == 0
    assert "no longer seen" not in capsys.readouterr().out


def test_a_variant_is_accepted_by_its_node_id(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node id goes into the file as it reads from the settings; a wrong file or none is 2."""
    (project / "tests").mkdir()
    (project / "tests" / "test_it.py").write_text("def test_it(): ...", encoding="utf-8")
    monkeypatch.chdir(project / "tests")
    assert main(["accept", "test_it.py::test_it[usage=absent]", *REASON]) == 0
    assert "accepted 1 failing variant in" in capsys.readouterr().out
    assert '"tests/test_it.py::test_it[usage=absent]"' in accepted(project)
    for whole in ("test_it", "test_it[recorded]", "test_it[a-search]", "TestIt::test_it(search)"):
        assert main(["accept", f"test_it.py::{whole}", *REASON]) == 2
        assert "only a single variant can be accepted" in capsys.readouterr().err
    assert main(["accept", "test_it.py::test_ti[usage=absent]", *REASON]) == 2
    told = capsys.readouterr().err
    assert "no test 'test_ti' in test_it.py" in told
    assert "did you mean test_it?" in told
    assert main(["accept", "test_no.py::test_it[usage=absent]", *REASON]) == 2
    assert "no test file 'test_no.py'" in capsys.readouterr().err
    assert main(["accept", "test_it.py::test_it[usage=absent]"]) == 2
    assert main(["accept", "test_it.py::test_it[a]", "--all", *REASON]) == 2
