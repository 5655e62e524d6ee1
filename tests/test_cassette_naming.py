"""Names of cassettes: safe on every file system, never shared by accident."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_argot.cassette.naming import LONGEST, named, unnamed
from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from random import Random

ROOT = Path("cassettes")
PARTS = st.text("aB.-_ /\\[]:éÉß~$", min_size=1, max_size=6)
NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,5}", fullmatch=True)
QUALNAMES = NAMES | st.tuples(
    st.sampled_from(["TestA", "Testa", "testa", "TESTA", "A"]), NAMES
).map(".".join)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("haiku", "haiku.yaml"),
        ("a/b", "a/b.yaml"),
        ("haiku.yaml", "haiku.yaml"),
        ("GPT 4.1 (été)", "GPT 4.1 (été).yaml"),
        ("x" * 195, "x" * 195 + ".yaml"),
    ],
)
def test_named(name: str, file: str) -> None:
    """A relative name gives the file below the root."""
    assert named(ROOT, name) == ROOT / file


@pytest.mark.parametrize(
    "name",
    [
        "", "/etc/passwd", "C:/x", "c:x", "..", "../x", "a/../../x", "a/./b", "a//b", "a/", ".yaml",
        "a\\b", "a\0b", "a\nb", "a:b", "a*", 'a"b', "a.", "a ", "con", "a/NUL.txt", "com1", "lpt²",
        "x.rejected", "X.Rejected.yaml", "x" * 196, "é" * 100, "a\udc80",
    ],
)  # fmt: skip
def test_refused(name: str) -> None:
    """A name that leaves the root or that some file system refuses is a misuse, and says why."""
    with pytest.raises(Misuse, match=r"cannot be the name of a cassette: .+"):
        named(ROOT, name)


def test_links_that_lead_out_are_refused(tmp_path: Path) -> None:
    """A symbolic link below the root leads no further than the root."""
    root = tmp_path / "cassettes"
    (root / "in").mkdir(parents=True)
    try:
        (root / "out").symlink_to(tmp_path)
        (root / "here").symlink_to(root / "in")
        (root / "loop.yaml").symlink_to(root / "loop.yaml")
        (tmp_path / "linked").symlink_to(root)
    except OSError:
        pytest.skip("no symbolic links here")
    assert named(root, "here/x") == root / "here" / "x.yaml"
    assert named(tmp_path / "linked", "x") == tmp_path / "linked" / "x.yaml"
    for name in ("out/x", "loop"):
        with pytest.raises(Misuse, match="symbolic link"):
            named(root, name)


@pytest.mark.parametrize(
    ("module", "qualname", "test_id", "file"),
    [
        ("tests/test_a.py", "test_x", None, "tests/test_a/test_x.yaml"),
        ("tests/test_a", "test_x", "gpt-4.1,b=2", "tests/test_a/test_x[gpt-4.1,b=2].yaml"),
        ("test_a.py", "TestHaiku.test_x", None, "test_a/TestHaiku.test_x.yaml"),
        ("test_a.py", "TestHaiku.test_x", "", "test_a/TestHaiku.test_x[].yaml"),
    ],
)
def test_unnamed(module: str, qualname: str, test_id: str | None, file: str) -> None:
    """A usual test gets a file that reads like its node id."""
    assert unnamed(ROOT, module, qualname, test_id) == ROOT / file


@pytest.mark.parametrize(
    ("module", "qualname", "test_id", "start"),
    [
        ("t.py", "test_x", "A", "t/test_x[A]-"),
        ("t.py", "test_x", "a/b", "t/test_x[a-b]-"),
        ("t.py", "test_x", "x" * 300, "t/test_x[xxx"),
        ("t.py", "TestHTTP.test_x", None, "t/TestHTTP.test_x-"),
        ("../T/aux.py", "con", None, "_/T/aux_/con_-"),
        ("t.py", "C.rejected", None, "t/C.rejected_-"),
    ],
)
def test_unusual_tests_get_a_hash(
    module: str, qualname: str, test_id: str | None, start: str
) -> None:
    """What could be confused or refused somewhere is made safe and gets a hash of the original."""
    path = unnamed(ROOT, module, qualname, test_id)
    assert path.as_posix().startswith(f"cassettes/{start}")
    assert len(path.name.removesuffix(".yaml").rpartition("-")[2]) == 8
    assert unnamed(ROOT, module, qualname, test_id) == path


TESTS = st.tuples(PARTS | st.just("t.py"), QUALNAMES, st.none() | PARTS | st.text(max_size=300))


@given(TESTS)
def test_unnamed_is_safe_everywhere(test: tuple[str, str, str | None]) -> None:
    """Whatever a test is called, its file could have been named by hand."""
    path = unnamed(ROOT, *test)
    name = path.relative_to(ROOT).as_posix()
    assert named(ROOT, name) == path
    assert name.isascii()
    assert all(len(part) <= LONGEST for part in path.parts)


@given(TESTS, st.randoms(use_true_random=False))
def test_no_two_tests_share_a_file(test: tuple[str, str, str | None], chance: Random) -> None:
    """Two tests never share a file, not even where case makes no difference."""
    path, name, test_id = test
    twin_id = None if test_id is None else _resembling(test_id, chance)
    twin = _resembling(path, chance), _resembling(name, chance), twin_id
    module, other = (each[0].removesuffix(".py").split("/") for each in (test, twin))
    assume(list(filter(None, module)) != list(filter(None, other)) or test[1:] != twin[1:])
    assert str(unnamed(ROOT, *test)).casefold() != str(unnamed(ROOT, *twin)).casefold()


def _resembling(part: str, chance: Random) -> str:
    """Give a part that differs only by what file systems and shells are easily confused about."""
    changes = (str.lower, str.upper, str.swapcase, str, str, lambda _: "-")
    return "".join(c if c in "/." else chance.choice(changes)(c) for c in part)


@given(st.text(max_size=20))
def test_named_stays_inside(name: str) -> None:
    """Any name is refused or gives a file below the root."""
    try:
        path = named(ROOT, name)
    except Misuse:
        return
    assert path.resolve().is_relative_to(ROOT.resolve())
    assert path.suffix == ".yaml"
