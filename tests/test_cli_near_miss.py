"""Paths that are no cassette: what was meant is said, and nothing passes for a clean tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot.cli import main
from tests.cassette_tree import BODY, finished, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a cassette; the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    tmp_path.joinpath("argot.toml").write_text("", encoding="utf-8")
    tmp_path.joinpath("tests").mkdir()
    write(tmp_path / "cassettes" / "poems" / "haiku.yaml", BODY)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """Give what a command says on standard error; it is wrong use."""
    assert main([*args]) == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "scrub", "accept"])
def test_a_named_folder_without_cassettes_is_2(
    project: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that was named and holds no cassette is not a clean one."""
    told = said(capsys, command, "tests")
    assert "no cassette is in this folder" in told
    assert str(project / "tests") in told
    assert "fix:" in told
    assert said(capsys, command, "cassettes", "tests") == told


@pytest.mark.parametrize("command", ["show", "check"])
@pytest.mark.parametrize(
    "name", ["poems/haiku", "poems/haiku.yaml", "cassettes/poems/haiku", "cassettes/poems"]
)
def test_what_was_meant_is_named(
    project: Path, command: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name a test gives a cassette leads to its path, and so does a lost ending."""
    if name == "cassettes/poems":
        project.joinpath("cassettes", "poems.yaml").write_text("", encoding="utf-8")
        project.joinpath("cassettes", "poems", "haiku.yaml").unlink()
        assert "did you mean cassettes/poems.yaml?" in said(capsys, command, name)
    else:
        assert "did you mean cassettes/poems/haiku.yaml?" in said(capsys, command, name)


def test_show_takes_one_cassette(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``argot show`` does not propose a folder."""
    for name in ("nowhere.yaml", str(project / "tests")):
        told = said(capsys, "show", name)
        assert "fix:   name one cassette\n" in told
        assert "or a folder" not in told


def test_a_refused_recording_is_named_with_the_way_to_keep_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is only a refused recording, its name and ``argot keep`` are said."""
    write(project / "refused" / "a.rejected.yaml", finished("end_of_text"))
    for path in ("refused", "refused/a.yaml"):
        told = said(capsys, "check", path)
        assert "refused/a.rejected.yaml, or: argot keep refused/a.rejected.yaml" in told


def test_places_are_told_without_detours(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a sub-folder, places outside it are told by their whole path, without ``..``."""
    write(project / "cassettes" / "poems" / "haiku.yaml", finished("end_of_text"))
    monkeypatch.chdir(project / "tests")
    for args in (["check", "../cassettes"], ["show", "../cassettes/poems/haiku.yaml"]):
        main(args)
        told = capsys.readouterr().out
        assert str(project / "cassettes" / "poems" / "haiku.yaml") in told
        assert ".." not in told
    assert ".." not in said(capsys, "check", "../nowhere")


def test_a_link_is_followed_as_it_leads(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """``..`` behind a link is where the link leads, not where it stands."""
    other = tmp_path_factory.mktemp("other")
    write(other / "cassettes" / "a.yaml", finished("end_of_text"))
    other.joinpath("tests").mkdir()
    try:
        project.joinpath("link").symlink_to(other / "tests")
    except OSError:
        pytest.skip("no links here")
    assert main(["check", "link/../cassettes"]) == 1
    assert main(["check", "cassettes"]) == 0


def test_a_model_beside_the_tests_is_found_with_python_m(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that cannot be imported says how to start the command; a wrong name does not."""
    for model, hinted in (("nowhere.types:Model", True), ("json:Model", False)):
        route = f'[[routes]]\nmatch = "POST *"\nmodel = "{model}"\n'
        project.joinpath("argot.toml").write_text(route, encoding="utf-8")
        told = said(capsys, "check")
        assert f"cannot import '{model}'" in told
        assert ("python -m pytest_argot" in told) is hinted


def test_every_wrong_use_has_a_fix(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files that are missing or broken, and a folder that is taken, say what to do."""
    for args in (
        ["demo", "--keep", "cassettes"],
        ["check", "--config", "nope.toml"],
        ["record", "x", "nope.json", "--url", "http://127.0.0.1:9/"],
    ):
        assert "  fix:   " in said(capsys, *args)
    project.joinpath("argot.toml").write_text("record = \n", encoding="utf-8")
    assert "  fix:   " in said(capsys, "check")
