"""Promise: each record mode writes what it says, and nothing of another test is lost or doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot.cassette.reader import load
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

TEST = """
    import httpx, pytest
    from pytest_argot import argot_cassette

    def ask(prompt):
        return httpx.post("{base}/completions", json={{"model": "m", "prompt": prompt}}).json()
"""

SHARED = """
    @argot_cassette("shared")
    def test_a():
        ask("only a"), ask("both")

    @argot_cassette("shared")
    def test_b():
        ask("both"), ask("only b")
"""


def prompts(house: House, name: str = "shared") -> dict[str, list[str]]:
    """Give the recorded prompts with the tests that ask for them."""
    import json

    cassette = load(house.cassettes / f"{name}.yaml", Masker())
    return {
        f"{json.loads(each.request.body)['prompt']}#{each.ordinal}": [
            test.rpartition("::")[2] for test in each.tests
        ]
        for each in cassette.interactions
    }


def write(house: House, server: CompletionsServer, tests: str) -> None:
    """Write the story's tests."""
    house.write("test_it.py", TEST.format(base=server.base) + tests)


def test_tests_share_a_cassette(house: House, server: CompletionsServer) -> None:
    """Two tests record into one cassette: a request both make is one interaction of both."""
    write(house, server, SHARED)
    house.run("--argot-record=once").assert_outcomes(passed=2)
    recorded = prompts(house)
    assert set(recorded) == {"only a#1", "both#1", "only b#1"}
    assert recorded["both#1"] == ["test_a", "test_b"]
    server.stop()
    house.run().assert_outcomes(passed=2)


def test_update_drops_what_only_this_test_asked_for(
    house: House, server: CompletionsServer
) -> None:
    """After a prompt changed, --lf --argot-record=update pays for the change alone."""
    write(house, server, SHARED)
    house.run("--argot-record=once").assert_outcomes(passed=2)
    asked = server.posts
    write(house, server, SHARED.replace('ask("only a"), ask("both")', 'ask("new a")'))
    house.run().assert_outcomes(passed=1, failed=1)
    house.run("--lf", "--argot-record=update").assert_outcomes(passed=1)
    assert server.posts == asked + 1
    assert prompts(house) == {
        "both#1": ["test_b"],
        "only b#1": ["test_b"],
        "new a#1": ["test_a"],
    }
    server.stop()
    house.run().assert_outcomes(passed=2)


def test_update_leaves_everything_when_the_test_fails(
    house: House, server: CompletionsServer
) -> None:
    """A failing test drops nothing in mode update."""
    write(house, server, SHARED)
    house.run("--argot-record=once").assert_outcomes(passed=2)
    before = (house.cassettes / "shared.yaml").read_bytes()
    write(house, server, SHARED.replace('ask("only a"), ask("both")', 'ask("new a"); assert 0'))
    house.run("--argot-record=update", "-k", "test_a").assert_outcomes(failed=1)
    assert (house.cassettes / "shared.yaml").read_bytes() == before


def test_rewrite_replaces_what_is_asked_and_counts_the_rest(
    house: House, server: CompletionsServer
) -> None:
    """Mode rewrite goes live for every request; what nobody asked for stays and is counted."""
    write(house, server, SHARED)
    house.run("--argot-record=once").assert_outcomes(passed=2)
    asked = server.posts
    server.text = "a second answer"
    import time

    time.sleep(1.1)  # recording times have seconds
    result = house.run("--argot-record=all", "-k", "test_a")
    result.assert_outcomes(passed=1)
    assert server.posts == asked + 2
    result.stdout.fnmatch_lines(["*1 old interaction left in *shared.yaml*"])
    text = (house.cassettes / "shared.yaml").read_text(encoding="utf-8")
    assert text.count("a second answer") == 2
    assert set(prompts(house)) == {"only a#1", "both#1", "only b#1"}


def test_many_workers_one_cassette_one_failing_test(
    plain_house: House, server: CompletionsServer
) -> None:
    """Under -n4 with one test failing nobody else's interaction is lost or doubled."""
    tests = """
    @pytest.mark.parametrize("number", range(12))
    @argot_cassette("shared")
    def test_many(number):
        ask(f"own {number}"), ask("common")
        assert number != 5
"""
    write(plain_house, server, tests)
    plain_house.run("-n4", "--argot-record=once").assert_outcomes(passed=11, failed=1)
    recorded = prompts(plain_house)
    assert set(recorded) == {"common#1", *(f"own {n}#1" for n in range(12) if n != 5)}
    assert len(recorded["common#1"]) == 11
    rejected = (plain_house.cassettes / "shared.rejected.yaml").read_text(encoding="utf-8")
    assert "own 5" in rejected


def test_verify_judges_the_live_answer_and_writes_nothing(
    house: House, server: CompletionsServer
) -> None:
    """Mode verify answers from the cassette, asks the live API too and fails on its drift."""
    tests = """
    @argot_cassette("shared")
    def test_a():
        assert ask("hi")["choices"][0]["finish_reason"] == "stop"
"""
    write(house, server, tests)
    house.run("--argot-record=once").assert_outcomes(passed=1)
    before = (house.cassettes / "shared.yaml").read_bytes()
    house.run("--argot-record=verify").assert_outcomes(passed=1)
    assert server.posts == 2

    def drift(answer: dict[str, object]) -> None:
        answer["object"] = "chat.completion"

    server.change = drift
    result = house.run("--argot-record=verify")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*const.changed*", "*the live API*"])
    server.stop()
    result = house.run("--argot-record=verify")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the live API did not answer*"])
    assert (house.cassettes / "shared.yaml").read_bytes() == before


def test_what_a_retry_overcame_is_not_recorded(house: House, server: CompletionsServer) -> None:
    """A 429 that a retry overcame is left out and counted, unless record_errors asks for it."""
    tests = """
    @argot_cassette("shared"{more})
    def test_a():
        import openai
        client = openai.OpenAI(api_key="k", base_url="{base}", max_retries=3)
        assert client.completions.create(model="m", prompt="hi").choices
"""
    server.busy = 1
    write(house, server, tests.format(more="", base=server.base))
    result = house.run("--argot-record=once")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*1 transient answer overcome by a retry*"])
    assert list(prompts(house)) == ["hi#1"]
    house.run().assert_outcomes(passed=1)
    (house.cassettes / "shared.yaml").unlink()
    server.busy = 1
    write(house, server, tests.format(more=", record_errors=True", base=server.base))
    house.run("--argot-record=once").assert_outcomes(passed=1)
    assert list(prompts(house)) == ["hi#1", "hi#2"]


def test_disabled_tests_go_live(house: House, server: CompletionsServer) -> None:
    """--argot-disable lets decorated tests go live without a cassette; data fixtures still read."""
    write(house, server, SHARED)
    house.run("--argot-disable").assert_outcomes(passed=2)
    assert server.posts == 4
    assert not house.cassettes.exists()
    house.run("--argot-record=once").assert_outcomes(passed=2)
    data = """
    @argot_cassette("shared")
    def test_data(completions):
        assert len(completions) == 3
"""
    write(house, server, data)
    server.stop()
    house.run("--argot-disable").assert_outcomes(passed=1)


def test_passthrough_hosts_are_left_alone(house: House, server: CompletionsServer) -> None:
    """A passthrough host is never recorded, matched or blocked, by option and by setting."""
    from tests.servers.completions import CompletionsServer as Other

    with Other() as other:
        tests = f"""
    @argot_cassette("shared")
    def test_a():
        ask("hi")
        httpx.post("{other.base}/completions", json={{"model": "m", "prompt": "log"}})
"""
        write(house, server, tests)
        host = other.base.split("/")[2]
        house.write("argot.toml", f'passthrough = ["{host}"]\n')
        house.run("--argot-record=once").assert_outcomes(passed=1)
        assert list(prompts(house)) == ["hi#1"]
        server.stop()
        house.run().assert_outcomes(passed=1)
        assert other.posts == 2


def test_unittest_methods(house: House, server: CompletionsServer) -> None:
    """Methods of a TestCase get the tape as self.argot; a failing one writes nothing."""
    tests = """
    import unittest

    @argot_cassette
    class TestPoet(unittest.TestCase):
        def setUp(self):
            ask("set-up")

        def test_it(self):
            ask("body")
            self.assertEqual(self.argot.path.name, "TestPoet.test_it.yaml")

        def test_failing(self):
            ask("failing")
            self.fail("no")
"""
    write(house, server, tests)
    house.run("--argot-record=once").assert_outcomes(passed=1, failed=1)
    names = sorted(path.name for path in house.cassettes.rglob("*.yaml"))
    assert names == ["TestPoet.test_failing.rejected.yaml", "TestPoet.test_it.yaml"]
    server.stop()
    house.run("-k", "not failing").assert_outcomes(passed=1)


@pytest.mark.parametrize("mode", ["update", "rewrite"])
def test_a_test_sees_what_the_cassette_will_hold(
    plain_house: House, server: CompletionsServer, mode: str
) -> None:
    """What is replaced or dropped is not beside what takes its place, so that counts hold."""
    asks = """
        import httpx, pytest
        from pytest_argot import argot_cassette

        def ask(prompt):
            body = {{"model": "m", "prompt": prompt}}
            httpx.post("{base}/completions", json=body).raise_for_status()

        @argot_cassette("agent")
        def test_agent(argot):
            for prompt in ("plan", "{middle}", "answer"):
                ask(prompt)
            assert len(argot.completions) == len(argot.requests) == len(argot.interactions) == 3
            assert any(b"{middle}" in request.body for request in argot.requests)
        """
    plain_house.write("test_it.py", asks.format(base=server.base, middle="act"))
    plain_house.run("--argot-record=once").assert_outcomes(passed=1)
    plain_house.run(f"--argot-record={mode}").assert_outcomes(passed=1)
    if mode == "update":
        plain_house.write("test_it.py", asks.format(base=server.base, middle="think"))
        plain_house.run("--argot-record=update").assert_outcomes(passed=1)
    plain_house.run().assert_outcomes(passed=1)
