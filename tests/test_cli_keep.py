"""``argot keep``: what was refused, into its cassette."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_argot.cassette.reader import load
from pytest_argot.cassette.rejected import reject
from pytest_argot.cassette.store import save
from pytest_argot.cli import main
from pytest_argot.wire.masking import Masker
from tests.cassette_tree import BODY, body, finished, interaction, write

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_argot.cassette.interaction import Interaction

MASKER = Masker()
LATER = "2026-11-23T08:00:00Z"
SECRET = "api_key=Zk83hfQ91mZpLw02xVt7Rs"  # noqa: S105 - made up
REASON = ("--reason", "the new release says so")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one cassette; the working directory."""
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("argot.toml").write_text("", encoding="utf-8")
    write(tmp_path / "cassettes" / "a.yaml", BODY, interaction(BODY, prompt="another"))
    return tmp_path


def later(answer: object, prompt: str = "a haiku", test: str = "t::new") -> Interaction:
    """Give a recording that was made after the cassette."""
    return replace(interaction(answer, prompt=prompt), tests=(test,), recorded_at=LATER)


def refuse(project: Path, *interactions: Interaction, name: str = "a") -> Path:
    """Keep a recording beside its cassette."""
    path = project / "cassettes" / f"{name}.yaml"
    return reject(path, interactions, reason="the test failed", masker=MASKER)


def held(project: Path, name: str = "a") -> list[Interaction]:
    """Give what the cassette holds."""
    return list(load(project / "cassettes" / f"{name}.yaml", MASKER).interactions)


def test_the_newer_answer_replaces_and_the_rest_stays(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An equal request gets the newer answer, others stay or join, the rejected file goes."""
    old = held(project)
    refused = refuse(project, later(finished("length")), later(BODY, "a third"))
    assert main(["keep"]) == 0
    told = capsys.readouterr().out
    assert "a.rejected.yaml: 2 interactions kept in cassettes/a.yaml" in told
    new = held(project)
    assert len(new) == 3
    assert b'"length"' in new[0].response.body
    assert new[0].tests == ("t::new", "tests/test_haiku.py::test_haiku")
    assert new[1] == old[1]
    assert not refused.exists()
    assert main(["keep"]) == 0
    assert "nothing to keep" in capsys.readouterr().out


def test_an_answer_recorded_since_is_not_undone(project: Path) -> None:
    """Where the cassette has the newer answer, that one stays."""
    refuse(project, replace(later(finished("length")), recorded_at="2020-01-01T00:00:00Z"))
    before = held(project)[0].response
    assert main(["keep"]) == 0
    assert held(project)[0].response == before


def test_a_cassette_is_born_of_it(project: Path) -> None:
    """A rejected recording without a cassette becomes one; the cassette's name stands for it."""
    refused = refuse(project, later(BODY), name="born")
    assert main(["keep", "cassettes/born.yaml"]) == 0
    assert len(held(project, "born")) == 1
    assert not refused.exists()


def test_overrides_hold_for_the_tests_that_recorded(project: Path) -> None:
    """What the rules of an override hide does not enter the cassette of a test it names."""
    refuse(project, later(BODY, "our secret plan", test="tests/azure/test_a.py::t"), name="azure")
    project.joinpath("argot.toml").write_text(
        '[[overrides]]\ntests = "tests/azure"\nmask = ["re:secret plan=plan"]\n', encoding="utf-8"
    )
    assert main(["keep"]) == 0
    text = project.joinpath("cassettes", "azure.yaml").read_text(encoding="utf-8")
    assert '"our plan"' in text


def test_paths_choose(project: Path) -> None:
    """Only what the paths name is kept."""
    first, second = refuse(project, later(BODY)), refuse(project, later(BODY), name="b/c")
    assert main(["keep", str(first)]) == 0
    assert not first.exists()
    assert second.exists()
    assert main(["keep", "cassettes/b"]) == 0
    assert not second.exists()


def test_blanked_secrets_need_force(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A recording in which secrets were blanked is left, with the reason, unless --force."""
    refused = refuse(project, later(BODY, f"say {SECRET}"))
    refuse(project, later(BODY, "harmless", test="t::other"))
    before = refused.read_bytes()
    assert main(["keep"]) == 1
    told = capsys.readouterr().out
    assert "secrets in it were blanked" in told
    assert "--force" in told
    assert refused.read_bytes() == before
    assert main(["keep", "--force"]) == 0
    assert not refused.exists()
    assert len(held(project)) == 4


def test_accepted_keeps_what_only_accepted_drift_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--accepted takes a test's recording when all its failing drift is accepted by now."""
    refused = refuse(
        project,
        later(finished("end_of_text"), "drifted", test="t::drifted"),
        later(BODY, "led there", test="t::drifted"),
    )
    refuse(project, later(BODY, "body failed", test="t::failed"))
    refuse(project, later(body(created=...), "not accepted", test="t::open"))
    assert main(["keep", "--accepted"]) == 1
    assert len(held(project)) == 2
    write(project / "cassettes" / "known.yaml", finished("end_of_text"))
    assert main(["accept", "cassettes/known.yaml", "--all", *REASON]) == 0
    capsys.readouterr()
    assert main(["keep", "--accepted"]) == 1
    assert "2 interactions without accepted drift" in capsys.readouterr().out
    prompts = b"".join(each.request.body for each in held(project))
    assert b"drifted" in prompts
    assert b"led there" in prompts
    left = [each.tests for each in load(refused, MASKER).interactions]
    assert left == [("t::failed",), ("t::open",)]


def test_nothing_is_lost_on_errors(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a broken cassette, or a broken recording, both files stay; others are kept."""
    refused = refuse(project, later(BODY, "new"))
    other = refuse(project, later(BODY), name="z")
    damaged = project / "cassettes" / "d.rejected.yaml"
    damaged.write_text("argot:\n", encoding="utf-8")
    cassette = project / "cassettes" / "a.yaml"
    cassette.write_text("argot:\n", encoding="utf-8")
    before = refused.read_bytes()
    assert main(["keep"]) == 2
    told = capsys.readouterr().err
    assert "cassettes/a.yaml" in told
    assert "d.rejected.yaml" in told
    assert refused.read_bytes() == before
    assert cassette.read_text(encoding="utf-8") == damaged.read_text(encoding="utf-8") == "argot:\n"
    assert not other.exists()
    assert len(held(project, "z")) == 1


def test_a_secret_leaves_both_files_alone(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A secret that got into a recording by hand stays out of the cassette and is not shown."""
    refused = refuse(project, later(BODY, "say the word"))
    text = refused.read_text(encoding="utf-8").replace("the word", SECRET)
    refused.write_text(text, encoding="utf-8")
    before = project.joinpath("cassettes", "a.yaml").read_bytes()
    assert main(["keep"]) == 1
    told = capsys.readouterr()
    assert "argot scrub --check" in told.err
    assert SECRET not in told.out + told.err
    assert refused.read_text(encoding="utf-8") == text
    assert project.joinpath("cassettes", "a.yaml").read_bytes() == before


def test_a_strange_file_is_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of another tool that is called like ours is left, and a missing path is wrong use."""
    strange = project / "cassettes" / "s.rejected.yaml"
    strange.write_text("interactions: []\nversion: 1\n", encoding="utf-8")
    assert main(["keep"]) == 1
    assert "no recording of ours" in capsys.readouterr().out
    assert strange.exists()
    assert main(["keep", "cassettes/nowhere.yaml"]) == 2
    assert "no such file" in capsys.readouterr().err


def test_without_a_folder_of_cassettes_it_is_wrong_use(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no cassettes can be nothing was looked at: 2, as of the other commands."""
    project.joinpath("argot.toml").write_text('cassettes = "tapes"\n', encoding="utf-8")
    for command in ("keep", "check", "accept", "scrub"):
        assert main([command]) == 2
        told = capsys.readouterr().err
        assert "tapes" in told
        assert "name a cassette or a folder of cassettes" in told


def test_a_later_run_supersedes_what_was_refused(project: Path) -> None:
    """What a test left is dropped when it records again, other tests' stays until they do."""
    path = project / "cassettes" / "a.yaml"
    refused = refuse(project, later(BODY, "x", test="t::one"), later(BODY, "y", test="t::two"))
    for test, left in (("t::one", 1), ("t::two", 0)):
        new = later(BODY, test, test=test)
        save(path, lambda old, new=new: [*(old.interactions if old else ()), new], masker=MASKER)
        assert refused.exists() == bool(left)
    assert len(held(project)) == 4
