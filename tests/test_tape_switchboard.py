"""Promise: with several tapes open, and with many callers, each gets its own answers."""

from __future__ import annotations

import asyncio
import contextvars
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
import requests

from pytest_argot import NoMatch, use_cassette
from pytest_argot.errors import NoMatchInThread
from tests.tape_world import asked, body, prompts_of, recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.servers.completions import CompletionsServer

    Ask = Callable[[str], str]

pytestmark = [
    pytest.mark.usefixtures("here"),
    pytest.mark.filterwarnings("ignore::pytest_argot.UnplayedWarning"),
]

CALLERS = 8
EACH = 25
MANY = 1000


# Two tapes at once.


def test_threads_with_a_cassette_each_get_their_own(ask: Ask) -> None:
    """Two threads record and replay at once, each into and from its own cassette."""
    both_open = threading.Barrier(2, timeout=60)

    def work(name: str, mode: str) -> list[str]:
        with use_cassette(name, record=mode) as tape:
            both_open.wait()
            answers = [ask(f"{name}{n}") for n in range(5)]
            both_open.wait()
        assert answers == [f"to {name}{n}" for n in range(5)]
        return prompts_of(tape)

    for mode in ("once", "none"):
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(work, "ab", (mode, mode))
        assert first == [f"a{n}" for n in range(5)]
        assert second == [f"b{n}" for n in range(5)]


def test_asyncio_tasks_with_a_cassette_each_get_their_own(echo: CompletionsServer) -> None:
    """Two asyncio tasks that take turns each get their own traffic."""

    async def work(name: str, mode: str, turn: asyncio.Barrier) -> list[str]:
        with use_cassette(name, record=mode) as tape:
            await turn.wait()
            async with httpx.AsyncClient() as client:
                for n in range(5):
                    assert await asked(client, echo.base, f"{name}{n}") == f"to {name}{n}"
            await turn.wait()
        return prompts_of(tape)

    async def main(mode: str) -> list[list[str]]:
        turn = asyncio.Barrier(2)
        return await asyncio.gather(work("a", mode, turn), work("b", mode, turn))

    for mode in ("once", "none"):
        assert asyncio.run(main(mode)) == [[f"{c}{n}" for n in range(5)] for c in "ab"]
    assert echo.posts == 10


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_task_groups_with_a_cassette_each_get_their_own(
    echo: CompletionsServer, backend: str
) -> None:
    """Two tasks of an anyio task group each get their own traffic, and so do their children."""
    seen: dict[str, list[str]] = {}

    async def work(name: str, mode: str, ready: anyio.Event, other: anyio.Event) -> None:
        with use_cassette(name, record=mode) as tape:
            ready.set()
            await other.wait()
            async with httpx.AsyncClient() as client, anyio.create_task_group() as children:
                for n in range(3):
                    children.start_soon(asked, client, echo.base, f"{name}{n}")
        seen[name] = sorted(prompts_of(tape))

    async def main(mode: str) -> None:
        first, second = anyio.Event(), anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(work, "a", mode, first, second)
            group.start_soon(work, "b", mode, second, first)

    for mode in ("once", "none"):
        anyio.run(main, mode, backend=backend)
        assert seen == {c: [f"{c}{n}" for n in range(3)] for c in "ab"}
    assert echo.posts == 6


def _two_open(then: Callable[[], None]) -> list[BaseException]:
    """Run something while two threads have a cassette open; give what their tapes said."""
    meet = threading.Barrier(3, timeout=60)
    said: list[BaseException] = []

    def hold(name: str) -> None:
        try:
            with use_cassette(name):
                meet.wait()
                meet.wait()
        except NoMatch as error:
            said.append(error)

    threads = [threading.Thread(target=hold, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    meet.wait()
    try:
        then()
    finally:
        meet.wait()
        for thread in threads:
            thread.join()
    return said


@pytest.mark.parametrize("way", ["thread", "executor", "older executor", "pool"])
def test_a_thread_that_could_be_of_either_is_refused(
    ask: Ask, echo: CompletionsServer, way: str
) -> None:
    """With two cassettes open, a thread without a context is refused; both are named, both fail."""
    recorded("a", ask, "x")
    recorded("b", ask, "x")
    refusals: list[BaseException] = []

    def call(_: object = None) -> None:
        try:
            ask("x")
        except NoMatchInThread as error:
            refusals.append(error)

    older = ThreadPoolExecutor(1)
    older.submit(int).result()

    def other_thread() -> None:
        if way == "thread":
            thread = threading.Thread(target=call)
            thread.start()
            thread.join()
        elif way == "pool":
            with ThreadPool(1) as pool:
                pool.map(call, [None])
        else:
            with older if way == "older executor" else ThreadPoolExecutor(1) as pool:
                pool.submit(call).result()

    said = _two_open(other_thread)
    assert len(refusals) == 1
    assert "a.yaml" in str(refusals[0])
    assert "b.yaml" in str(refusals[0])
    assert said == [refusals[0], refusals[0]]
    assert echo.posts == 2


def test_a_context_handed_on_is_enough(ask: Ask) -> None:
    """With two cassettes open, a thread that runs in the context of one asks that one."""
    recorded("mine", ask, "x")
    recorded("other", ask, "y")
    with use_cassette("mine") as tape, ThreadPoolExecutor(1) as pool:
        context = contextvars.copy_context()
        _two_more(lambda: pool.submit(context.run, ask, "x").result(), "other")
        assert len(tape.played) == 1


def _two_more(then: Callable[[], Any], name: str) -> None:
    opened, done = threading.Event(), threading.Event()

    def hold() -> None:
        with use_cassette(name):
            opened.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    opened.wait(60)
    try:
        then()
    finally:
        done.set()
        thread.join()


# Nested tapes.


def test_the_inner_cassette_wins_and_the_outer_resumes(ask: Ask, echo: CompletionsServer) -> None:
    """Inside, the inner one records and replays, in threads it starts, too; then the outer."""
    for mode in ("once", "none"):
        with use_cassette("outer", record=mode) as outer:
            ask("before")
            with use_cassette("inner", record=mode) as inner, ThreadPoolExecutor(1) as pool:
                assert ask("inside") == "to inside"
                assert pool.submit(ask, "pooled").result() == "to pooled"
            ask("after")
        assert prompts_of(outer) == ["before", "after"]
        assert prompts_of(inner) == ["inside", "pooled"]
    assert echo.posts == 4


# One tape, many callers.


@contextmanager
def _openai(base: str) -> Generator[Ask]:
    import openai

    with openai.OpenAI(base_url=base, api_key="k", max_retries=0) as client:
        yield lambda prompt: client.completions.create(model="m", prompt=prompt).choices[0].text


@contextmanager
def _requests(base: str) -> Generator[Ask]:
    with requests.Session() as session:
        yield lambda prompt: str(
            session.post(f"{base}/completions", json=body(prompt)).json()["choices"][0]["text"]
        )


@contextmanager
def _httpx(base: str) -> Generator[Ask]:
    with httpx.Client() as client:
        yield lambda prompt: str(
            client.post(f"{base}/completions", json=body(prompt)).json()["choices"][0]["text"]
        )


@pytest.mark.parametrize(
    "client", [_requests, _httpx, _openai], ids=["requests", "httpx", "openai"]
)
def test_eight_threads_share_a_cassette(
    echo: CompletionsServer, client: Callable[[str], AbstractContextManager[Ask]]
) -> None:
    """Eight threads with one client: 200 of 200 recorded, each its own answer, 0 connections."""
    prompts = [f"{n}" for n in range(CALLERS * EACH)]
    with (
        client(echo.base) as ask,
        use_cassette("shared", record="once") as tape,
        ThreadPoolExecutor(CALLERS) as pool,
    ):
        assert list(pool.map(ask, prompts)) == [f"to {prompt}" for prompt in prompts]
    assert sorted(prompts_of(tape)) == sorted(prompts)
    assert echo.posts == len(prompts)
    with (
        client(echo.base) as ask,
        use_cassette("shared"),
        ThreadPoolExecutor(CALLERS) as pool,
    ):
        assert list(pool.map(ask, prompts)) == [f"to {p}" for p in prompts]
    assert echo.posts == len(prompts)


def test_a_thousand_tasks_share_a_cassette(here: Path, echo: CompletionsServer) -> None:
    """A thousand concurrent replays are each answered with their own answer."""
    prompts = [f"{n}" for n in range(MANY)]
    (here / "cassettes").mkdir()
    (here / "cassettes" / "many.yaml").write_text(_cassette(echo.base, prompts), encoding="utf-8")

    async def everything() -> list[str]:
        async with httpx.AsyncClient() as client:
            return await asyncio.gather(*(asked(client, echo.base, each) for each in prompts))

    with use_cassette("many", model=dict):
        assert asyncio.run(everything()) == [f"to {each}" for each in prompts]
    assert echo.posts == 0


def _cassette(base: str, prompts: list[str]) -> str:
    """Give a cassette that answers each prompt."""
    interactions = [
        {
            "request": {
                "method": "POST",
                "uri": f"{base}/completions",
                "body": json.dumps(body(prompt)),
                "headers": {"content-type": ["application/json"]},
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"content-type": ["application/json"]},
                "body": {"string": json.dumps({"choices": [{"text": f"to {prompt}"}]})},
            },
        }
        for prompt in prompts
    ]
    return json.dumps({"version": 1, "interactions": interactions})


def test_executors_of_a_loop_share_the_cassette(ask: Ask, echo: CompletionsServer) -> None:
    """What asyncio hands to threads (run_in_executor, to_thread) is the test's own."""

    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        return [await loop.run_in_executor(None, ask, "a"), await asyncio.to_thread(ask, "b")]

    for mode in ("once", "none"):
        with use_cassette("handed", record=mode):
            assert asyncio.run(main()) == ["to a", "to b"]
    assert echo.posts == 2
