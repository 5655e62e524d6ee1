"""Promise: threads before and after a tape disturb nobody, and pools may outlive it."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from queue import Queue
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pytest_argot import NoMatch, use_cassette
from pytest_argot.errors import NoMatchInThread
from pytest_argot.tape.switchboard import SWITCHBOARD
from tests.tape_world import asked, attributes, changed, prompts_of, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers.completions import CompletionsServer

    Ask = Callable[[str], str]

pytestmark = [
    pytest.mark.usefixtures("here"),
    pytest.mark.filterwarnings("ignore::pytest_argot.UnplayedWarning"),
]


def test_a_thread_that_outlives_its_cassette_is_refused(ask: Ask, echo: CompletionsServer) -> None:
    """It is told which cassette was its own, takes nothing of the next one, and reaches nobody."""
    recorded("first", ask, "x")
    recorded("second", ask, "x")
    go, refusals = threading.Event(), Queue[BaseException]()

    def linger() -> None:
        go.wait(60)
        try:
            ask("x")
        except NoMatchInThread as error:
            refusals.put(error)

    with use_cassette("first"):
        thread = threading.Thread(target=linger, name="lingering")
        thread.start()
        ask("x")
    with use_cassette("second") as tape:
        go.set()
        thread.join()
        assert not tape.played
        assert ask("x") == "to x"
    refusal = str(refusals.get(timeout=60))
    assert "first.yaml has ended" in refusal
    assert "'lingering'" in refusal
    assert tape.miss is None
    assert echo.posts == 2


def test_a_thread_that_outlives_every_cassette_is_refused(
    ask: Ask, echo: CompletionsServer
) -> None:
    """With no cassette open it is stopped all the same; when it has ended, nothing is patched."""
    before = attributes()
    go, refusals = threading.Event(), Queue[BaseException]()

    def linger() -> None:
        go.wait(60)
        try:
            ask("y")
        except NoMatchInThread as error:
            refusals.put(error)

    recorded("first", ask, "x")
    with use_cassette("first"):
        thread = threading.Thread(target=linger)
        thread.start()
    assert SWITCHBOARD.busy
    go.set()
    thread.join()
    assert "has ended" in str(refusals.get(timeout=60))
    assert echo.posts == 1
    assert ask("free") == "to free"
    assert not SWITCHBOARD.busy
    assert changed(before) == []


def test_a_task_that_outlives_its_cassette_is_refused(ask: Ask, echo: CompletionsServer) -> None:
    """A task of a closed cassette, in a loop that goes on, takes nothing of the next one."""
    recorded("first", ask, "x")
    recorded("second", ask, "x")

    async def linger(go: asyncio.Event) -> str:
        await go.wait()
        try:
            async with httpx.AsyncClient() as client:
                return await asked(client, echo.base, "x")
        except NoMatch as error:
            return str(error)

    async def main() -> tuple[str, Any]:
        go = asyncio.Event()
        with use_cassette("first"):
            task = asyncio.create_task(linger(go))
        with use_cassette("second") as tape:
            go.set()
            return await task, tape

    said, tape = asyncio.run(main())
    assert "first.yaml has ended" in said
    assert not tape.played
    assert tape.miss is None


def test_an_older_thread_fails_nobody(ask: Ask, echo: CompletionsServer) -> None:
    """A thread from before the cassette is refused and named, and the cassette has no miss."""
    go, done, refusals = threading.Event(), threading.Event(), Queue[str]()

    def telemetry() -> None:
        go.wait(60)
        try:
            httpx.post(f"{echo.base}/telemetry", json={"event": 1})
        except NoMatchInThread as error:
            refusals.put(str(error))
        done.set()

    recorded("innocent", ask, "x")
    thread = threading.Thread(target=telemetry, name="telemetry")
    thread.start()
    with use_cassette("innocent") as tape:
        go.set()
        done.wait(60)
        assert ask("x") == "to x"
    thread.join()
    assert tape.miss is None
    assert "'telemetry'" in refusals.get(timeout=60)
    assert echo.posts == 1


def test_an_older_thread_passes_by_rule(ask: Ask, echo: CompletionsServer) -> None:
    """A host in passthrough is reached, whoever asks."""
    recorded("innocent", ask, "x")
    port = echo.base.rpartition(":")[2].partition("/")[0]
    with use_cassette("innocent", passthrough=[f"127.0.0.1:{port}"], allow_unplayed=True):
        assert ask("live") == "to live"
    assert echo.posts == 2


def test_an_older_pool_works_for_whoever_hands_it_work(ask: Ask, echo: CompletionsServer) -> None:
    """A pool that lives through several cassettes gets each one's own answers and misses."""
    with ThreadPoolExecutor(1) as pool, ThreadPool(1) as other:
        pool.submit(int).result()
        for mode in ("once", "none"):
            for name in ("first", "second"):
                with use_cassette(name, record=mode) as tape:
                    assert pool.submit(ask, name).result() == f"to {name}"
                    assert other.map(ask, [f"{name}!"]) == [f"to {name}!"]
                assert prompts_of(tape) == [name, f"{name}!"]
        with pytest.raises(NoMatch), use_cassette("first") as tape:
            pool.submit(ask, "never recorded").exception()
    assert tape.miss is not None
    assert echo.posts == 4


def test_work_that_outlives_its_cassette_in_a_pool_is_refused_and_the_pool_goes_on(
    ask: Ask,
) -> None:
    """A pool's worker that is late is refused; what it is handed next is answered."""
    recorded("first", ask, "x")
    recorded("second", ask, "y")
    go = threading.Event()

    def late() -> str:
        go.wait(60)
        return ask("x")

    with ThreadPoolExecutor(1) as pool:
        with use_cassette("first"):
            job = pool.submit(late)
        with use_cassette("second") as tape:
            go.set()
            assert "first.yaml has ended" in str(job.exception())
            assert pool.submit(ask, "y").result() == "to y"
        assert tape.miss is None


def test_what_an_older_thread_starts_fails_nobody(ask: Ask, echo: CompletionsServer) -> None:
    """Timers that telemetry sets again and again are telemetry, too, and the test has no miss."""
    go, refusals = threading.Event(), Queue[str]()

    def send(turn: int) -> None:
        try:
            httpx.post(f"{echo.base}/telemetry", json={"turn": turn})
        except NoMatchInThread as error:
            refusals.put(str(error))
        if turn < 3:
            threading.Timer(0.01, send, [turn + 1]).start()

    def telemetry() -> None:
        go.wait(60)
        threading.Timer(0.01, send, [1]).start()

    recorded("innocent", ask, "x")
    threading.Thread(target=telemetry).start()
    with use_cassette("innocent") as tape:
        go.set()
        said = [refusals.get(timeout=60) for _ in range(3)]
        own = threading.Thread(target=ask, args=["x"])
        own.start()
        own.join()
        assert len(tape.played) == 1
    assert tape.miss is None
    assert all("at work since before the test" in each for each in said)
    assert echo.posts == 1


def test_a_server_of_wider_scope_works_for_the_test(ask: Ask) -> None:
    """A thread that an older one starts during the test, for its sake, has the test's misses."""
    recorded("own", ask, "x")
    go = threading.Event()

    def serve() -> None:
        go.wait(60)
        handler = threading.Thread(target=ask, args=["never recorded"])
        handler.start()
        handler.join()

    older = threading.Thread(target=serve)
    older.start()
    with pytest.raises(NoMatch), use_cassette("own", allow_unplayed=True):
        go.set()
        older.join()


def test_a_timer_of_the_test_is_its_own(ask: Ask) -> None:
    """What the test's own threads start is the test's: a miss there fails it."""
    recorded("own", ask, "x")

    def later() -> None:
        timer = threading.Timer(0.01, ask, ["never recorded"])
        timer.start()
        timer.join()

    with pytest.raises(NoMatch), use_cassette("own", allow_unplayed=True):
        thread = threading.Thread(target=later)
        thread.start()
        thread.join()


def test_an_older_thread_may_fill_a_pool(ask: Ask) -> None:
    """A pool's workers that an older thread caused to start work for the test all the same."""
    recorded("own", ask, "x")
    go = threading.Event()
    with ThreadPoolExecutor(1) as pool:

        def fill() -> None:
            go.wait(60)
            pool.submit(int).result()

        older = threading.Thread(target=fill)
        older.start()
        with pytest.raises(NoMatch), use_cassette("own", allow_unplayed=True):
            go.set()
            older.join()
            pool.submit(ask, "never recorded").exception()


@pytest.mark.parametrize("way", ["run_coroutine_threadsafe", "call_soon_threadsafe"])
def test_a_loop_of_an_older_thread_works_for_whoever_hands_it_work(
    ask: Ask, echo: CompletionsServer, way: str
) -> None:
    """What a test hands to a loop of wider scope is the test's: answers, and misses that fail it."""
    recorded("first", ask, "x")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def call(prompt: str) -> object:
        said = Queue[object]()

        async def main() -> str:
            async with httpx.AsyncClient() as client:
                return await asked(client, echo.base, prompt)

        def now() -> None:
            task = loop.create_task(main())
            task.add_done_callback(lambda done: said.put(done.exception() or done.result()))

        if way == "call_soon_threadsafe":
            loop.call_soon_threadsafe(now)
            return said.get(timeout=60)
        job = asyncio.run_coroutine_threadsafe(main(), loop)
        return job.exception(timeout=60) or job.result()

    try:
        with pytest.raises(NoMatch), use_cassette("first"):
            assert call("x") == "to x"
            assert isinstance(call("never recorded"), NoMatchInThread)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    assert echo.posts == 1
