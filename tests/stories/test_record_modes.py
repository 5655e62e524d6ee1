"""Promise: a record mode asks live, writes and replaces exactly what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_argot.cassette.reader import load
from pytest_argot.wire.masking import Masker
from tests.cassette_tree import BODY, body, interaction, write

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_argot.cassette.interaction import Interaction
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

LONG_AGO = "2025-01-02T03:04:05Z"

TEST = """
    import json, os
    import httpx, pytest
    from pytest_argot import argot_cassette

    def ask(prompt):
        body = {{"model": "gpt-3.5-turbo-instruct", "prompt": prompt}}
        return httpx.post("{base}/completions", json=body).json()["id"]
"""


def old(server: CompletionsServer, name: str, prompt: str, ordinal: int, test: str) -> Interaction:
    """Give an interaction recorded long ago from the server."""
    made = interaction(body(id=name), prompt=prompt, url=f"{server.base}/completions")
    tests = (f"test_it.py::{test}",)
    return replace(made, tests=tests, ordinal=ordinal, recorded_at=LONG_AGO)


def recorded(house: House, name: str = "haiku") -> list[tuple[str, int, str]]:
    """Give prompt, ordinal and id of each recorded interaction."""
    return [
        (
            json.loads(each.request.body)["prompt"],
            each.ordinal,
            json.loads(each.response.body)["id"],
        )
        for each in load(house.cassettes / f"{name}.yaml", Masker()).interactions
    ]


def snapshot(folder: Path) -> dict[str, bytes]:
    """Give every file of a project's cassettes with its content."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("mode", ["none", "once"])
def test_what_is_there_is_replayed_and_nothing_written(
    plain_house: House, server: CompletionsServer, mode: str
) -> None:
    """With a cassette none and once replay, never ask live and write nothing, hit, miss or crash."""
    tests = """
    @argot_cassette("haiku")
    def test_hit():
        assert ask("known") == "old-1"

    @argot_cassette("haiku", allow_unplayed=True)
    def test_miss():
        ask("unknown")

    @argot_cassette("haiku", allow_unplayed=True)
    def test_crash():
        raise ValueError
"""
    plain_house.write("test_it.py", TEST.format(base=server.base) + tests)
    write(plain_house.cassettes / "haiku.yaml", old(server, "old-1", "known", 1, "test_hit"))
    before = snapshot(plain_house.cassettes)
    plain_house.run(f"--argot-record={mode}").assert_outcomes(passed=1, failed=2)
    assert server.posts == 0
    assert snapshot(plain_house.cassettes) == before


def test_rewrite_replaces_the_old_interactions_of_a_key(
    house: House, server: CompletionsServer
) -> None:
    """rewrite replaces every old answer to a request that is asked; the others stay, counted."""
    tests = """
    @argot_cassette("haiku")
    def test_asks_once():
        assert ask("shared").startswith("cmpl-")

    @argot_cassette("haiku")
    def test_fails():
        ask("failing")
        raise ValueError
"""
    house.write("test_it.py", TEST.format(base=server.base) + tests)
    given = (
        *(old(server, f"old-{n}", "shared", n, "test_asks_once") for n in (1, 2)),
        old(server, "old-3", "failing", 1, "test_fails"),
        old(server, "old-4", "unasked", 1, "test_asks_once"),
    )
    write(house.cassettes / "haiku.yaml", *given)
    result = house.run("--argot-record=rewrite")
    result.assert_outcomes(passed=1, failed=1)
    left = recorded(house)
    assert [each[:2] for each in left] == [("shared", 1), ("failing", 1), ("unasked", 1)]
    assert left[0][2].startswith("cmpl-")
    assert [each[2] for each in left[1:]] == ["old-3", "old-4"]
    result.stdout.fnmatch_lines(["*2 old interactions left in *haiku.yaml*"])
    assert server.posts == 2


def test_rewrite_knows_what_was_asked_for(plain_house: House, server: CompletionsServer) -> None:
    """What rewrite asked live again is not unplayed: no warning, and none to trip over."""
    tests = """
    @argot_cassette("haiku")
    def test_it():
        ask("known")
"""
    plain_house.write("test_it.py", TEST.format(base=server.base) + tests)
    write(plain_house.cassettes / "haiku.yaml", old(server, "old-1", "known", 1, "test_it"))
    plain_house.run("--argot-record=rewrite", "-Werror").assert_outcomes(passed=1, warnings=0)


def test_an_interaction_knows_its_test_and_its_place(
    house: House, server: CompletionsServer
) -> None:
    """The file names the node id and, among equal requests of a test, the place of each."""
    tests = """
    @argot_cassette("haiku")
    @pytest.mark.parametrize("word", ["a", "b"])
    def test_it(word):
        ask("twice"), ask("twice"), ask(word)
"""
    house.write("test_it.py", TEST.format(base=server.base) + tests)
    house.run("--argot-record=once").assert_outcomes(passed=2)
    found = load(house.cassettes / "haiku.yaml", Masker()).interactions
    known = {(json.loads(each.request.body)["prompt"], each.ordinal): each.tests for each in found}
    both = ("test_it.py::test_it[a]", "test_it.py::test_it[b]")
    assert known == {("twice", 1): both, ("twice", 2): both, ("a", 1): both[:1], ("b", 1): both[1:]}
    assert len(found) == 4


def test_new_episodes_and_update_write_the_file_once_per_change(
    plain_house: House, server: CompletionsServer
) -> None:
    """What matches is replayed in both; a run without anything new leaves the bytes alone."""
    tests = """
    @argot_cassette("haiku")
    def test_it():
        assert ask("known") == "old-1"
        assert ask("new").startswith("cmpl-")
"""
    plain_house.write("test_it.py", TEST.format(base=server.base) + tests)
    write(plain_house.cassettes / "haiku.yaml", old(server, "old-1", "known", 1, "test_it"))
    plain_house.run("--argot-record=new_episodes").assert_outcomes(passed=1)
    assert [each[0] for each in recorded(plain_house)] == ["known", "new"]
    before = snapshot(plain_house.cassettes)
    for mode in ("new_episodes", "update"):
        plain_house.run(f"--argot-record={mode}").assert_outcomes(passed=1)
        assert snapshot(plain_house.cassettes) == before
    assert server.posts == 1


def test_a_lock_of_a_class_or_module_is_one_too(
    plain_house: House, server: CompletionsServer
) -> None:
    """record="none" in pytestmark withstands the flag; a nearer decorator decides for itself."""
    tests = """
    pytestmark = argot_cassette("haiku", record="none", allow_unplayed=True)

    def test_locked(argot):
        assert argot.record == "none"

    @argot_cassette("own", record="once")
    def test_own(argot):
        assert argot.record == "new_episodes" and ask("own")
"""
    plain_house.write("test_it.py", TEST.format(base=server.base) + tests)
    write(plain_house.cassettes / "haiku.yaml", BODY)
    plain_house.run("--argot-record=new_episodes").assert_outcomes(passed=2)
    assert sorted(snapshot(plain_house.cassettes)) == ["haiku.yaml", "own.yaml"]


def test_a_wrong_mode_in_the_environment_stops_the_run(
    plain_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ARGOT_RECORD with a word that is no mode is a usage error that names the modes."""
    monkeypatch.setenv("ARGOT_RECORD", "twice")
    plain_house.write(
        "test_it.py",
        TEST.format(base="http://127.0.0.1:9/v1")
        + "\n    @argot_cassette\n    def test_it(): ask('hi')\n",
    )
    result = plain_house.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*'twice'*", "*ARGOT_RECORD*", "*none, once, new_episodes*"])


def test_disabled_everything_stays_known(plain_house: House, server: CompletionsServer) -> None:
    """With --argot-disable marker, argot fixture and lock stay known, and nothing is judged or kept."""
    tests = """
    @argot_cassette("gone", record="none")
    def test_live(argot):
        assert argot.path.name == "gone.yaml"
        assert ask("live").startswith("cmpl-")

    @argot_cassette("haiku")
    def test_data(completion, response):
        assert completion.id == response.id == "old-1"

    @argot_cassette("gone")
    def test_failing():
        ask("live")
        raise ValueError
"""
    plain_house.write("test_it.py", TEST.format(base=server.base) + tests)
    write(plain_house.cassettes / "haiku.yaml", old(server, "old-1", "known", 1, "test_data"))
    before = snapshot(plain_house.cassettes)
    server.change = lambda answer: answer.update(object="drifted")
    plain_house.run("--argot-disable", "--strict-markers").assert_outcomes(passed=2, failed=1)
    assert server.posts == 2
    assert snapshot(plain_house.cassettes) == before
