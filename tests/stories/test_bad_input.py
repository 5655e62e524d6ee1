"""Promise: bad input gets a clear error, and nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

TEST = """
    import httpx
    from pytest_argot import argot_cassette

    @argot_cassette({arguments})
    def test_it():
        httpx.post("{base}/completions", json={{"model": "m", "prompt": "hi"}}{more})
"""

GOOD = b"""argot:
  format: 1
  recorded_at: "2026-01-02T03:04:05Z"
  interactions: 0
  tests: []
interactions: []
version: 1
...
"""

CORRUPT = {
    "empty": b"",
    "blank": b"\n\n",
    "truncated": GOOD[:-6],
    "not UTF-8": GOOD[:20] + b"\xff\xfe" + GOOD[20:],
    "NUL": GOOD[:20] + b"\0" + GOOD[20:],
    "conflict": b"<<<<<<< HEAD\n" + GOOD + b"=======\n" + GOOD + b">>>>>>> other\n",
    "foreign tag": b"interactions: !!python/object/apply:os.system ['true']\nversion: 1\n",
    "no interactions": b"version: 1\n",
    "a list": b"[]\n",
    "a number": b"interactions: 3\nversion: 1\n",
}


def write(house: House, base: str, arguments: str = '"it"', more: str = "") -> None:
    """Write the story's test."""
    house.write("test_it.py", TEST.format(base=base, arguments=arguments, more=more))


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes"])
@pytest.mark.parametrize("content", CORRUPT.values(), ids=CORRUPT.keys())
def test_a_corrupt_cassette_is_refused_and_left_alone(
    plain_house: House, server: CompletionsServer, content: bytes, mode: str
) -> None:
    """A cassette that cannot be trusted is CassetteCorrupt with file:line, untouched in every mode."""
    write(plain_house, server.base)
    plain_house.cassettes.mkdir()
    cassette = plain_house.cassettes / "it.yaml"
    cassette.write_bytes(content)
    result = plain_house.run(f"--argot-record={mode}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*CassetteCorrupt: *", "*where: *it.yaml*", "*fix: *"])
    assert cassette.read_bytes() == content
    assert server.posts == 0
    assert [path.name for path in plain_house.cassettes.iterdir()] == ["it.yaml"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ('"../up"', ["*../up*"]),
        ('"/tmp/up"', ["*/tmp/up*"]),
        ('""', ["*cassette name*"]),
        ("3", ["*cassette name*"]),
        ('"it", recrod="once"', ["*'recrod'*", "*record*"]),
        ('"it", record="twice"', ["*'twice'*", "*none, once, new_episodes*"]),
        ('"it", match_on=["hots"]', ["*'hots'*", "*host*"]),
        ('"it", fail_on="fatal"', ["*'fatal'*", "*error, warn, info, never*"]),
        ('"it", dialect="klingon"', ["*'klingon'*", "*openai*"]),
        ('"it", model="nowhere:Model"', ["*nowhere*"]),
        ('"it", levels={"field.lost": "warn"}', ["*field.lost*"]),
        ('"it", mask=["boddy:$.user"]', ["*boddy*", "*body*"]),
    ],
)
def test_a_wrong_name_or_option_is_a_usage_error(
    house: House, arguments: str, told: list[str]
) -> None:
    """Wrong names, options and values stop the run at collection (exit 4) and say what is allowed."""
    write(house, "http://127.0.0.1:9/v1", arguments)
    result = house.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    text = result.stdout.str() + result.stderr.str()
    assert "test_it.py" in text
    for pattern in told:
        assert pattern.strip("*") in text


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("recrod = 'once'", ["unknown setting 'recrod'", "record"]),
        ("record = 'twice'", ["'twice'", "none, once, new_episodes"]),
        ("match_on = 'nothing'", ["'nothing'", "method"]),
        ("[[routes]]\nmodel = 'a:B'", ["match"]),
        ("[[routes]]\nmatch = 'POST *'\nmodle = 'a:B'", ["'modle'", "model"]),
        ("record = ", ["not readable as TOML"]),
    ],
)
def test_a_wrong_setting_is_a_usage_error(house: House, settings: str, told: list[str]) -> None:
    """A wrong key or value in the settings names the file, the key and what is allowed (exit 4)."""
    write(house, "http://127.0.0.1:9/v1")
    house.write("argot.toml", settings)
    result = house.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    text = result.stdout.str() + result.stderr.str()
    for words in ["argot.toml", *told]:
        assert words in text


def test_a_wrong_flag_is_a_usage_error(house: House) -> None:
    """--argot-record=twice is refused with the modes there are."""
    write(house, "http://127.0.0.1:9/v1")
    result = house.run("--argot-record=twice")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "none, once, new_episodes" in result.stdout.str() + result.stderr.str()


def test_a_key_anywhere_is_masked(house: House, server: CompletionsServer) -> None:
    """A key in the header, the URL, the request body or the answer reaches neither disk nor screen."""
    key = "sk-proj-" + "Zz1Yy2Xx3Ww4Vv5Uu6Tt7Ss8"
    server.text = f"your key is {key}, keep it"
    more = f', params={{"api_key": "{key}"}}, headers={{"authorization": "Bearer {key}"}}'
    write(house, server.base, more=more)
    house.run("--argot-record=once").assert_outcomes(passed=1)
    assert key.encode() not in (house.cassettes / "it.yaml").read_bytes()
    other = key.replace("Zz1", "Aa9")
    write(house, server.base, more=more.replace(key, other))
    house.run().assert_outcomes(passed=1)
    write(house, server.base.replace("/v1", "/v2"), more=more)
    result = house.run("-vv")
    result.assert_outcomes(failed=1)
    miss = next(line for line in result.outlines if "no recorded answer" in line)
    assert key not in miss


def test_what_still_looks_like_a_secret_is_refused(house: House, server: CompletionsServer) -> None:
    """A secret no mask rule knows fails the test; it is blanked in the rejected recording."""
    secret = "-----BEGIN " + "PRIVATE KEY-----"
    password = "hunter2" + "Correct9Horse8Battery7Staple"
    server.text = f'{secret} password: "{password}"'
    write(house, server.base)
    result = house.run("--argot-record=once")
    names = {path.name for path in house.cassettes.iterdir()} if house.cassettes.exists() else set()
    if result.parseoutcomes().get("passed"):
        assert secret not in (house.cassettes / "it.yaml").read_text(encoding="utf-8")
    else:
        result.stdout.fnmatch_lines(["*SecretFound*"])
        assert names == {"it.rejected.yaml"}
        assert password not in (house.cassettes / "it.rejected.yaml").read_text(encoding="utf-8")


def test_the_network_gone_while_recording_is_the_clients_own_error(
    house: House, server: CompletionsServer
) -> None:
    """A refused connection is the client's own error; of a test that fails with it nothing is kept."""
    write(house, server.base)
    server.stop()
    result = house.run("--argot-record=once")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*httpx.ConnectError*"])
    assert not list(Path(house.root).rglob("*.yaml"))


MANY = """
    import os, signal
    import httpx
    import pytest
    from pydantic import BaseModel, field_validator
    from pytest_argot import argot_cassette

    class Crashing(BaseModel):
        id: str

        @field_validator("id")
        @classmethod
        def crash(cls, value):
            raise KeyError(value)

    def ask(prompt):
        httpx.post("{base}/completions", json={{"model": "m", "prompt": prompt, "user": "u1"}})

    @argot_cassette("crash", model=Crashing)
    def test_model_that_raises():
        ask("crash")

    @argot_cassette("shared", mask=["body:$.user"])
    def test_one_name():
        ask("one")

    @argot_cassette("shared", fail_on="never", record="new_episodes", allow_unplayed=True)
    def test_the_same_name_otherwise():
        ask("two")

    @pytest.mark.parametrize("word", ["a/b", "a-b", "A-b", "a b", "x" * 300, "🦜"])
    @argot_cassette
    def test_ids(word):
        ask(word)
"""


def test_odd_tests_of_one_file(plain_house: House, server: CompletionsServer) -> None:
    """Ids that sanitise alike, a model that raises, one name under two options: each has its own."""
    plain_house.write("test_it.py", MANY.format(base=server.base))
    result = plain_house.run("--argot-record=once")
    result.assert_outcomes(passed=8, failed=1)
    result.stdout.fnmatch_lines(["*Crashing*", "*custom.exception*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    folder = plain_house.cassettes / "test_it"
    assert len({path.name.casefold() for path in folder.iterdir()}) == 6
    shared = (plain_house.cassettes / "shared.yaml").read_text(encoding="utf-8")
    assert shared.count("- request:") == 2
    assert shared.count('"user": "u1"') == 1
    posts = server.posts
    again = plain_house.run("--deselect=test_it.py::test_model_that_raises")
    again.assert_outcomes(passed=8)
    assert server.posts == posts


def test_something_that_is_no_file(plain_house: House, server: CompletionsServer) -> None:
    """A folder in the cassette's place is an error of set-up with a way out, in a writing mode too."""
    write(plain_house, server.base)
    (plain_house.cassettes / "it.yaml").mkdir(parents=True)
    result = plain_house.run("--argot-record=once")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*a directory is in the cassette's place*", "*fix: *move it away*"]
    )
    assert server.posts == 0


def test_killed_in_the_middle_of_a_test(plain_house: House, server: CompletionsServer) -> None:
    """A run that is killed leaves the old cassette; the next one records as if nothing had been."""
    write(plain_house, server.base)
    plain_house.run("--argot-record=once").assert_outcomes(passed=1)
    before = (plain_house.cassettes / "it.yaml").read_bytes()
    test = plain_house.root / "test_it.py"
    test.write_text(
        test.read_text(encoding="utf-8").replace('"hi"', '"ho"')
        + "    import os\n    os._exit(9)\n",
        encoding="utf-8",
    )
    assert plain_house.run("--argot-record=new_episodes").ret == 9
    assert (plain_house.cassettes / "it.yaml").read_bytes() == before
    assert [path.name for path in plain_house.cassettes.iterdir()] == ["it.yaml"]


@pytest.mark.parametrize(
    ("entry", "line", "said"),
    [
        ("<<<<<<< HEAD\n", 1, "not readable as TOML"),
        (
            '# known\n[[drift]]\nfingerprint = "0f3a5c7e9b1d"\nkind = "k"\npath = "p"\n',
            2,
            "reason is missing",
        ),
    ],
    ids=["conflict", "no reason"],
)
def test_a_broken_file_of_known_things_stops_the_run(
    plain_house: House, server: CompletionsServer, entry: str, line: int, said: str
) -> None:
    """It is a usage error of collection with file:line, before anything is asked or paid for."""
    write(plain_house, server.base)
    plain_house.write("cassettes/argot-accepted.toml", entry)
    result = plain_house.run("--argot-record=once")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{said}*", f"*cassettes/argot-accepted.toml:{line}"])
    assert server.posts == 0
