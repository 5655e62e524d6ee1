"""Promise: every form of the decorator works, and the nearest option wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

TEST = """
    import httpx, pytest
    from pytest_argot import argot_cassette

    def ask(prompt):
        return httpx.post("{base}/completions", json={{"model": "m", "prompt": prompt}}).json()

    async def ask_async(prompt):
        async with httpx.AsyncClient() as client:
            body = {{"model": "m", "prompt": prompt}}
            return (await client.post("{base}/completions", json=body)).json()
"""


def write(house: House, server: CompletionsServer, tests: str) -> None:
    """Write the story's tests."""
    house.write("test_it.py", TEST.format(base=server.base) + tests)


def cassettes(house: House) -> list[str]:
    """List the cassettes."""
    found = house.cassettes.rglob("*.yaml")
    return sorted(path.relative_to(house.cassettes).as_posix() for path in found)


def test_stacked_decorators_merge_option_by_option(house: House, server: CompletionsServer) -> None:
    """Parameter, function, class, module: each option comes from the nearest that gives it."""
    write(
        house,
        server,
        """
    pytestmark = argot_cassette("module", record="once", allow_unplayed=True)

    @argot_cassette(match_on=["method", "path"])
    class TestClass:
        @argot_cassette("far", fail_on="warn", record="once")
        @argot_cassette("near", fail_on="never")
        @pytest.mark.parametrize(
            "number", [1, pytest.param(2, marks=argot_cassette("param", match_on=["body"]))]
        )
        def test_it(self, number, argot):
            plan = argot.plan
            assert plan.options.record == "once" and plan.options.allow_unplayed
            assert plan.fail_on == "never"
            assert plan.match_on == (("body",) if number == 2 else ("method", "path"))
            ask("hi")

    def test_module():
        ask("hi")
""",
    )
    house.run().assert_outcomes(passed=3)
    assert cassettes(house) == ["module.yaml", "near.yaml", "param.yaml"]
    server.stop()
    house.run("--argot-record=none").assert_outcomes(passed=3)


def test_several_names_read_all_and_write_the_first(
    house: House, server: CompletionsServer
) -> None:
    """All named cassettes answer; what is new goes into the first."""
    tests = """
    @argot_cassette("common")
    def test_common():
        ask("common")

    @argot_cassette("own", "common")
    def test_both(argot):
        ask("common"), ask("own")
"""
    write(house, server, tests)
    house.run("--argot-record=once", "-k", "test_common").assert_outcomes(passed=1)
    before = (house.cassettes / "common.yaml").read_bytes()
    house.run("--argot-record=once", "-k", "test_both").assert_outcomes(passed=1)
    assert server.posts == 2
    assert (house.cassettes / "common.yaml").read_bytes() == before
    server.stop()
    house.run().assert_outcomes(passed=2)
    (house.cassettes / "common.yaml").unlink()
    result = house.run("-k", "test_both")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*CassetteMissing*common.yaml*"])


def test_class_and_module_markers_wait_for_the_first_request(
    house: House, server: CompletionsServer
) -> None:
    """Helpers and pure tests of a decorated class pass without a cassette; a request does not."""
    write(
        house,
        server,
        """
    @argot_cassette
    class TestClass:
        def test_pure(self):
            pass

        def test_asks(self):
            ask("hi")
""",
    )
    result = house.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*there is no such file*", "*--argot-record=once*"])
    house.run("--argot-record=once").assert_outcomes(passed=2)
    assert cassettes(house) == ["test_it/TestClass.test_asks.yaml"]


def test_asyncio_and_anyio_with_both_backends(house: House, server: CompletionsServer) -> None:
    """Async tests of pytest-asyncio and of anyio on asyncio and trio record and replay."""
    house.with_plugins("anyio", "asyncio")
    write(
        house,
        server,
        """
    @pytest.fixture
    async def answer():
        return await ask_async("fixture")

    @pytest.mark.anyio
    @argot_cassette
    async def test_anyio(answer):
        assert (await ask_async("anyio"))["id"] != answer["id"]

    @pytest.mark.asyncio
    @argot_cassette
    async def test_asyncio():
        assert (await ask_async("asyncio"))["id"]
""",
    )
    house.run("--argot-record=once").assert_outcomes(passed=3)
    assert cassettes(house) == [
        "test_it/test_anyio[asyncio].yaml",
        "test_it/test_anyio[trio].yaml",
        "test_it/test_asyncio.yaml",
    ]
    server.stop()
    house.run().assert_outcomes(passed=3)


def test_unittest_async_methods(house: House, server: CompletionsServer) -> None:
    """IsolatedAsyncioTestCase methods record and replay too, with the tape as self.argot."""
    write(
        house,
        server,
        """
    import unittest

    class TestPoet(unittest.IsolatedAsyncioTestCase):
        @argot_cassette("poet")
        async def test_async(self):
            answer = await ask_async("hi")
            self.assertEqual(answer["id"], self.argot.interactions[0].response and answer["id"])
""",
    )
    house.run("--argot-record=once").assert_outcomes(passed=1)
    server.stop()
    house.run().assert_outcomes(passed=1)


def test_bdd_scenarios(plain_house: House, server: CompletionsServer) -> None:
    """A pytest-bdd scenario takes the decorator like any test."""
    plain_house.with_plugins("pytest-bdd")
    plain_house.write(
        "poet.feature",
        """
        Feature: poet
          Scenario: a haiku
            When I ask for a haiku
            Then there is text
        """,
    )
    write(
        plain_house,
        server,
        """
    from pytest_bdd import scenario, then, when

    @argot_cassette("scenario")
    @scenario("poet.feature", "a haiku")
    def test_haiku():
        pass

    @when("I ask for a haiku", target_fixture="answer")
    def answer():
        return ask("haiku")

    @then("there is text")
    def text(answer):
        assert answer["choices"][0]["text"]
""",
    )
    plain_house.run("--argot-record=once").assert_outcomes(passed=1)
    server.stop()
    plain_house.run().assert_outcomes(passed=1)
