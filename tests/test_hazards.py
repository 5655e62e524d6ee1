"""What happens to users of plain vcrpy in threads, tasks and streams, and does not happen here.

Each hazard is a function that tells whether it was avoided. It is run on vcrpy alone, where it has
to fail, for a hazard nobody has would prove nothing.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
import urllib3
import vcr

from pytest_argot import use_cassette
from tests.servers.completions import CompletionsServer
from tests.servers.unruly import BEGUN, PIECES, UnrulyServer
from tests.taping import READ, tape_home

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    Use = Callable[[str, str], AbstractContextManager[Any]]
    Hazard = Callable[[Use], bool]

__all__ = ["tape_home"]

ROOT = Path(__file__).resolve().parent.parent
HOME = "HAZARD_HOME"
MANY = 200
READ_TIMEOUT = 5.0


def ours(name: str, record: str) -> AbstractContextManager[Any]:
    """Open a cassette of this project."""
    return use_cassette(name, record=record, **READ)


@contextmanager
def vcrpys(name: str, record: str) -> Generator[Any]:
    """Open a cassette of vcrpy, matching bodies as ours do."""
    match = ["method", "scheme", "host", "port", "path", "query", "body"]
    with vcr.use_cassette(f"cassettes/{name}.yaml", record_mode=record, match_on=match) as cassette:
        yield cassette


def numbered(base: str, number: int) -> str:
    """Ask for one of many answers with requests."""
    body = {"model": f"m{number}", "prompt": "p"}
    return str(requests.post(f"{base}/completions", json=body, timeout=60).json()["model"])


def from_threads(base: str) -> list[str]:
    """Ask for many answers from eight threads."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda number: numbered(base, number), range(MANY)))


def threads_lose_nothing(use: Use) -> bool:
    """What eight threads ask of one cassette is recorded, all of it."""
    with CompletionsServer() as server:
        with use("threads", "once"):
            from_threads(server.base)
        with use("threads", "none") as tape:
            return len(tape.requests) == MANY


def threads_reach_nobody(use: Use) -> bool:
    """While eight threads replay, no request gets to the server."""
    with CompletionsServer() as server:
        with use("threads", "once"):
            for number in range(MANY):
                numbered(server.base, number)
        asked = server.posts
        try:
            with use("threads", "none"):
                from_threads(server.base)
        except Exception:  # noqa: BLE001 - what a request of vcrpy's found missing
            return False
        return server.posts == asked


def two_threads_keep_apart(use: Use) -> bool:
    """Two cassettes open at once in two threads each get what their thread asks."""
    opened, asked = threading.Barrier(2), threading.Barrier(2)
    held: dict[str, int] = {}

    def work(name: str) -> None:
        with use(name, "once"):
            opened.wait()
            for _ in range(3):
                numbered(server.base, ord(name))
            asked.wait()

    with CompletionsServer() as server:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, "ab"))
        for name in "ab":
            with use(name, "new_episodes") as tape:
                held[name] = len(tape.requests)
    return held == {"a": 3, "b": 3}


def two_tasks_keep_apart(use: Use) -> bool:
    """Two cassettes open at once in two tasks each get what their task asks."""

    async def work(base: str, name: str) -> None:
        with use(name, "once"):
            async with httpx.AsyncClient() as client:
                for _ in range(3):
                    body = {"model": name, "prompt": "p"}
                    await client.post(f"{base}/completions", json=body)
                    await asyncio.sleep(0.01)

    async def both(base: str) -> None:
        await asyncio.gather(work(base, "a"), work(base, "b"))

    with CompletionsServer() as server:
        asyncio.run(both(server.base))
        held: list[set[bytes]] = []
        for name in "ab":
            with use(name, "new_episodes") as tape:
                held.append({each.body for each in tape.requests})
    return [len(each) for each in held] == [1, 1] and held[0] != held[1]


def nothing_stays_patched(use: Use) -> bool:
    """Two cassettes that closed in the order they were opened leave every client as it was."""
    before = httpx.HTTPTransport.handle_request
    first, second = use("a", "once"), use("b", "once")
    try:
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        second.__exit__(None, None, None)
        return httpx.HTTPTransport.handle_request is before
    finally:
        httpx.HTTPTransport.handle_request = before  # type: ignore[method-assign]


def a_thread_is_stopped(use: Use) -> bool:
    """A thread that goes on after its cassette has closed does not reach the server."""
    closed = threading.Event()
    failed: list[BaseException] = []

    def late(base: str) -> None:
        closed.wait()
        try:
            numbered(base, 1)
        except BaseException as error:  # noqa: BLE001 - a refusal may be one
            failed.append(error)

    with CompletionsServer() as server:
        with use("late", "once"):
            numbered(server.base, 0)
            thread = threading.Thread(target=late, args=(server.base,))
            thread.start()
        closed.set()
        thread.join()
        return bool(failed) and server.posts == 1


def pieces(url: str) -> list[bytes]:
    """Give the pieces of an answer."""
    with httpx.stream("GET", url) as answer:
        return list(answer.iter_raw())


def pieces_come_one_by_one(use: Use) -> bool:
    """A stream replays in the pieces it came in."""
    with UnrulyServer() as server:
        url = f"{server.base}/whole/chunked"
        with use("pieces", "once"):
            pieces(url)
        with use("pieces", "none"):
            return pieces(url) == list(PIECES)


def the_first_piece_is_not_held_back(use: Use) -> bool:
    """While recording the client has the first piece though the server will never send the last."""
    with UnrulyServer() as server, use("stall", "once"):
        try:
            with httpx.stream(
                "GET", f"{server.base}/stall/chunked", timeout=READ_TIMEOUT
            ) as answer:
                return next(answer.iter_raw()) == BEGUN[0]
        except httpx.ReadTimeout:
            return False


def fails(url: str) -> tuple[str, bytes]:
    """Give the class of the error a request ends with, and what came before it."""
    got = b""
    try:
        with httpx.stream("GET", url, timeout=READ_TIMEOUT) as answer:
            for piece in answer.iter_raw():
                got += piece
    except httpx.HTTPError as error:
        return type(error).__name__, got
    except Exception as error:  # noqa: BLE001 - what vcrpy makes of it
        return type(error).__name__, b""
    return "", got


def a_cut_is_a_recording(use: Use) -> bool:
    """A stream the server cut replays as what was there, then the same error."""
    with UnrulyServer() as server:
        url = f"{server.base}/cut/chunked"
        with use("cut", "once"):
            live = fails(url)
    with use("cut", "none"):
        return live == fails(url) == ("RemoteProtocolError", b"".join(BEGUN))


def a_refusal_is_a_recording(use: Use) -> bool:
    """A refused connection replays as one."""
    with UnrulyServer() as server:
        url = f"{server.base}/whole/chunked"
    with use("refused", "once"):
        live = fails(url)
    with use("refused", "none"):
        return live == fails(url) == ("ConnectError", b"")


def what_a_cancelled_task_got_is_kept(use: Use) -> bool:
    """A task that is cancelled in a stream keeps what it had received."""

    async def reader(url: str, began: asyncio.Event) -> None:
        async with httpx.AsyncClient() as client, client.stream("GET", url) as answer:
            async for _ in answer.aiter_raw():
                began.set()

    async def cancelled(url: str) -> None:
        began = asyncio.Event()
        task = asyncio.create_task(reader(url, began))
        await asyncio.wait(
            [task, asyncio.ensure_future(began.wait())], return_when="FIRST_COMPLETED"
        )
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with UnrulyServer() as server:
        with use("cancelled", "once"):
            asyncio.run(asyncio.wait_for(cancelled(f"{server.base}/stall/chunked"), READ_TIMEOUT))
        with use("cancelled", "new_episodes") as tape:
            return len(tape.requests) == 1


def urllib3_gets_chunks(use: Use) -> bool:
    """urllib3, and so requests, replays the server's chunks."""
    with UnrulyServer() as server, urllib3.PoolManager() as pool:
        url = f"{server.base}/whole/chunked"
        with use("chunks", "once"):
            pool.request("GET", url)
        with use("chunks", "none"):
            answer = pool.request("GET", url, preload_content=False)
            return list(answer.stream()) == list(PIECES)


HAZARDS: tuple[Hazard, ...] = (
    threads_lose_nothing,
    threads_reach_nobody,
    two_threads_keep_apart,
    two_tasks_keep_apart,
    nothing_stays_patched,
    a_thread_is_stopped,
    pieces_come_one_by_one,
    the_first_piece_is_not_held_back,
    a_cut_is_a_recording,
    a_refusal_is_a_recording,
    what_a_cancelled_task_got_is_kept,
    urllib3_gets_chunks,
)


@pytest.mark.usefixtures("tape_home")
@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.__name__)
def test_it_does_not_happen_here(hazard: Hazard) -> None:
    """The hazard is avoided."""
    assert hazard(ours)


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.__name__)
def test_it_happens_with_vcrpy_alone(hazard: Hazard, tape_home: Path) -> None:
    """The hazard is real: with vcrpy alone the same code falls into it.

    In a process of its own: patches that stay would spoil every test after it.
    """
    command = [sys.executable, "-W", "ignore", "-m", "tests.test_hazards", hazard.__name__]
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), HOME: str(tape_home)},
    )
    assert done.stdout.split()[-1:] == ["False"]


def main(name: str) -> None:
    """Print whether a hazard is avoided with vcrpy alone; an error is no way of avoiding it."""
    hazard = next(each for each in HAZARDS if each.__name__ == name)
    os.chdir(os.environ[HOME])
    try:
        avoided = hazard(vcrpys)
    except Exception:  # noqa: BLE001 - whatever it is
        avoided = False
    print(avoided, flush=True)
    os._exit(0)  # threads that wait for each other may be left


if __name__ == "__main__":
    main(sys.argv[1])
