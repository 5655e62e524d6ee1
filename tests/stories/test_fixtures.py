"""Promise: the recorded responses are typed fixtures, and everything opens at the right moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

TEST = """
    import asyncio, os
    import httpx, pytest
    from pytest_argot import CreateCompletionResponse, argot_cassette

    BASE = "{base}"

    def ask(prompt, stream=False):
        return httpx.post(BASE + "/completions", json={{"model": "m", "prompt": prompt, "stream": stream}})
"""


def test_completion_is_the_recorded_response(house: House, server: CompletionsServer) -> None:
    """completion(s) and response(s) give the parsed responses; a stream is merged from its chunks."""
    text = (
        TEST.format(base=server.base)
        + """
    @argot_cassette("plain")
    def test_plain(argot):
        ask("hi")

    @argot_cassette("stream")
    def test_stream():
        ask("hi", stream=True)

    @argot_cassette("two")
    def test_two():
        ask("hi"), ask("ho")
"""
    )
    house.write("test_it.py", text)
    house.run("--argot-record=once").assert_outcomes(passed=3)
    server.stop()
    data = """
    @argot_cassette("plain")
    def test_data(completion, response, completions, argot):
        assert isinstance(completion, CreateCompletionResponse)
        assert completion.usage.total_tokens == 11
        assert completion == response == argot.completions[0] == completions[0]
        assert argot.recorded_at.year >= 2026
        assert argot.path.name == "plain.yaml"

    @argot_cassette("stream")
    def test_merged(completion, argot):
        assert completion.choices[0].text.startswith("Once upon")
        assert completion.choices[0].finish_reason == "stop"
        assert completion.usage.total_tokens == 11
        assert len(argot.chunks) == 8

    @argot_cassette("two")
    def test_plural(completions, argot):
        assert len(completions) == len(argot.requests) == len(argot.interactions) == 2
        assert argot.played == () and len(argot.unplayed) == 2

    @argot_cassette("two")
    def test_singular(completion):
        pass
"""
    house.write("test_data.py", TEST.format(base=server.base) + data)
    result = house.run("test_data.py")
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*ask for the fixture 'completions'*"])


def test_a_data_test_is_skipped_while_nothing_is_recorded(house: House) -> None:
    """In a recording mode a data test without a cassette is skipped; otherwise it errors."""
    text = """
    @argot_cassette("later")
    def test_data(completion):
        pass
"""
    house.write("test_it.py", TEST.format(base="http://127.0.0.1:9") + text)
    result = house.run("--argot-record=once", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*nothing recorded yet*"])
    house.run().assert_outcomes(errors=1)


def test_a_fixture_without_the_decorator_says_so(house: House) -> None:
    """Asking for a fixture of ours in an undecorated test is a clear error."""
    house.write("test_it.py", "def test_it(completion):\n    pass\n")
    result = house.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*reads a cassette*has none*", "*@argot_cassette*"])


def test_function_fixtures_run_inside_wider_ones_outside(
    house: House, server: CompletionsServer
) -> None:
    """Function-scoped fixtures, autouse and tear-down included, are recorded; wider scopes are not."""
    text = (
        TEST.format(base=server.base)
        + """
    @pytest.fixture(scope="module")
    def early():
        ask("module set-up")
        yield
        ask("module tear-down")

    @pytest.fixture(scope="session")
    def late():
        ask("asked for late")

    @pytest.fixture(autouse=True)
    def inside(early):
        ask("set-up")
        yield
        ask("tear-down")

    @argot_cassette("scopes")
    def test_it(request):
        request.getfixturevalue("late")
        ask("body")
"""
    )
    house.write("test_it.py", text)
    house.run("--argot-record=once").assert_outcomes(passed=1)
    recorded = (house.cassettes / "scopes.yaml").read_text(encoding="utf-8")
    assert recorded.count("- request:") == 3
    for inside in ("set-up", "body", "tear-down"):
        assert f'"prompt": "{inside}"' in recorded
    assert server.posts == 6


def test_a_response_that_cannot_be_parsed_fails_the_test(
    house: House, server: CompletionsServer
) -> None:
    """The body is not run and the test FAILS, also when another fixture asked for the response."""
    text = TEST.format(base=server.base)
    house.write("test_it.py", text + '\n    @argot_cassette("a")\n    def test_a(): ask("hi")\n')
    house.run("--argot-record=once").assert_outcomes(passed=1)
    cassette = house.cassettes / "a.yaml"
    broken = cassette.read_text(encoding="utf-8").replace('"usage": {', '"usage" {')
    cassette.write_text(broken, encoding="utf-8")
    text += """
    @pytest.fixture
    def parsed(completion):
        return completion

    @argot_cassette("a")
    def test_parsed(parsed):
        print("the body ran")

    @pytest.mark.asyncio
    @argot_cassette("a")
    async def test_async(parsed):
        print("the body ran")
"""
    house.with_plugins("asyncio")
    house.write("test_it.py", text)
    result = house.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*body.not_json*"])
    result.stdout.no_fnmatch_line("the body ran")


def test_async_tests_and_bare_decorators(house: House, server: CompletionsServer) -> None:
    """async def tests, classes, pytestmark, parameters and the bare decorator record and replay."""
    text = (
        TEST.format(base=server.base)
        + """
    @argot_cassette
    def test_bare():
        ask("bare")

    @pytest.mark.asyncio
    @argot_cassette
    async def test_async():
        async with httpx.AsyncClient() as client:
            await client.post(BASE + "/completions", json={"model": "m", "prompt": "async"})

    @argot_cassette()
    @pytest.mark.parametrize("prompt", ["a", "A", "a/b", "a b", "ü"])
    def test_parametrized(prompt):
        ask(prompt)

    @argot_cassette
    class TestClass:
        def test_method(self):
            ask("method")

        @argot_cassette("nearest")
        def test_named(self):
            ask("named")
"""
    )
    house.write("test_it.py", text)
    house.with_plugins("asyncio")
    house.write(
        "test_mark.py",
        TEST.format(base=server.base)
        + "\n    pytestmark = argot_cassette\n\n    def test_marked():\n        ask('marked')\n",
    )
    house.run("--argot-record=once").assert_outcomes(passed=10)
    files = sorted(str(p.relative_to(house.cassettes)) for p in house.cassettes.rglob("*.yaml"))
    assert len(files) == 10
    assert len({name.lower() for name in files}) == 10
    for expected in ("test_it/test_bare.yaml", "nearest.yaml", "test_mark/test_marked.yaml"):
        assert expected in files
    assert "test_it/TestClass.test_method.yaml" in files
    server.stop()
    house.run().assert_outcomes(passed=10)


def test_no_key_is_needed_to_replay(
    house: House, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While replaying, the SDK's key variable is set if unset, and unset again afterwards."""
    text = (
        TEST.format(base=server.base)
        + """
    @argot_cassette("key")
    def test_key():
        import openai
        client = openai.OpenAI(base_url=BASE)
        assert client.completions.create(model="m", prompt="hi").object == "text_completion"

    def test_after():
        assert "OPENAI_API_KEY" not in os.environ
"""
    )
    house.write("test_it.py", text)
    monkeypatch.setenv("OPENAI_API_KEY", "for-recording")
    house.run("--argot-record=once", "-k", "test_key").assert_outcomes(passed=1)
    monkeypatch.delenv("OPENAI_API_KEY")
    server.stop()
    house.run().assert_outcomes(passed=2)


def test_no_key_is_needed_by_a_client_of_wider_scope(
    plain_house: House, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its set-up has the stand-in too where the run only replays; where it may record, none."""
    text = (
        TEST.format(base=server.base)
        + """
    @pytest.fixture(scope="session")
    def client():
        import openai
        return openai.OpenAI(base_url=BASE)

    @argot_cassette("key")
    def test_key(client):
        assert client.completions.create(model="m", prompt="hi").object == "text_completion"

    def test_after():
        assert "OPENAI_API_KEY" not in os.environ
"""
    )
    plain_house.write("test_it.py", text)
    monkeypatch.setenv("OPENAI_API_KEY", "for-recording")
    plain_house.run("--argot-record=once").assert_outcomes(passed=1, failed=1)
    monkeypatch.delenv("OPENAI_API_KEY")
    server.stop()
    plain_house.run().assert_outcomes(passed=2)
    plain_house.run("--argot-record=new_episodes").assert_outcomes(passed=1, errors=1)
