"""Promise: a test is run once under each variant of its recorded answer, and says what failed."""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING

from tests.fuzz_house import ids, outcomes, recorded, suite

if TYPE_CHECKING:
    import pytest

    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

APP = """
    import openai

    def write_haiku(base):
        with openai.OpenAI(base_url=base, api_key="any", max_retries=0) as client:
            return client.completions.create(model="m", prompt="a haiku")

    def cost(answer):
        return answer.usage.total_tokens * 2
"""

MENDED = """
    def cost(answer):
        return answer.usage.total_tokens * 2 if answer.usage else 0
"""


def test_from_a_green_suite_to_a_bug_found_mended_and_pinned(
    house: House, server: CompletionsServer
) -> None:
    """One word finds the bug; the report names the change and the command; the id pins the case."""
    app = house.write("poet/app.py", APP)
    poet = house.write(
        "tests/test_poet.py",
        f"""
        from poet.app import cost, write_haiku
        from pytest_argot import argot_cassette

        @argot_cassette("haiku")
        def test_cost():
            assert cost(write_haiku({server.base!r})) >= 0
        """,
    )
    house.pytester.makeini("[pytest]\npythonpath = .\n")
    house.run("--argot-record=once").assert_outcomes(passed=1)
    server.stop()
    poet.write_text(poet.read_text().replace('"haiku")', '"haiku", fuzz=True)'), "utf-8")

    result = house.run("-rA")
    failed = [test for test, outcome in outcomes(result).items() if outcome == "failed"]
    assert failed == ["tests/test_poet.py::test_cost[usage=absent]"]
    result.stdout.fnmatch_lines(
        [
            "*- argot variant -*",
            'changed: usage: {*"total_tokens": 11} → absent  (valid: the model allows it)',
            f"  in the answer to POST {server.base}/completions *",
            "run it again: pytest 'tests/test_poet.py::test_cost[[]usage=absent[]]'",
            "fuzz: * variants, 1 failed (valid *, 1 failed)",
            "  poet/app.py:8 AttributeError ← 1 variant, simplest: usage absent",
        ]
    )

    again = _again(house, result)
    again.assert_outcomes(failed=1)
    app.write_text(app.read_text().partition("def cost")[0], "utf-8")
    house.write("poet/app.py", APP.partition("    def cost")[0] + MENDED)
    _again(house, result).assert_outcomes(passed=1)
    mended = house.run()
    assert mended.ret == 0
    mended.stdout.fnmatch_lines(["fuzz: * variants (valid *)"])


def _again(house: House, result: pytest.RunResult) -> pytest.RunResult:
    """Do what the report says runs it again."""
    (said,) = [line for line in result.outlines if line.startswith("run it again: ")]
    command, *arguments = shlex.split(said.removeprefix("run it again: "))
    assert command == "pytest"
    return house.run(*arguments)


ODD = """
    @argot_cassette("haiku", fuzz=Fuzz(families={"valid", "drift", "http", "observed", "content"}))
    @pytest.mark.parametrize("size", [1, 2])
    def test_it(size):
        post()

    @argot_cassette("haiku", fuzz=Fuzz("usage", limit=3))
    def test_usage():
        assert "usage" in ask()
"""


def test_ids_are_the_same_in_every_process(
    plain_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids are short, unique and ASCII, `recorded` comes first, and no hash seed changes them."""
    recorded(plain_house)
    suite(plain_house, ODD)
    found: list[list[str]] = []
    for seed in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        result = plain_house.run("--collect-only", "-q", "-p", "no:cacheprovider")
        found.append([line for line in result.outlines if "::" in line])
    assert found[0] == found[1]
    assert len(found[0]) == len(set(found[0])) > 50
    variants = [line.partition("test_it[1-")[2][:-1] for line in found[0] if "test_it[1-" in line]
    assert variants[0] == "recorded"
    assert len(variants) == 25
    assert all(re.fullmatch(r"[A-Za-z0-9_.,=+~-]{1,60}", each) for each in variants)


def test_tests_are_chosen_by_variant(house: House) -> None:
    """`-k`, node ids and `--lf` choose variants like any other test."""
    recorded(house)
    suite(house, ODD)
    house.run("-k", "usage and recorded").assert_outcomes(passed=1)
    house.run("-k", "test_usage and milliseconds").assert_outcomes(passed=0)
    house.run("test_it.py::test_usage[usage=absent]").assert_outcomes(failed=1)
    first = house.run("-rA", "-k", "test_usage")
    first.assert_outcomes(passed=3, failed=1)
    again = house.run("--lf", "-rA")
    assert outcomes(again) == {"test_it.py::test_usage[usage=absent]": "failed"}


def test_how_much_is_varied_is_said_at_the_start(plain_house: House) -> None:
    """`--argot-fuzz=off` plays the recording alone, `full` all variants, and time has an end."""
    recorded(plain_house)
    suite(plain_house, ODD)
    off = plain_house.run("--argot-fuzz=off", "-rA", "-k", "test_usage")
    assert outcomes(off) == {"test_it.py::test_usage[recorded]": "passed"}
    result = plain_house.run("--argot-fuzz=full", "--collect-only", "-q", "-k", "test_usage")
    assert len(ids(result)) > 10
    late = plain_house.run("--argot-fuzz-time=0s", "-k", "test_usage")
    late.assert_outcomes(passed=1, skipped=3)
    plain_house.run("--argot-fuzz-time=5m", "-k", "test_usage").assert_outcomes(passed=3, failed=1)


def test_the_command_finds_a_variant_beyond_the_limit(plain_house: House) -> None:
    """The command in a report works from the folder it was printed in, and beyond the limit."""
    recorded(plain_house)
    suite(
        plain_house,
        """
        @argot_cassette("haiku", fuzz=Fuzz("usage.*", limit=1))
        def test_zero():
            assert ask().get("usage", {"total_tokens": 1})["total_tokens"] != 0
        """,
        "deep/test_it.py",
    )
    plain_house.run().assert_outcomes(passed=2)
    folder = plain_house.root / "deep"
    absent = [f"-pno:{name}" for name in ("anyio", "asyncio", "hypothesispytest", "recording")]
    python = [sys.executable, "-m", "pytest", *absent]
    import subprocess

    def run(*arguments: str) -> str:
        done = subprocess.run(  # noqa: PLW1510 - a failing run is what is wanted
            [*python, *arguments], cwd=folder, capture_output=True, text=True
        )
        return done.stdout

    told = run("--argot-fuzz=full")
    (said,) = [line for line in told.splitlines() if line.startswith("run it again: pytest")]
    arguments = shlex.split(said)[4:]
    assert arguments == ["test_it.py::test_zero[usage.total_tokens=0]", "--argot-fuzz=full"]
    assert "1 failed in" in run(*arguments)


CHANGES = """
    @argot_cassette("one", fuzz="usage")
    def test_one():
        ask("{prompt}")

    @argot_cassette("two", fuzz="usage")
    def test_two():
        ask()

    @argot_cassette("three", fuzz="usage")
    @pytest.mark.parametrize("size", [1])
    def test_three(size):
        ask()
"""


def test_the_recorded_answer_has_one_id_always(plain_house: House) -> None:
    """Ids are the same while recording and with fuzzing off, so that --lf finds what failed.

    A test with parameters has its plain id there, as commands and recordings name it.
    """
    for name in ("one", "two", "three"):
        recorded(plain_house, name)
    suite(plain_house, CHANGES.format(prompt="another"))
    plain_house.run().assert_outcomes(passed=68, failed=1)
    for how in (["--argot-record=update"], ["--argot-fuzz=off"], ["--argot-record=rewrite"]):
        found = plain_house.run("--lf", "--collect-only", "-q", *how)
        assert [line for line in found.outlines if "::" in line] == [
            "test_it.py::test_one[recorded]"
        ]
    whole = plain_house.run("--collect-only", "-q", "--argot-fuzz=off")
    assert [line for line in whole.outlines if "::" in line] == [
        "test_it.py::test_one[recorded]",
        "test_it.py::test_two[recorded]",
        "test_it.py::test_three[1]",
    ]
    (plain_house.cassettes / "two.yaml").unlink()
    result = plain_house.run(
        "-v", "test_it.py::test_two", "test_it.py::test_three[1]", "--argot-fuzz=off"
    )
    result.assert_outcomes(passed=1, errors=1)
    assert "test_two[recorded] SKIPPED" in plain_house.run("-v").stdout.str()


def test_full_fuzzing_is_not_heeded_while_recording_and_says_so(plain_house: House) -> None:
    """`--argot-fuzz=full` in a writing mode plays the recording alone; one line tells."""
    recorded(plain_house, "one")
    suite(plain_house, CHANGES.partition('@argot_cassette("two"')[0].format(prompt="a haiku"))
    told = "fuzzing is off while recording: --argot-fuzz=full was not heeded"
    for flags, number in (
        (["--argot-record=update", "--argot-fuzz=full"], 1),
        (["--argot-record=update"], 0),
        (["--argot-record=once", "--argot-fuzz=full"], 0),
        (["--argot-fuzz=full"], 0),
    ):
        assert plain_house.run(*flags).outlines.count(told) == number
