"""Promise: the command a message ends with does what it says, and loses no recording."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_argot.cassette.reader import load
from pytest_argot.wire.masking import Masker
from tests.cassette_tree import body, interaction, write

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

HEAD = """
    import httpx, pytest
    from pytest_argot import argot_cassette

    def ask(prompt):
        return httpx.post("{base}/completions", json={{"model": "m", "prompt": prompt}}).json()
"""

SHARED = """
    @argot_cassette("shared")
    def test_a():
        assert ask("only a")["choices"]

    @argot_cassette("shared")
    def test_b():
        assert ask("only b")["choices"]

    @argot_cassette("shared")
    def test_data(completions):
        assert len(completions) == 2
"""


def story(house: House, server: CompletionsServer, tests: str) -> None:
    """Write the story's tests."""
    house.write("test_it.py", HEAD.format(base=server.base) + tests)


def follow(house: House, result: pytest.RunResult, word: str) -> pytest.RunResult:
    """Run the first command that follows a word in the output."""
    line = next(line for line in result.outlines if line.strip().startswith(word))
    program, *arguments = shlex.split(line.strip().removeprefix(word))
    assert program == "pytest"
    return house.run(*arguments)


def spoil(house: House, server: CompletionsServer) -> None:
    """Let the shared cassette drift, and the server ask for nothing but the right."""
    path = house.cassettes / "shared.yaml"
    text = path.read_text(encoding="utf-8").replace('"stop"', '"eos"')
    path.write_text(text, encoding="utf-8")
    server.change = lambda _answer: None


def test_recording_a_drift_anew_loses_nothing(
    plain_house: House, server: CompletionsServer
) -> None:
    """A shared cassette is recorded anew by all its tests, whichever of them says how."""
    story(plain_house, server, SHARED)
    plain_house.run("--argot-record=once").assert_outcomes(passed=3)
    spoil(plain_house, server)
    result = plain_house.run("-k", "data")
    result.assert_outcomes(failed=1)
    again = "re-record: pytest test_it.py::test_a test_it.py::test_b --argot-record=rewrite"
    result.stdout.fnmatch_lines([again])
    follow(plain_house, result, "re-record:").assert_outcomes(passed=2)
    server.stop()
    plain_house.run().assert_outcomes(passed=3)


def test_what_drifts_and_is_not_asked_for_any_more_is_dropped(
    plain_house: House, server: CompletionsServer
) -> None:
    """Drift in a test's own recordings of old does not keep update, its command, from passing."""
    story(plain_house, server, SHARED)
    plain_house.run("--argot-record=once").assert_outcomes(passed=3)
    path = plain_house.cassettes / "shared.yaml"
    whole = load(path, Masker()).interactions
    stale = interaction(body(object="drifted"), prompt="of old", url=whole[0].request.url)
    write(path, *whole, replace(stale, tests=("test_it.py::test_a",)))
    result = plain_house.run("-k", "test_a")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["re-record: pytest test_it.py::test_a --argot-record=update"])
    follow(plain_house, result, "re-record:").assert_outcomes(passed=1)
    plain_house.run().assert_outcomes(passed=3)


@pytest.mark.parametrize("owners", [(), ("test_it.py::test_gone", "test_gone.py::test_it")])
def test_a_drift_of_nobody_is_recorded_without_a_test(
    plain_house: House, owners: tuple[str, ...]
) -> None:
    """Where no test that is there is known to ask for it, the command without one is named."""
    tests = """
    @argot_cassette("nobodys")
    def test_data(completion):
        pass
"""
    plain_house.write("test_it.py", HEAD.format(base="http://127.0.0.1:9/v1") + tests)
    drifted = replace(interaction(body(object="drifted")), tests=owners)
    write(plain_house.cassettes / "nobodys.yaml", drifted)
    result = plain_house.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["re-record: argot record nobodys REQUEST.json --url URL --rewrite"]
    )


def test_a_refused_recording_is_recorded_in_the_same_mode(
    plain_house: House, server: CompletionsServer
) -> None:
    """rewrite is named where it was refused, and accepting keeps what was refused."""
    story(plain_house, server, SHARED.replace("test_data(", "data("))
    plain_house.run("--argot-record=once").assert_outcomes(passed=2)
    server.change = lambda answer: answer.update(object="drifted")
    result = plain_house.run("--argot-record=rewrite", "-k", "test_a")
    result.assert_outcomes(failed=1)
    kept = "cassettes/shared.rejected.yaml"
    result.stdout.fnmatch_lines(
        [
            f"kept: * {kept} holds what was recorded",
            "re-record: pytest test_it.py::test_a --argot-record=rewrite",
            f"accept: * argot accept {kept} --all --reason '...' && argot keep {kept}",
            "recorded 0 interactions, refused 1",
        ]
    )


def test_a_first_recording_that_is_refused_can_be_shared_by_then(
    plain_house: House, server: CompletionsServer
) -> None:
    """Refused in mode once, recorded anew beside what other tests recorded into the cassette."""
    story(plain_house, server, SHARED.replace("test_data(", "data("))

    def drift(answer: dict[str, object]) -> None:
        if server.posts == 1:
            answer["object"] = "drifted"

    server.change = drift
    result = plain_house.run("--argot-record=once")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["re-record: * --argot-record=new_episodes"])
    follow(plain_house, result, "re-record:").assert_outcomes(passed=1)
    assert len(load(plain_house.cassettes / "shared.yaml", Masker()).interactions) == 2


def test_a_drift_of_the_live_api_cannot_be_accepted_in_a_file(
    plain_house: House, server: CompletionsServer
) -> None:
    """Mode verify names no line of the live API, and the command that records it."""
    story(plain_house, server, SHARED)
    plain_house.run("--argot-record=once").assert_outcomes(passed=3)
    server.change = lambda answer: answer.update(object="drifted")
    result = plain_house.run("--argot-record=verify", "-k", "test_a")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "the live API no longer fits *",
            "* the live API",
            "re-record: pytest test_it.py::test_a --argot-record=rewrite",
        ]
    )
    result.stdout.no_fnmatch_line("*the live API:*")
    result.stdout.no_fnmatch_line("*argot accept*")


def test_a_changed_prompt_leaves_one_answer(plain_house: House, server: CompletionsServer) -> None:
    """The command of the miss replaces the old answer, so that `completion` is the new one."""
    tests = """
    @argot_cassette("haiku")
    def test_asks():
        assert ask("a haiku")["choices"]

    @argot_cassette("haiku")
    def test_reads(completion):
        assert completion.choices
"""
    story(plain_house, server, tests)
    plain_house.run("--argot-record=once").assert_outcomes(passed=2)
    story(plain_house, server, tests.replace("a haiku", "a limerick"))
    result = plain_house.run()
    result.assert_outcomes(passed=1, failed=1)
    assert result.stdout.str().count("NoMatch: no recorded") == 2  # report and summary
    # Who adds the answer all the same is told how to drop the old one.
    plain_house.run("--argot-record=new_episodes", "-k", "asks").assert_outcomes(passed=1)
    plural = plain_house.run("-k", "reads")
    plural.assert_outcomes(errors=1)
    plural.stdout.fnmatch_lines(
        ["*there are 2", "*'completions'*", "*pytest test_it.py::test_asks *"]
    )
    word = "or:    drop what no test asks for any more:"
    dropped = follow(plain_house, plural, word)
    dropped.assert_outcomes(passed=1, warnings=0)
    dropped.stdout.fnmatch_lines(["recorded 0 interactions, dropped 1, replayed 1"])
    plain_house.run().assert_outcomes(passed=2)
    story(plain_house, server, tests.replace("a haiku", "an ode"))
    follow(plain_house, plain_house.run(), "record it:").assert_outcomes(passed=1)
    plain_house.run().assert_outcomes(passed=2)


def test_update_does_not_trip_over_what_it_drops(
    plain_house: House, server: CompletionsServer
) -> None:
    """Under -W error and unplayed = fail, update passes, and tells what it dropped."""
    tests = """
    @argot_cassette("haiku")
    def test_it():
        ask("one"), ask("two")
"""
    story(plain_house, server, tests)
    plain_house.run("--argot-record=once").assert_outcomes(passed=1)
    story(plain_house, server, tests.replace('ask("two")', 'ask("three")'))
    strict = ("-Werror", "--argot-unplayed=fail")
    result = plain_house.run("--argot-record=update", *strict)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["recorded 1 interaction, dropped 1, replayed 1"])
    story(plain_house, server, tests.replace('ask("two")', "0"))
    warned = plain_house.run()
    warned.assert_outcomes(passed=1, warnings=1)
    warned.stdout.fnmatch_lines(
        ["*1 recorded interaction the test did not ask for, POST * drops it; allow_unplayed=True*"]
    )


def test_a_missing_recording_of_a_data_test(plain_house: House, server: CompletionsServer) -> None:
    """Who can record it is named: the test that asks, or the command; what was refused, too."""
    tests = """
    @argot_cassette("haiku")
    def test_reads(completion):
        assert completion.choices

    @argot_cassette("haiku")
    def test_asks():
        assert ask("hi")["choices"]

    @argot_cassette("alone")
    def test_alone(completion):
        pass
"""
    story(plain_house, server, tests)
    result = plain_house.run()
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            "  fix:   pytest test_it.py::test_asks --argot-record=once",
            "  or:    argot record haiku REQUEST.json --url URL",
            "  fix:   pytest test_it.py::test_asks --argot-record=once",
            "  fix:   argot record alone REQUEST.json --url URL",
        ]
    )
    server.change = lambda answer: answer.update(object="drifted")
    refused = plain_house.run("--argot-record=once")
    refused.assert_outcomes(skipped=2, failed=1)
    refused.stdout.fnmatch_lines(
        ["2 data tests without a recording yet: cassettes/alone.yaml, cassettes/haiku.yaml"]
    )
    again = plain_house.run("-k", "asks")
    again.stdout.fnmatch_lines(["  or: * argot keep cassettes/haiku.rejected.yaml"])


def test_what_a_deleted_test_left_is_told(plain_house: House, server: CompletionsServer) -> None:
    """Where its file was collected whole; a renamed test that asks for the same leaves nothing."""
    story(plain_house, server, SHARED)
    plain_house.run("--argot-record=once").assert_outcomes(passed=3)
    story(plain_house, server, SHARED.replace("test_b(", "test_new_name("))
    plain_house.run().stdout.no_fnmatch_line("*tests that are gone*")
    story(plain_house, server, SHARED.replace("test_b(", "b("))
    told = "1 interaction of tests that are gone, asked for by none: cassettes/shared.yaml"
    plain_house.run("-k", "test_a").stdout.fnmatch_lines([told])
    plain_house.run("test_it.py::test_a").stdout.no_fnmatch_line("*tests that are gone*")
