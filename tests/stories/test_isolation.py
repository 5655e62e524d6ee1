"""Promise: a test's traffic is its own: threads before it, after it and beside it change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

LIMIT = 120
"""Seconds after which a run hangs, whatever machine it is on."""

SETUP = """
    import asyncio, threading
    from concurrent.futures import ThreadPoolExecutor
    import httpx, pytest
    from pytest_argot import argot_cassette, use_cassette

    URL = "{base}/completions"

    def ask(prompt, url=URL):
        return httpx.post(url, json={{"model": "m", "prompt": prompt}}).json()["id"]
"""


def write(house: House, server: CompletionsServer, tests: str) -> None:
    """Write the story's test file."""
    house.write("test_it.py", SETUP.format(base=server.base) + tests)


LINGERING = """
    go, done = threading.Event(), threading.Event()
    said = []

    def linger():
        go.wait(60)
        try:
            ask("hi")
        except Exception as error:
            said.append(str(error))
        done.set()

    @argot_cassette("first")
    def test_first():
        ask("hi")
        threading.Thread(target=linger, name="lingering").start()

    @argot_cassette("second")
    def test_second():
        go.set()
        done.wait(60)
        assert ask("hi")
        assert "test_it.py::test_first has ended, and its thread 'lingering' goes on" in said[0]

    def test_plain():
        assert not hasattr(httpx.HTTPTransport.handle_request, "__wrapped__")
"""


def test_a_thread_that_outlives_its_test_disturbs_nobody(
    plain_house: House, server: CompletionsServer
) -> None:
    """It is stopped with its own test's name; the next test plays all of its own."""
    house = plain_house
    write(house, server, LINGERING)
    house.run("--argot-record=once", "-Werror", timeout=LIMIT).assert_outcomes(passed=3)
    assert server.posts == 2
    house.run("-Werror", timeout=LIMIT).assert_outcomes(passed=3)
    assert server.posts == 2


TELEMETRY = """
    import queue

    events, answers = queue.Queue(), queue.Queue()

    def telemetry():
        while True:
            event = events.get()
            try:
                answers.put(httpx.post(TELEMETRY, json={"model": "m", "prompt": event}).status_code)
            except Exception as error:
                answers.put(str(error))

    TELEMETRY = URL.replace("completions", "telemetry")
    threading.Thread(target=telemetry, name="telemetry", daemon=True).start()

    @argot_cassette("innocent", allow_unplayed=True)
    def test_innocent():
        assert ask("hi")

    @argot_cassette("innocent", allow_unplayed=True)
    def test_beside_it():
        events.put("started")
        answer = answers.get(timeout=60)
        assert ask("hi")
        assert "no recorded answer" in answer
        assert "asked by: 'telemetry'" in answer

    @argot_cassette("innocent", allow_unplayed=True, passthrough=["127.0.0.1:*"])
    def test_by_rule():
        events.put("passed through")
        assert answers.get(timeout=60) == 200
"""


def test_a_thread_from_before_fails_no_innocent_test(
    plain_house: House, server: CompletionsServer
) -> None:
    """Telemetry started at import is refused and named, passes by rule, and fails no test."""
    house = plain_house
    write(house, server, TELEMETRY)
    recording = house.run("--argot-record=once", "-k", "innocent", timeout=LIMIT)
    recording.assert_outcomes(passed=1, deselected=2)
    assert server.posts == 1
    house.run("-Werror", timeout=LIMIT).assert_outcomes(passed=3)
    assert server.posts == 2


SHARED_POOL = """
    @pytest.fixture(scope="session")
    def pool():
        with ThreadPoolExecutor(2) as executor:
            list(executor.map(int, range(2)))
            yield executor

    @pytest.mark.parametrize("turn", range(4))
    @argot_cassette
    def test_turn(pool, argot, turn):
        own = list(pool.map(ask, [f"{turn} {n}" for n in range(3)]))
        assert sorted(own) == sorted(each.id for each in argot.completions)

    @argot_cassette("loop")
    def test_loop(argot):
        async def main():
            loop = asyncio.get_running_loop()
            return [
                await loop.run_in_executor(None, ask, "a"),
                await asyncio.to_thread(ask, "b"),
            ]
        assert asyncio.run(main()) == [each.id for each in argot.completions]
"""

SWALLOWED = """
    @pytest.mark.parametrize("turn", range(1))
    @argot_cassette
    def test_turn(pool, turn):
        job = pool.submit(ask, "never recorded")
        assert job.exception()
"""


def test_tests_share_a_pool(house: House, server: CompletionsServer) -> None:
    """A session-scoped pool that tests use in turn gives each its own answers, and its misses."""
    write(house, server, SHARED_POOL)
    house.run("--argot-record=once", timeout=LIMIT).assert_outcomes(passed=5)
    assert server.posts == 14
    server.stop()
    house.run("-Werror", timeout=LIMIT).assert_outcomes(passed=5)
    fixture, _, _ = SHARED_POOL.partition("    @pytest.mark")
    write(house, server, fixture + SWALLOWED)
    result = house.run(timeout=LIMIT)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no recorded answer for POST*"])


LATE = """
    @pytest.fixture(scope="session")
    def worker():
        jobs, answers = [], []
        wake, done = threading.Event(), threading.Event()
        def work():
            while True:
                wake.wait()
                wake.clear()
                try:
                    answers.append(ask("of the worker"))
                except Exception as error:
                    answers.append(error)
                done.set()
        threading.Thread(target=work, daemon=True, name="worker").start()
        def order():
            done.clear()
            wake.set()
            done.wait(60)
            return answers[-1]
        return order

    @argot_cassette("one")
    def test_one(request):
        worker = request.getfixturevalue("worker")
        ask("one")
        assert isinstance(worker(), str)

    @argot_cassette("two")
    def test_two(worker):
        ask("two")
        assert isinstance(worker(), str)
"""


def test_a_wide_fixtures_thread_is_no_tests_own(
    plain_house: House, server: CompletionsServer
) -> None:
    """A thread of a session-scoped fixture that was asked for late serves the tests after, too."""
    write(plain_house, server, LATE)
    plain_house.run("--argot-record=once", timeout=LIMIT).assert_outcomes(passed=2)
    server.stop()
    plain_house.run("-Werror", timeout=LIMIT).assert_outcomes(passed=2)


ASYNC_MODULE = """
    pytestmark = pytest.mark.anyio

    @pytest.fixture(scope="module")
    def anyio_backend():
        return "asyncio"

    @pytest.fixture(scope="module")
    async def client(anyio_backend):
        async with httpx.AsyncClient() as client:
            yield client

    @pytest.mark.parametrize("turn", "ab")
    @argot_cassette
    async def test_turn(client, argot, turn):
        answer = await client.post(URL, json={"model": "m", "prompt": turn})
        assert answer.json()["id"] == argot.completions[0].id
"""

ASYNCIO_SESSION = """
    import pytest_asyncio

    @pytest_asyncio.fixture(scope="session", loop_scope="session")
    async def client():
        async with httpx.AsyncClient() as client:
            yield client

    @pytest.mark.parametrize("turn", "ab")
    @pytest.mark.asyncio(loop_scope="session")
    @argot_cassette
    async def test_turn(client, argot, turn):
        answer = await client.post(URL, json={"model": "m", "prompt": turn})
        assert answer.json()["id"] == argot.completions[0].id
"""


@pytest.mark.parametrize("tests", [ASYNC_MODULE, ASYNCIO_SESSION], ids=["anyio", "asyncio"])
def test_tests_share_a_loop(house: House, server: CompletionsServer, tests: str) -> None:
    """Tests in one loop, with a client of wider scope, each get their own traffic."""
    house.with_plugins("asyncio", "anyio")
    write(house, server, tests)
    house.run("--argot-record=once", timeout=LIMIT).assert_outcomes(passed=2)
    server.stop()
    house.run("-Werror", timeout=LIMIT).assert_outcomes(passed=2)


DYING = """
    import os

    @argot_cassette("shared", allow_unplayed=True)
    def test_dies():
        ask("hi")
        os._exit(3)

    @pytest.mark.parametrize("n", range(6))
    @argot_cassette("shared", allow_unplayed=True, allow_repeats=True)
    def test_lives(n):
        assert ask("hi")
"""


def test_a_dying_worker_takes_nobody_along(house: House, server: CompletionsServer) -> None:
    """A worker of xdist that dies in a test fails that one; the others replay and stay as they are."""
    if "-n2" not in house.start:
        pytest.skip("only xdist has workers")
    write(house, server, DYING)
    house.run("--argot-record=once", "-k", "lives", timeout=LIMIT).assert_outcomes(passed=6)
    posts, before = server.posts, (house.cassettes / "shared.yaml").read_bytes()
    house.run(timeout=LIMIT).assert_outcomes(failed=1, passed=6)
    assert server.posts == posts
    assert (house.cassettes / "shared.yaml").read_bytes() == before
