"""Promise: every test runs under the settings nearest to it, whatever starts it from wherever."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_argot.settings.table import KNOWN_SDK_KEYS
from tests.cassette_tree import BODY, finished, interaction, write

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

DRIFTED = finished("end_of_text")
USAGE_ERROR = pytest.ExitCode.USAGE_ERROR

READS = """
    from pytest_argot import argot_cassette

    @argot_cassette("haiku")
    def test_reads(completion):
        assert completion.id == "cmpl-1"
"""

ASKS = """
    import httpx
    from pytest_argot import argot_cassette

    @argot_cassette
    def test_asks():
        httpx.post("{base}/completions", json={{"model": "m", "prompt": "hi"}}).raise_for_status()
"""

REPLAYS = """
    import openai
    from pytest_argot import argot_cassette

    @argot_cassette("haiku")
    def test_replays():
        openai.OpenAI().completions.create(model="gpt-3.5-turbo-instruct", prompt="a haiku")
"""

SAYS = """
    import pathlib, pytest
    from pytest_argot import argot_cassette

    @pytest.fixture
    def say(request, argot):
        yield
        with pathlib.Path("modes.txt").open("a") as file:
            print(argot.record, file=file)

    @argot_cassette("haiku", allow_unplayed=True)
    def test_plain(say): ...

    @argot_cassette("haiku", allow_unplayed=True, record="new_episodes")
    def test_decorated(say): ...

    @argot_cassette("haiku", allow_unplayed=True, record="none")
    def test_locked(say): ...
"""


def test_packages_of_one_session_have_their_own_settings(house: House) -> None:
    """Each test file gets the nearest settings at or above it; elsewhere the defaults hold."""
    for package in ("strict", "deep/lax", "plain"):
        house.write(f"{package}/tests/test_{package[-3:]}.py", READS)
    house.write("strict/pyproject.toml", '[tool.argot]\ncassettes = "tapes"\n')
    house.write("deep/lax/argot.toml", 'fail_on = "never"\n')
    house.write("deep/argot.toml", 'cassettes = "nowhere"\n')
    write(house.root / "strict/tapes/haiku.yaml", DRIFTED)
    write(house.root / "deep/lax/cassettes/haiku.yaml", DRIFTED)
    write(house.cassettes / "haiku.yaml", BODY)
    result = house.run()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*tapes/haiku.yaml:*", "FAILED strict/tests/test_ict.py*"])


def test_overrides_hold_for_the_tests_they_name(house: House) -> None:
    """An override changes the settings of the test files it names, and of no other."""
    house.write(
        "argot.toml",
        """
        [[overrides]]
        tests = "tests/**"
        fail_on = "info"
        [[overrides]]
        tests = ["tests/azure/**"]
        fail_on = "never"
        cassettes = "azure"
        """,
    )
    house.write("tests/azure/deep/test_named.py", READS)
    house.write("tests/test_other.py", READS)
    write(house.root / "azure/haiku.yaml", DRIFTED)
    write(house.cassettes / "haiku.yaml", DRIFTED)
    result = house.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["FAILED tests/test_other.py*"])


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            '[[overrides]]\ntests = "a"\nmodle = "x"\n',
            "*argot.toml [[]tool.argot] [[][[]overrides]] 1",
        ),
        ('cassettes = "{folder}/x"\n', "*use a folder, with {test_dir} and {module} as*"),
        ('passthrough = "http://localhost"\n', "*hosts without scheme and path*"),
        ('mask = "re:("\n', "*where: *argot.toml [[]tool.argot] mask"),
        (
            '[[overrides]]\ntests = "."\nmask = "boddy:x"\n',
            "*where: *[[][[]overrides]] 1 mask",
        ),
        ('levels = {"field.lost" = "warn"}\n', "*where: *argot.toml [[]tool.argot] levels"),
    ],
)
def test_wrong_settings_stop_the_run(plain_house: House, settings: str, told: str) -> None:
    """A wrong setting is a usage error that says what is allowed, before any test runs."""
    plain_house.write("argot.toml", settings)
    plain_house.write("test_it.py", READS)
    result = plain_house.run()
    assert result.ret == USAGE_ERROR
    result.stderr.fnmatch_lines([told])


def test_two_files_in_one_folder_stop_the_run(plain_house: House) -> None:
    """Settings in both files of a folder are a usage error that names them."""
    plain_house.write("tests/argot.toml", "")
    plain_house.write("tests/pyproject.toml", "[tool.argot]\n")
    plain_house.write("tests/test_it.py", READS)
    result = plain_house.run()
    assert result.ret == USAGE_ERROR
    result.stderr.fnmatch_lines(["*two places for settings in one folder*", "*keep one of them*"])


def test_the_layout_of_pytest_recording(house: House, server: CompletionsServer) -> None:
    """With placeholders cassettes lie beside their test file, in a folder of its name."""
    house.write("argot.toml", 'cassettes = "{test_dir}/cassettes/{module}"\n')
    for name in ("test_root.py", "tests/deep/test_inner.py"):
        house.write(name, ASKS.format(base=server.base))
    house.run("--argot-record=once").assert_outcomes(passed=2)
    found = {each.relative_to(house.root).as_posix() for each in house.root.rglob("*.yaml")}
    assert found == {
        "cassettes/test_root/test_asks.yaml",
        "tests/deep/cassettes/test_inner/test_asks.yaml",
    }
    server.stop()
    house.run().assert_outcomes(passed=2)
    house.python("-m", "pytest_argot", "check").stdout.fnmatch_lines(["2 cassettes checked*"])


@pytest.mark.parametrize("moved", [["sub"], ["-c", "conf/pytest.ini", "sub"]])
def test_settings_above_a_moved_root_folder(plain_house: House, moved: list[str]) -> None:
    """Wherever pytest's root folder is, the settings above the test file count."""
    plain_house.write("argot.toml", 'cassettes = "tapes"\n')
    plain_house.write("conf/argot.toml", 'cassettes = "nowhere"\n')
    for folder in ("sub", "conf"):
        plain_house.write(f"{folder}/pytest.ini", "[pytest]\n")
    plain_house.write("sub/deep/test_it.py", READS)
    write(plain_house.root / "tapes/haiku.yaml", BODY)
    result = plain_house.run(*moved)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"rootdir: */{'conf' if '-c' in moved else 'sub'}"])


def test_the_command_that_records_works_from_where_one_is(
    plain_house: House, server: CompletionsServer
) -> None:
    """With the root folder in a sub-folder the command still names the test as it must be."""
    plain_house.write("sub/pytest.ini", "[pytest]\n")
    plain_house.write("sub/test_it.py", ASKS.format(base=server.base))
    missing = plain_house.run("sub")
    command = "pytest sub/test_it.py::test_asks --argot-record=once"
    missing.stdout.fnmatch_lines(["*rootdir: */sub", f"*{command}"])
    plain_house.run(*command.split()[1:]).assert_outcomes(passed=1)


def test_the_owner_stays_when_the_root_folder_moves(
    plain_house: House, server: CompletionsServer
) -> None:
    """The test an interaction belongs to is named from the settings' folder, wherever one runs."""
    plain_house.write("argot.toml", "")
    plain_house.write("sub/pytest.ini", "[pytest]\n")
    plain_house.write("sub/test_it.py", ASKS.format(base=server.base))
    record = ("--argot-record=once", "sub")
    plain_house.run(*record).assert_outcomes(passed=1)
    (cassette,) = plain_house.cassettes.rglob("*.yaml")
    text = cassette.read_text()
    assert '"sub/test_it.py::test_asks"' in text
    plain_house.run("--rootdir=.", "--argot-record=update", "sub").assert_outcomes(passed=1)
    assert cassette.read_text() == text


@pytest.mark.parametrize(
    ("flags", "variables", "modes"),
    [
        ([], {}, "once new_episodes none"),
        ([], {"ARGOT_RECORD": "update"}, "update new_episodes none"),
        (["--argot-record=all"], {"ARGOT_RECORD": "update"}, "rewrite rewrite none"),
        ([], {"CI": "true", "ARGOT_RECORD": "update"}, "none none none"),
        ([], {"CI": "", "ARGOT_RECORD": ""}, "once new_episodes none"),
        ([], {"CI": "1", "PYTEST_ADDOPTS": "--argot-record=once"}, "once once none"),
    ],
)
def test_which_record_mode_is_in_force(
    plain_house: House,
    monkeypatch: pytest.MonkeyPatch,
    flags: list[str],
    variables: dict[str, str],
    modes: str,
) -> None:
    """A decorator's lock, the flag, the decorator, ARGOT_RECORD, the setting; in CI the flag."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    plain_house.write("argot.toml", 'record = "once"\n')
    plain_house.write("test_it.py", SAYS)
    write(plain_house.cassettes / "haiku.yaml", BODY)
    plain_house.run(*flags).assert_outcomes(passed=3)
    assert (plain_house.root / "modes.txt").read_text().split() == modes.split()


def test_every_scalar_has_a_flag_that_wins(plain_house: House) -> None:
    """Flags beat the file and its overrides, also from addopts."""
    plain_house.write(
        "argot.toml", '[[overrides]]\ntests = "."\nfail_on = "error"\ncassettes = "other"\n'
    )
    plain_house.write("test_it.py", REPLAYS)
    own = ("test_it.py::test_replays",)
    unasked = replace(interaction(BODY, prompt="another"), tests=own)
    write(plain_house.root / "tapes/haiku.yaml", DRIFTED, unasked)
    plain_house.write("pytest.ini", "[pytest]\naddopts = --argot-cassettes=tapes\n")
    plain_house.run().stdout.fnmatch_lines(["*no longer fits*"])
    lenient = plain_house.run("--argot-fail-on=never", "--argot-record-errors=true")
    lenient.assert_outcomes(passed=1, warnings=1)
    strict = plain_house.run("--argot-fail-on=never", "--argot-unplayed=fail")
    strict.stdout.fnmatch_lines(["*1 recorded interaction the test did not ask for*"])
    refused = plain_house.run("--argot-record-errors=yes")
    assert refused.ret == USAGE_ERROR
    refused.stderr.fnmatch_lines(["*record_errors = 'yes' is not allowed*", "*true or false*"])


def test_a_settings_file_named_on_the_command_line(plain_house: House) -> None:
    """--argot-config overrides what would be found, for pytest and for argot."""
    plain_house.write("tests/argot.toml", 'cassettes = "nowhere"\n')
    plain_house.write("tests/test_it.py", READS)
    plain_house.write(
        "conf/argot.toml",
        'cassettes = "tapes"\n[[overrides]]\ntests = "../tests"\nfail_on = "never"\n',
    )
    write(plain_house.root / "conf/tapes/haiku.yaml", DRIFTED)
    plain_house.run("--argot-config=conf/argot.toml").assert_outcomes(passed=1)
    checked = plain_house.python("-m", "pytest_argot", "check", "--argot-config=conf/argot.toml")
    assert checked.ret == 1
    missing = plain_house.run("--argot-config=nothing.toml")
    assert missing.ret == USAGE_ERROR
    missing.stderr.fnmatch_lines(["*no such settings file*", "*--argot-config nothing.toml"])


def test_no_key_is_needed_to_replay(plain_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """While replaying the keys of the known SDKs are set where unset, and afterwards unset."""
    for name in KNOWN_SDK_KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GROQ_API_KEY", "my-own")
    plain_house.write("argot.toml", 'replay_env = { GATEWAY_KEY = "stand-in" }\n')
    plain_house.write(
        "test_it.py",
        f"""
        import asyncio, os
        import openai
        from pytest_argot import argot_cassette

        NAMES = {sorted(KNOWN_SDK_KEYS)!r} + ["GATEWAY_KEY"]
        ASKED = {{"model": "gpt-3.5-turbo-instruct", "prompt": "a haiku"}}

        @argot_cassette("haiku")
        def test_replays():
            assert all(os.environ.get(name) for name in NAMES)
            assert os.environ["GROQ_API_KEY"] == "my-own"
            assert os.environ["GATEWAY_KEY"] == "stand-in"
            assert openai.OpenAI().completions.create(**ASKED).id == "cmpl-1"

        @argot_cassette("haiku")
        def test_replays_async():
            async def ask():
                async with openai.AsyncOpenAI() as client:
                    return await client.completions.create(**ASKED)

            assert asyncio.run(ask()).id == "cmpl-1"
            assert openai.AzureOpenAI(azure_endpoint="https://x.test", api_version="2024-02-01")

        def test_afterwards():
            assert [name for name in NAMES if name in os.environ] == ["GROQ_API_KEY"]
        """,
    )
    write(plain_house.cassettes / "haiku.yaml", BODY)
    plain_house.run().assert_outcomes(passed=3)
