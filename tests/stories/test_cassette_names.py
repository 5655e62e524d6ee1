"""Promise: every test finds its cassette by name, and no two tests share one by accident."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pytest_argot.cassette.reader import load
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

HEAD = """
    import httpx, pytest
    from pytest_argot import argot_cassette

    def ask(prompt):
        httpx.post("{base}/completions", json={{"model": "m", "prompt": prompt}})
"""

DEVICES = {"con", "prn", "aux", "nul", "com1", "lpt1"}

ODD_IDS = (
    *("a/b", "a-b", "A-b", "a b", "a:b", "a*b", "a\\b", 'a"b', "a.", "a", "A", "..", "../a"),
    *("", " ", "CON", "con", "nul.txt", "x" * 300, "x" * 299 + "y", "é", "e\u0301", "🦜", "a[b]"),
    *("haiku.rejected", "~", "$HOME", "-rf", "%41"),
)


def names(house: House) -> set[str]:
    """List the cassettes."""
    found = house.cassettes.rglob("*.yaml")
    return {path.relative_to(house.cassettes).as_posix() for path in found}


def test_a_name_reads_like_the_test(plain_house: House, server: CompletionsServer) -> None:
    """A named cassette lies at its name; an unnamed one at module, classes, function and id."""
    tests = """
    @argot_cassette("poems/short/haiku")
    def test_named():
        ask("named")

    @argot_cassette
    def test_function():
        ask("function")

    @argot_cassette
    @pytest.mark.parametrize("poem", ["ode"])
    @pytest.mark.parametrize("number", [1, pytest.param(2, id="two")])
    def test_ids(poem, number):
        ask(f"{poem} {number}")

    @argot_cassette
    class TestPoet:
        def test_method(self):
            ask("method")

        class TestInner:
            @pytest.mark.parametrize("poem", ["ode"])
            def test_method(self, poem):
                ask("inner")
"""
    for file in ("test_poet.py", "tests/deep/test_deep.py"):
        shared = tests if "deep" in file else tests.replace("poems/short/haiku", "sonnet")
        plain_house.write(file, HEAD.format(base=server.base) + shared)
    plain_house.run("--argot-record=once").assert_outcomes(passed=12)
    below = (
        *("test_function.yaml", "test_ids[1-ode].yaml", "test_ids[two-ode].yaml"),
        *("TestPoet.test_method.yaml", "TestPoet.TestInner.test_method[ode].yaml"),
    )
    expected = {
        f"{module}/{name}" for module in ("test_poet", "tests/deep/test_deep") for name in below
    }
    assert names(plain_house) == {"poems/short/haiku.yaml", "sonnet.yaml", *expected}
    server.stop()
    plain_house.run().assert_outcomes(passed=12)


def test_no_two_tests_share_a_file(plain_house: House, server: CompletionsServer) -> None:
    """Ids that sanitise alike, twins by case, long and hostile names: each test has its own file."""
    tests = f"""
    @argot_cassette
    @pytest.mark.parametrize("prompt", {ODD_IDS!r})
    def test_id(prompt):
        ask(f"id {{prompt}}")

    @argot_cassette
    def test_twin():
        ask("twin")

    @argot_cassette
    def test_TWIN():
        ask("TWIN")

    @argot_cassette
    class TestHTTP:
        def test_it(self):
            ask("HTTP")

    @argot_cassette
    class TestHttp:
        def test_it(self):
            ask("Http")
"""
    plain_house.write("test_it.py", HEAD.format(base=server.base) + tests)
    device = "\n    @argot_cassette\n    def test_it():\n        ask('device')\n"
    plain_house.write("aux/test_device.py", HEAD.format(base=server.base) + device)
    count = len(ODD_IDS) + 5
    plain_house.run("--argot-record=once").assert_outcomes(passed=count)
    files = names(plain_house)
    assert len(files) == len({file.casefold() for file in files}) == count
    assert all(file.isascii() for file in files)
    parts = [part for file in files for part in file.split("/")]
    assert max(map(len, parts)) <= 200
    assert not DEVICES & {part.partition(".")[0].casefold() for part in parts}
    assert not [part for part in parts if set(part) & set('<>:"|?*\\ ') or part.endswith(".")]
    for file in files:
        (only,) = load(plain_house.cassettes / file, Masker()).interactions
        assert json.loads(only.request.body)["prompt"]
    server.stop()
    plain_house.run("--argot-record=once").assert_outcomes(passed=count)


def test_a_name_written_down_stays(plain_house: House, server: CompletionsServer) -> None:
    """An emoji, an accent and a dot are fine in a name, which is the file's to the letter."""
    given = ("🦜", "été", "gpt-4.1 (mini)", "a/b.c/d")
    tests = "".join(
        f"\n    @argot_cassette({name!r})\n    def test_{number}():\n        ask('{number}')\n"
        for number, name in enumerate(given)
    )
    plain_house.write("test_it.py", HEAD.format(base=server.base) + tests)
    plain_house.run("--argot-record=once").assert_outcomes(passed=len(given))
    assert names(plain_house) == {f"{name}.yaml" for name in given}


@pytest.mark.parametrize(
    "name",
    ["a/../up", "link/up", "CON", "a.", "x" * 300],
    ids=lambda name: name[:12],
)
def test_a_name_that_leaves_or_breaks_is_refused(
    plain_house: House, server: CompletionsServer, name: str
) -> None:
    """A name that leads out of the folder, or no file system can hold, stops the collection."""
    outside = plain_house.root / "outside"
    outside.mkdir()
    plain_house.cassettes.mkdir()
    (plain_house.cassettes / "link").symlink_to(outside)
    test = f"\n    @argot_cassette({name!r})\n    def test_it():\n        ask('hi')\n"
    plain_house.write("test_it.py", HEAD.format(base=server.base) + test)
    result = plain_house.run("--argot-record=once")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*cannot be the name of a cassette: *", "*where: test_it.py:*test_it*", "*fix: *"]
    )
    assert server.posts == 0
    assert not list(plain_house.root.rglob("*.yaml"))


def test_case_twins_of_written_names(plain_house: House, server: CompletionsServer) -> None:
    """A name that differs from another's by case only is refused, and what was recorded kept."""
    tests = """
    @argot_cassette("haiku")
    def test_a():
        ask("a")

    @argot_cassette("Haiku")
    def test_b():
        ask("b")
"""
    plain_house.write("test_it.py", HEAD.format(base=server.base) + tests)
    result = plain_house.run("--argot-record=once")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*where file systems ignore case*taken for *haiku.yaml*"])
    assert names(plain_house) == {"haiku.yaml", "Haiku.rejected.yaml"}


def test_rejected_files_are_nobodys_cassettes(
    plain_house: House, server: CompletionsServer
) -> None:
    """A *.rejected.yaml is neither replayed, nor judged, nor a cassette to any command but keep."""
    test = "\n    @argot_cassette('haiku')\n    def test_it():\n        ask('hi')\n"
    plain_house.write("test_it.py", HEAD.format(base=server.base) + test)
    server.change = lambda answer: answer.update(object="other")
    plain_house.run("--argot-record=once").assert_outcomes(failed=1)
    assert names(plain_house) == {"haiku.rejected.yaml"}
    plain_house.run().assert_outcomes(errors=1)
    for command in ("check", "scrub", "accept"):
        told = plain_house.python("-m", "pytest_argot", command)
        assert "const.changed" not in told.stdout.str()
        assert "rejected" not in told.stdout.str()
    kept = plain_house.python("-m", "pytest_argot", "keep")
    kept.stdout.fnmatch_lines(["*haiku.rejected.yaml: 1 interaction kept in *haiku.yaml"])
    plain_house.run().assert_outcomes(failed=1)
