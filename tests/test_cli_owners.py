"""Overrides on the command line: a cassette is judged as the tests that ask for it are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.cli import main
from tests.cassette_tree import BODY, finished, interaction, write

if TYPE_CHECKING:
    from pathlib import Path

DRIFTED = finished("end_of_text")
LAX = "tests/lax/test_a.py::test_a"
STRICT = "tests/test_b.py::TestB::test_b[c::d]"
SETTINGS = """\
[[overrides]]
tests = "tests/lax/**"
fail_on = "never"
mask = ["body:$.prompt=something"]
[[overrides.routes]]
match = "POST */own"
dialect = "openai"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose lax tests fail of nothing; the working directory."""
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("argot.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def owned(project: Path, *tests: str, answer: Any = DRIFTED, **asked: Any) -> Path:
    """Write a cassette whose interaction these tests ask for."""
    whole = replace(interaction(answer, **asked), tests=tests)
    return write(project / "cassettes" / "a.yaml", whole)


@pytest.mark.parametrize(
    ("tests", "code"),
    [((LAX,), 0), ((STRICT,), 1), ((LAX, STRICT), 1), ((LAX, LAX.replace("_a", "_c")), 0), ((), 1)],
)
def test_check_judges_as_the_tests_do(
    project: Path, tests: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Overrides hold where all tests of a cassette have them, the settings outside them else."""
    owned(project, *tests)
    assert main(["check"]) == code
    assert "enum.unknown" in capsys.readouterr().out


def test_cassettes_are_judged_each_on_its_own(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A lax cassette does not excuse another one; routes of an override judge its own alone."""
    url = "https://api.example.org/own"
    owned(project, LAX, url=url)
    write(project / "cassettes" / "b.yaml", interaction(DRIFTED, url=url))
    assert main(["check"]) == 0
    told = capsys.readouterr().out
    assert "1 response without a response model" in told
    assert "in 1 of 2 cassettes" in told
    write(project / "cassettes" / "c.yaml", interaction(DRIFTED))
    assert main(["check"]) == 1


def test_the_file_of_known_things_is_one(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is accepted of an overridden cassette is in the one file, and seen there."""
    settings = SETTINGS.replace('fail_on = "never"', 'cassettes = "lax"')
    project.joinpath("argot.toml").write_text(settings, encoding="utf-8")
    owned(project, STRICT, answer=BODY)
    write(project / "lax" / "a.yaml", replace(interaction(DRIFTED), tests=(LAX,)))
    assert main(["check"]) == 1
    assert main(["accept", "--all", "--reason", "the new release"]) == 0
    assert project.joinpath("cassettes", "argot-accepted.toml").exists()
    capsys.readouterr()
    assert main(["check"]) == 0
    assert "no longer seen" not in capsys.readouterr().out


def test_masks_of_overrides_hide_what_is_shown(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``argot show`` hides what the rules of a cassette's tests hide."""
    owned(project, LAX, STRICT, prompt="the patient's name")
    assert main(["show", "cassettes/a.yaml", "--full"]) == 0
    told = capsys.readouterr().out
    assert "something" in told
    assert "patient" not in told


def test_a_wrong_override_is_told_where_it_stands(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rule or level that is not understood is placed in its entry, not at a test."""
    owned(project, LAX)
    for line, key in (('mask = "re:("', "mask"), ('levels = {"field.lost" = "warn"}', "levels")):
        text = f'[[overrides]]\ntests = "tests/lax"\n{line}\n'
        project.joinpath("argot.toml").write_text(text, encoding="utf-8")
        assert main(["check"]) == 2
        told = capsys.readouterr().err
        assert f"argot.toml [tool.argot] [[overrides]] 1 {key}\n" in told


def test_an_unreadable_cassette_is_still_listed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be read has no tests; it is told, and the others are judged."""
    owned(project, LAX)
    project.joinpath("cassettes", "bad.yaml").write_bytes(b"")
    assert main(["check"]) == 2
    told = capsys.readouterr().out
    assert "cassettes/bad.yaml" in told
    assert "enum.unknown" in told
