"""Promise: a decorated test records its completions once, against the real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.servers.completions import COOKIE, ORGANISATION, CompletionsServer

if TYPE_CHECKING:
    import pytest

    from tests.conftest import House

KEY = "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0k1L2"

TEST = f"""
    import httpx
    from pytest_argot import argot_cassette

    URL = "{{base}}/completions"

    @argot_cassette("haiku")
    def test_haiku():
        headers = {{{{"authorization": "Bearer {KEY}"}}}}
        body = {{{{"model": "m", "prompt": "a haiku"}}}}
        answer = httpx.post(URL, json=body, headers=headers).json()
        assert answer["choices"][0]["text"].endswith(".")
"""


def test_once_records_and_then_replays(house: House, server: CompletionsServer) -> None:
    """The first run with --argot-record=once records; every later run needs no server."""
    house.write("test_haiku.py", TEST.format(base=server.base))
    house.run("--argot-record=once").assert_outcomes(passed=1)
    assert server.posts == 1
    house.run("--argot-record=once").assert_outcomes(passed=1)
    assert server.posts == 1
    server.stop()
    house.run().assert_outcomes(passed=1)


def test_the_cassette_is_fit_to_commit(house: House, server: CompletionsServer) -> None:
    """No key, cookie or organisation id reaches the disk, and bodies read like JSON."""
    house.write("test_haiku.py", TEST.format(base=server.base))
    house.run("--argot-record=once").assert_outcomes(passed=1)
    text = (house.cassettes / "haiku.yaml").read_text(encoding="utf-8")
    for secret in (KEY, COOKIE, ORGANISATION, "authorization"):
        assert secret not in text
    assert '          "finish_reason": "stop"' in text
    assert [path.name for path in house.cassettes.iterdir()] == ["haiku.yaml"]


def test_a_missing_cassette_is_an_error_with_the_command(house: House) -> None:
    """Without a cassette and without a flag the set-up errors and names the recording command."""
    house.write("test_haiku.py", TEST.format(base="http://127.0.0.1:9/v1"))
    result = house.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*CassetteMissing: *haiku.yaml*", "*pytest test_haiku.py::test_haiku --argot-record=once"]
    )
    assert not house.cassettes.exists()


def test_new_episodes_records_only_what_is_new(house: House, server: CompletionsServer) -> None:
    """In mode new_episodes a known request is replayed and an unknown one recorded."""
    file = house.write("test_haiku.py", TEST.format(base=server.base))
    house.run("--argot-record=once").assert_outcomes(passed=1)
    more = file.read_text(encoding="utf-8") + (
        '    httpx.post(URL, json={"model": "m", "prompt": "another"})\n'
    )
    file.write_text(more, encoding="utf-8")
    house.run().assert_outcomes(failed=1)
    house.run("--argot-record=new_episodes").assert_outcomes(passed=1)
    assert server.posts == 2
    server.stop()
    house.run().assert_outcomes(passed=1)


def test_a_failing_test_never_touches_a_cassette(house: House, server: CompletionsServer) -> None:
    """What a failing test recorded is kept beside the cassette, which stays as it was."""
    file = house.write("test_haiku.py", TEST.format(base=server.base))
    house.run("--argot-record=once").assert_outcomes(passed=1)
    before = (house.cassettes / "haiku.yaml").read_bytes()
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("a haiku", "an ode").replace("'.'", "'!'").replace('"."', '"!"'))
    result = house.run("--argot-record=new_episodes")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*what was recorded is kept in *haiku.rejected.yaml*"])
    assert (house.cassettes / "haiku.yaml").read_bytes() == before
    assert "an ode" in (house.cassettes / "haiku.rejected.yaml").read_text(encoding="utf-8")


def test_with_ci_set_only_the_flag_records(
    house: House, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On CI neither the decorator nor ARGOT_RECORD makes a run write; the flag does."""
    text = TEST.format(base=server.base).replace('"haiku")', '"haiku", record="once")')
    house.write("test_haiku.py", text)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("ARGOT_RECORD", "once")
    house.run().assert_outcomes(errors=1)
    assert server.posts == 0
    house.run("--argot-record=once").assert_outcomes(passed=1)


def test_a_decorator_can_lock_a_cassette(house: House, server: CompletionsServer) -> None:
    """record="none" on the decorator is a lock that no flag overrides."""
    text = TEST.format(base=server.base).replace('"haiku")', '"haiku", record="none")')
    house.write("test_haiku.py", text)
    house.run("--argot-record=once").assert_outcomes(errors=1)
    assert server.posts == 0
