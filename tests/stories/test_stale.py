"""Promise: nothing turns red by the calendar, unless somebody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot.cli import main
from tests.cassette_tree import BODY, write

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

READS = """
    from pytest_argot import argot_cassette

    @argot_cassette("haiku")
    def test_reads(completion):
        assert completion.id == "cmpl-1"

    @argot_cassette("haiku")
    def test_reads_too(completion):
        assert completion.id == "cmpl-1"
"""

ASKS = """
    import httpx
    from pytest_argot import argot_cassette

    @argot_cassette("asked")
    def test_asks():
        httpx.post("{base}/completions", json={{"model": "m", "prompt": "hi"}}).raise_for_status()
"""


@pytest.fixture
def old(house: House) -> House:
    """A project whose only cassette was recorded in November 2026."""
    house.write("test_reads.py", READS)
    write(house.cassettes / "haiku.yaml", BODY)
    return house


def test_nothing_is_stale_unless_asked(old: House) -> None:
    """Without max_age no age is too old, and nothing is said, with warnings as errors too."""
    result = old.run("-Werror")
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*stale cassette*")


def test_stale_is_one_summary_line(old: House) -> None:
    """A stale cassette is told once, fails nobody, and is no warning."""
    old.write("argot.toml", 'max_age = "0d"\n')
    result = old.run("-Werror")
    result.assert_outcomes(passed=2)
    told = [line for line in result.outlines if "stale cassette" in line]
    assert told == ["1 stale cassette (older than max_age): cassettes/haiku.yaml"]
    old.run("--argot-stale=ignore").stdout.no_fnmatch_line("*stale cassette*")
    old.run("--argot-max-age=never").stdout.no_fnmatch_line("*stale cassette*")


def test_stale_fails_when_asked(old: House) -> None:
    """With stale = fail each test of the cassette is FAILED with its age and what renews it."""
    old.write("argot.toml", 'max_age = "0d"\nstale = "fail"\n')
    result = old.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines_random(
        [
            "cassettes/haiku.yaml is stale: recorded on 2026-11-22, * ago, and max_age is 0d",
            "  fix:   *--rewrite*",
        ]
    )


def test_recording_anew_renews(house: House, server: CompletionsServer) -> None:
    """The command of the failure records anew, after which the cassette is not stale."""
    house.write("test_asks.py", ASKS.format(base=server.base))
    house.run("--argot-record=once").assert_outcomes(passed=1)
    file = house.cassettes / "asked.yaml"
    text = file.read_text(encoding="utf-8")
    stamp = text.partition('recorded_at: "')[2][:20]
    file.write_text(text.replace(stamp, "2020-01-01T00:00:00Z"), encoding="utf-8")
    house.write("argot.toml", 'max_age = "90d"\nstale = "fail"\n')
    result = house.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  fix:   pytest test_asks.py::test_asks --argot-record=rewrite"])
    house.run("--argot-record=rewrite").assert_outcomes(passed=1)
    house.run().assert_outcomes(passed=1)


def test_a_script_is_told_where_stale_fails(
    plain_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """use_cassette raises for a stale cassette where stale is fail, and is silent otherwise."""
    write(plain_house.cassettes / "haiku.yaml", BODY)
    plain_house.write("argot.toml", 'max_age = "1d"\nstale = "fail"\n')
    script = plain_house.write(
        "script.py",
        """
        from pytest_argot import use_cassette
        with use_cassette("haiku", allow_unplayed=True): ...
        """,
    )
    monkeypatch.chdir(plain_house.root)
    result = plain_house.python(str(script))
    assert result.ret == 1
    result.stderr.fnmatch_lines(
        ["*ArgotError: cassettes/haiku.yaml is stale: *", '*use_cassette("haiku"*"rewrite")*']
    )
    plain_house.write("argot.toml", 'max_age = "1d"\n')
    assert plain_house.python(str(script)).ret == 0


def test_check_tells_and_fails_like_the_tests(
    plain_house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Argot check says how many are stale, and is 1 only where stale is fail."""
    write(plain_house.cassettes / "haiku.yaml", BODY)
    monkeypatch.chdir(plain_house.root)
    plain_house.write("argot.toml", 'max_age = "0d"\n')
    assert main(["check"]) == 0
    told = "1 stale cassette (older than max_age): cassettes/haiku.yaml\n"
    assert capsys.readouterr().out == f"1 cassette checked, no drift\n{told}"
    assert main(["check", "--stale", "fail"]) == 1
    assert "  stale  cassettes/haiku.yaml is stale: recorded on 2026-11-22" in (
        capsys.readouterr().out
    )
    assert main(["check", "--max-age", "never", "--stale", "fail"]) == 0
    assert main(["check", "--max-age", "soon"]) == 2
    assert "90d" in capsys.readouterr().err
