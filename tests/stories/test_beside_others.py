"""Promise: the plugin gets along with the others, and with strict options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

TEST = """
    import httpx, pytest
    from pytest_argot import argot_cassette

    def ask(prompt):
        return httpx.post("{base}/completions", json={{"model": "m", "prompt": prompt}}).json()

    @argot_cassette("plain")
    def test_it(completion):
        assert completion.id == ask("hi")["id"]

    @argot_cassette("plain")
    def test_ask():
        assert ask("hi")["id"]

    def test_undecorated():
        pass
"""


def record(house: House, server: CompletionsServer, more: str = "") -> None:
    """Record, then stop the server."""
    house.write("test_it.py", TEST.format(base=server.base) + more)
    house.run("--argot-record=once", "-k", "test_ask").assert_outcomes(passed=1)
    server.stop()


@pytest.mark.parametrize(
    "args",
    [
        ("-p", "randomly"),
        ("--reruns=2",),
        ("--strict-markers", "--strict-config"),
        ("-W", "error"),
        ("-n4",),
        ("--assert=plain",),
        ("-p", "no:cacheprovider", "-vv"),
        ("-m", "argot_cassette or not argot_cassette"),
    ],
    ids=lambda args: args[-1],
)
def test_other_plugins_and_strict_options(
    plain_house: House, server: CompletionsServer, args: tuple[str, ...]
) -> None:
    """Replaying passes under randomly, reruns, strict markers, -W error, xdist and plain asserts."""
    plain_house.with_all_plugins()
    record(plain_house, server)
    plain_house.run(*args).assert_outcomes(passed=3)


def test_a_rerun_starts_with_a_fresh_tape(plain_house: House, server: CompletionsServer) -> None:
    """A test that is run again after a failure gets every recorded answer again."""
    more = """
    runs = []

    @argot_cassette("plain")
    def test_flaky():
        assert ask("hi")["id"]
        runs.append(1)
        assert len(runs) == 3
"""
    record(plain_house, server, more)
    plain_house.with_plugins("rerunfailures")
    result = plain_house.run("--reruns=2", "-k", "flaky")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*2 rerun*"])


def test_hypothesis_given_on_a_decorated_test(
    plain_house: House, server: CompletionsServer
) -> None:
    """Under @given every example may ask again: allow_repeats answers each of them."""
    more = """
    from hypothesis import given, settings, strategies as st

    @argot_cassette("plain", allow_repeats=True)
    @settings(max_examples=5, database=None, deadline=None)
    @given(number=st.integers())
    def test_given(number):
        assert ask("hi")["id"]
"""
    plain_house.with_plugins("hypothesispytest")
    record(plain_house, server, more)
    plain_house.run("-k", "given").assert_outcomes(passed=1)


def test_without_the_plugin(plain_house: House, server: CompletionsServer) -> None:
    """-p no:argot turns the decorator into a marker nobody knows: a warning, an error if strict."""
    record(plain_house, server)
    result = plain_house.run("-p", "no:argot", "-k", "undecorated")
    result.assert_outcomes(passed=1, deselected=2, warnings=1)
    strict = plain_house.run("-p", "no:argot", "--strict-markers")
    strict.assert_outcomes(errors=1)
    strict.stdout.fnmatch_lines(["*'argot_cassette' not found in `markers`*"])


def test_optimised_python(plain_house: House, server: CompletionsServer) -> None:
    """python -O loses no check of ours: a miss and drift still fail."""
    more = """
    @argot_cassette("plain", allow_unplayed=True)
    def test_miss():
        try:
            ask("never recorded")
        except BaseException:
            pass
"""
    record(plain_house, server, more)
    args = ("-O", "-m", "pytest", "-W", "ignore")
    plain_house.python(*args).assert_outcomes(passed=3, failed=1)
    path = plain_house.cassettes / "plain.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('"stop"', '"eos"'), encoding="utf-8")
    plain_house.python(*args).assert_outcomes(passed=1, failed=3)


def test_pytest_recording_on_other_tests(plain_house: House, server: CompletionsServer) -> None:
    """Tests marked for pytest-recording keep working beside ours, in one file."""
    more = """
    @pytest.mark.vcr
    def test_theirs():
        assert ask("theirs")["id"]
"""
    plain_house.with_plugins("recording")
    plain_house.write("test_it.py", TEST.format(base=server.base) + more)
    plain_house.run("--argot-record=once", "-k", "test_ask").assert_outcomes(passed=1)
    plain_house.run("--record-mode=once", "-k", "theirs").assert_outcomes(passed=1)
    server.stop()
    plain_house.run().assert_outcomes(passed=4)
