"""The setting ``cassettes``: where the cassettes of a test file lie, and which files are some."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_argot.cli.selection import select, whole_folder
from pytest_argot.errors import Misuse
from pytest_argot.settings import Layout, load
from tests.cassette_tree import BODY, write

ROOT = Path("/project")
RECORDING = "{test_dir}/cassettes/{module}"


@pytest.mark.parametrize(
    ("pattern", "module", "folder", "left"),
    [
        ("cassettes", "tests/azure/test_a", "cassettes", "tests/azure/test_a"),
        (".", "tests/test_a", ".", "tests/test_a"),
        (RECORDING, "tests/azure/test_a", "tests/azure/cassettes/test_a", ""),
        (RECORDING, "test_a", "cassettes/test_a", ""),
        ("tapes/{test_dir}/{module}", "tests/azure/test_a", "tapes/tests/azure/test_a", ""),
        ("tapes/{test_dir}", "tests/azure/test_a", "tapes/tests/azure", "test_a"),
        ("tapes/{module}", "tests/azure/test_a", "tapes/test_a", "tests/azure"),
    ],
)
def test_the_folder_of_a_test_file(pattern: str, module: str, folder: str, left: str) -> None:
    """Placeholders are filled in, and what they do not say of the module stays in the name."""
    place = Layout(ROOT, pattern).place(ROOT / f"{module}.py", module)
    assert place == (ROOT / folder, left)


def test_a_test_outside_the_root() -> None:
    """{test_dir} at the start is the test's own folder, further on it never leads out."""
    test = Path("/elsewhere/tests/test_a.py")
    outside = "../elsewhere/tests/test_a"
    assert Layout(ROOT, RECORDING).place(test, outside)[0] == Path(
        "/elsewhere/tests/cassettes/test_a"
    )
    inner, _ = Layout(ROOT, "tapes/{test_dir}").place(test, outside)
    assert inner == ROOT / "tapes" / "_" / "elsewhere" / "tests"


@pytest.mark.parametrize(
    ("pattern", "folder", "top"),
    [
        ("cassettes", "cassettes", "cassettes"),
        (RECORDING, "cassettes", "."),
        ("data/{module}/tapes", "data/tapes", "data"),
        ("{test_dir}/{module}", ".", "."),
        ("/absolute/{module}", "/absolute", "/absolute"),
    ],
)
def test_the_folder_without_a_test_and_the_folder_of_all(
    pattern: str, folder: str, top: str
) -> None:
    """A script has no test file: placeholders fall away; the top is above every cassette."""
    layout = Layout(ROOT, pattern)
    assert (layout.folder, layout.top) == (ROOT / folder, ROOT / top)


@pytest.mark.parametrize(
    ("pattern", "folder", "held"),
    [
        ("cassettes", "cassettes/tests/test_a", True),
        ("cassettes", "tests/cassettes", False),
        (RECORDING, "cassettes", True),
        (RECORDING, "cassettes/test_a", True),
        (RECORDING, "tests/azure/cassettes/test_a/more", True),
        (RECORDING, "tests/azure", False),
        (RECORDING, "tests/cassettes_too/test_a", False),
        (RECORDING, "../cassettes", False),
        ("tapes/{module}/x", "tapes/test_a/x", True),
        ("tapes/{module}/x", "tapes/test_a/y", False),
        ("../shared", "../shared/a", True),
    ],
)
def test_where_cassettes_are(pattern: str, folder: str, *, held: bool) -> None:
    """A folder holds cassettes when some test file's cassettes lie at it or above it."""
    assert Layout(ROOT, pattern).holds(ROOT / folder) is held


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in the layout of pytest-recording; the working directory."""
    tmp_path.joinpath("argot.toml").write_text(f'cassettes = "{RECORDING}"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def chosen(root: Path, *paths: str) -> list[str]:
    """Name the cassettes selected."""
    return [each.file.relative_to(root).as_posix() for each in select(paths)]


def test_all_cassettes_of_a_layout_are_found(project: Path) -> None:
    """Without PATHS every cassette below such a folder is found, and nothing else."""
    for name in ("cassettes/test_a/x", "tests/cassettes/test_b/y", "tests/cassettes/script"):
        write(project / f"{name}.yaml", BODY)
    write(project / "tests" / "fixtures" / "other.yaml", BODY)
    write(project / ".hidden" / "cassettes" / "z.yaml", BODY)
    (project / "tests" / "cassettes" / "broken.yaml").write_text("")
    found = [
        "cassettes/test_a/x.yaml",
        "tests/cassettes/broken.yaml",
        "tests/cassettes/script.yaml",
        "tests/cassettes/test_b/y.yaml",
    ]
    assert chosen(project) == found
    (project / "tests" / "compose.yml").write_text("services: {}\n")
    assert chosen(project, "tests") == [*found[1:], "tests/fixtures/other.yaml"]


def test_a_layout_without_cassettes_is_told(project: Path) -> None:
    """A pattern nothing lies under is an error: a wrong one must not look like a clean tree."""
    write(project / "tapes" / "x.yaml", BODY)
    with pytest.raises(Misuse, match="has a place for it"):
        select([])


def test_the_folders_of_overrides_are_searched(project: Path) -> None:
    """Without PATHS the places named in overrides count, too."""
    settings = '[[overrides]]\ntests = "a"\ncassettes = "a/tapes"\n'
    (project / "argot.toml").write_text(settings)
    write(project / "cassettes" / "x.yaml", BODY)
    write(project / "a" / "tapes" / "y.yaml", BODY)
    assert chosen(project) == ["a/tapes/y.yaml", "cassettes/x.yaml"]
    in_force = load(project / "argot.toml", project)
    assert whole_folder([], in_force)
    assert whole_folder(["."], in_force)
    assert not whole_folder(["cassettes"], in_force)


def test_each_package_is_judged_by_its_own_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under one PATH the settings nearest to each cassette count, unless a file is named."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "argot.toml").write_text('fail_on = "warn"\n')
    for name in "ab":
        write(tmp_path / name / "cassettes" / "x.yaml", BODY)
    (tmp_path / "b" / "pyproject.toml").write_text('[tool.argot]\nfail_on = "info"\n')
    assert [each.settings.fail_on for each in select(["."])] == ["warn", "info"]
    (tmp_path / "other.toml").write_text('fail_on = "never"\n')
    named = select(["."], config="other.toml")
    assert [each.settings.fail_on for each in named] == ["never", "never"]
    (tmp_path / "b" / "argot.toml").write_text("")
    with pytest.raises(Misuse, match="two places"):
        select(["."])
