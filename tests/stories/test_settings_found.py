"""Promise: plugin, command line and scripts find the same settings, and these do what they say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cassette_tree import BODY, finished, interaction, write

if TYPE_CHECKING:
    import pytest

    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

TABLE = """
    [project]
    name = "app"

    [tool.argot]
    cassettes = "tapes"
    record = "none"
    fail_on = "error"                      # error | warn | info | never
    mask = ["body:$.user", "re:UUID=<uuid>", "body:$..image_url.url=@hash", "host:*.azure.com=llm"]
    replay_env = { OPENAI_API_KEY = "argot-replay" }
    [tool.argot.levels]                    # kind[:path] = level
    "field.added:usage.**" = "warn"
    [[tool.argot.routes]]
    match = "POST */v1/completions"
    model = "myapp.types:Completion"
    [[tool.argot.overrides]]
    tests = "tests/azure/**"
    match_on = ["method", "query", "body"]
"""

READS = """
    from pytest_argot import argot_cassette

    @argot_cassette("haiku")
    def test_it(completion):
        assert completion.id == "cmpl-1"
"""


def test_the_table_of_the_contract(plain_house: House) -> None:
    """Every line of the documented table is accepted and does what its comment says."""
    plain_house.write("pyproject.toml", TABLE)
    plain_house.write("myapp/__init__.py", "")
    plain_house.write(
        "myapp/types.py",
        """
        from pytest_argot import CreateCompletionResponse

        class Completion(CreateCompletionResponse): ...
        """,
    )
    plain_house.write(
        "conftest.py", "import os, sys\nsys.path.insert(0, os.path.dirname(__file__))\n"
    )
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "cached": 1}
    azure = "https://mine.azure.com/v1/completions"
    asked = {"user": "u-1", "suffix": "a 0f8fad5b-d9cb-469f-a165-70867728950e b"}
    write(
        plain_house.root / "tapes/haiku.yaml",
        interaction({**BODY, "usage": usage, "extra": 1}, url=azure, **asked),
    )
    plain_house.write(
        "tests/azure/test_azure.py",
        """
        import httpx, os
        from pytest_argot import argot_cassette

        @argot_cassette("haiku")
        def test_it(argot):
            assert os.environ["OPENAI_API_KEY"] == "argot-replay"
            assert type(argot.completions[0]).__module__ == "myapp.types"
            levels = {(each.kind, each.path): each.level.name for each in argot.findings}
            assert levels[("field.added", "usage.cached")] == "WARN"
            assert levels[("field.added", "extra")] == "INFO"
            assert argot.requests[0].url == "https://llm/v1/completions"
            body = argot.requests[0].body.decode()
            assert "u-1" not in body and "a <uuid> b" in body
            asked = {"model": "gpt-3.5-turbo-instruct", "prompt": "a haiku"}
            asked |= {"user": "u-1", "suffix": "a 0f8fad5b-d9cb-469f-a165-70867728950e b"}
            httpx.post("http://another.host/path", json=asked)
        """,
    )
    plain_house.write(
        "tests/test_other.py",
        READS.replace("completion):", "argot):")
        .replace('completion.id == "cmpl-1"', 'argot.plan.match_on[1] == "scheme"')
        .replace('"haiku"', '"haiku", allow_unplayed=True'),
    )
    result = plain_house.run()
    result.assert_outcomes(passed=2, warnings=2)
    result.stdout.fnmatch_lines(["*DriftWarning: field.added at usage.cached*"])


def test_each_path_of_a_command_has_its_settings(plain_house: House) -> None:
    """`argot check A B` judges each tree by the settings at or above it, as the tests there do."""
    plain_house.write("lax/argot.toml", 'fail_on = "never"\n')
    plain_house.write(
        "strict/pyproject.toml", '[tool.argot]\nlevels = {"enum.unknown" = "error"}\n'
    )
    for package in ("lax", "strict"):
        plain_house.write(f"{package}/tests/test_{package}.py", READS)
        write(plain_house.root / package / "cassettes/deep/haiku.yaml", finished("eos"))
        write(plain_house.root / package / "cassettes/haiku.yaml", finished("eos"))
    plain_house.run().assert_outcomes(passed=1, failed=1)
    codes = {
        paths: plain_house.python("-m", "pytest_argot", "check", *paths).ret
        for paths in (("lax",), ("strict",), ("lax/cassettes/deep", "strict/cassettes/haiku.yaml"))
    }
    assert list(codes.values()) == [0, 1, 1]


def test_a_script_has_the_settings_of_its_working_directory(
    plain_house: House, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script finds them at or above the working directory; ARGOT_RECORD counts, but not in CI."""
    plain_house.write("argot.toml", 'cassettes = "tapes"\nmask = ["body:$.user=<user>"]\n')
    plain_house.write("elsewhere/argot.toml", 'cassettes = "nowhere"\n')
    script = plain_house.write(
        "elsewhere/script.py",
        f"""
        import httpx
        from pytest_argot import CassetteMissing, use_cassette

        try:
            with use_cassette("script") as tape:
                asked = {{"model": "m", "prompt": "hi", "user": "u-1"}}
                httpx.post("{server.base}/completions", json=asked)
                print("mode", tape.record)
        except CassetteMissing:
            print("missing")
        """,
    )
    (plain_house.root / "below").mkdir()
    run = f"import os, runpy; os.chdir('below'); runpy.run_path({str(script)!r})"
    said = []
    for ci, mode in (("", ""), ("1", "once"), ("", "once"), ("1", "once")):
        monkeypatch.setenv("CI", ci)
        monkeypatch.setenv("ARGOT_RECORD", mode)
        said.append(plain_house.python("-c", run).stdout.str().strip())
    assert said == ["missing", "missing", "mode once", "mode none"]
    assert server.posts == 1
    text = (plain_house.root / "tapes/script.yaml").read_text(encoding="utf-8")
    assert '"user": "<user>"' in text


def test_a_cassette_names_no_code(plain_house: House) -> None:
    """A model, dialect or class named inside a cassette is never imported or obeyed."""
    plain_house.write("evil.py", "raise SystemExit('the cassette imported me')\n")
    plain_house.write("test_it.py", READS)
    path = write(plain_house.cassettes / "haiku.yaml", finished("eos"))
    text = path.read_text(encoding="utf-8")
    named = 'argot:\n  model: "evil:Model"\n  dialect: "vllm"\n  fail_on: "never"\n'
    assert text.startswith("argot:\n")
    path.write_text(text.replace("argot:\n", named, 1), encoding="utf-8")
    result = plain_house.run()
    assert "imported me" not in result.stdout.str() + result.stderr.str()
    result.assert_outcomes(failed=1)
    check = plain_house.python("-m", "pytest_argot", "check", "--format", "json")
    assert json.loads(check.stdout.str())["findings"][0]["kind"] == "enum.unknown"


def test_both_homes_of_the_settings_say_the_same(plain_house: House) -> None:
    """[tool.argot] in pyproject.toml, argot.toml with and without that header: all are read."""
    homes = {
        "one/pyproject.toml": '[tool.other]\nx = 1\n[tool.argot]\ncassettes = "tapes"\n',
        "two/argot.toml": 'cassettes = "tapes"\n',
        "three/argot.toml": '[tool.argot]\ncassettes = "tapes"\n',
    }
    for home, text in homes.items():
        folder = home.partition("/")[0]
        plain_house.write(home, text)
        plain_house.write(f"{folder}/test_{folder}.py", READS)
        write(plain_house.root / folder / "tapes/haiku.yaml", BODY)
    plain_house.run().assert_outcomes(passed=3)
