"""Promise: a miss ends the test that has it, also where somebody waits for the one who missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

LIMIT = 120
"""Seconds after which a run hangs, whatever machine it is on."""

SETUP = """
    import asyncio, queue, threading
    from concurrent.futures import ThreadPoolExecutor
    from multiprocessing.pool import ThreadPool
    import anyio, httpx, pytest, trio
    from pytest_argot import argot_cassette

    URL = "{base}/completions"

    def ask(prompt="bye"):
        return httpx.post(URL, json={{"model": "m", "prompt": prompt}}).json()

    async def aask(prompt="bye"):
        async with httpx.AsyncClient() as client:
            return (await client.post(URL, json={{"model": "m", "prompt": prompt}})).json()

    @argot_cassette("miss")
    def test_record():
        ask("hi")
"""

BODIES = {
    "worker thread": """
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    """,
    "ThreadPool.map": """
        with ThreadPool(2) as pool:
            pool.map(lambda _: ask(), range(4))
    """,
    "tape in ThreadPool.map": """
        from pytest_argot import use_cassette
        def work(_):
            with use_cassette("miss"):
                ask()
        with ThreadPool(2) as pool:
            try:
                pool.map(work, range(4))
            except Exception:
                pass
        ask()
    """,
    "ThreadPoolExecutor.map": """
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: ask(), range(4)))
    """,
    "queue.join": """
        jobs = queue.Queue()
        def work():
            while True:
                jobs.get()
                ask()
                jobs.task_done()
        threading.Thread(target=work, daemon=True).start()
        jobs.put(1)
        jobs.join()
    """,
    "a barrier": """
        barrier = threading.Barrier(2)
        def work():
            ask()
            barrier.wait()
        threading.Thread(target=work, daemon=True).start()
        barrier.wait()
    """,
    "asyncio queue.join": """
        async def main():
            jobs = asyncio.Queue()
            async def work():
                while True:
                    await jobs.get()
                    await aask()
                    jobs.task_done()
            worker = asyncio.create_task(work())
            jobs.put_nowait(1)
            await jobs.join()
        asyncio.run(main())
    """,
    "asyncio.TaskGroup": """
        async def main():
            async with asyncio.TaskGroup() as group:
                group.create_task(aask())
                group.create_task(asyncio.Event().wait())
        asyncio.run(main())
    """,
    "asyncio.gather": """
        async def main():
            return await asyncio.gather(aask("hi"), aask(), return_exceptions=True)
        asyncio.run(main())
    """,
    "anyio on asyncio": """
        async def main():
            async with anyio.create_task_group() as group:
                group.start_soon(aask)
                await anyio.sleep_forever()
        anyio.run(main)
    """,
    "anyio on trio": """
        async def main():
            async with anyio.create_task_group() as group:
                group.start_soon(aask)
                await anyio.sleep_forever()
        anyio.run(main, backend="trio")
    """,
    "trio": """
        async def main():
            async with trio.open_nursery() as nursery:
                nursery.start_soon(aask)
                await trio.sleep_forever()
        trio.run(main)
    """,
    "an unawaited task": """
        async def main():
            task = asyncio.create_task(aask())
            while not task.done():
                await asyncio.sleep(0)
        asyncio.run(main())
    """,
    "an executor's thread": """
        async def main():
            await asyncio.get_running_loop().run_in_executor(None, ask)
        asyncio.run(main())
    """,
    "a bare except": """
        try:
            ask()
        except:
            pass
    """,
    "a retry loop": """
        for _ in range(5):
            try:
                ask()
                break
            except BaseException:
                continue
    """,
    "a wait that swallows the interruption": """
        jobs = queue.Queue()
        threading.Thread(target=lambda: (ask(), jobs.put(1)), daemon=True).start()
        for _ in range(2):
            try:
                jobs.get()
            except BaseException:
                pass
    """,
}

PYTEST_ASYNCIO = """
    @pytest.mark.asyncio
    @argot_cassette("miss", allow_unplayed=True)
    async def test_pytest_asyncio():
        jobs = asyncio.Queue()
        async def work():
            await jobs.get()
            await aask()
            jobs.task_done()
        worker = asyncio.create_task(work())
        jobs.put_nowait(1)
        await jobs.join()

    @pytest.mark.anyio
    @argot_cassette("miss", allow_unplayed=True)
    async def test_anyio():
        async with anyio.create_task_group() as group:
            group.start_soon(aask)
            await anyio.sleep_forever()
"""


def write(house: House, server: CompletionsServer, tests: str) -> None:
    """Record one answer, then put the story's tests in place."""
    setup = SETUP.format(base=server.base)
    house.write("test_miss.py", setup)
    house.run("--argot-record=once").assert_outcomes(passed=1)
    server.stop()
    house.write("test_miss.py", setup + tests)


@pytest.mark.parametrize("warnings", ["default", "error"])
def test_no_way_of_waiting_hangs(house: House, server: CompletionsServer, warnings: str) -> None:
    """Every kind of waiting ends; each test FAILS with the miss as its first line, once."""
    tests = "".join(
        f"""
    @argot_cassette("miss", allow_unplayed=True)
    def test_{n}():{body}
"""
        for n, body in enumerate(BODIES.values())
    )
    write(house, server, f"{tests}\n    def test_innocent(): pass\n")
    result = house.run("-k", "not record", f"-W{warnings}", "-rf", "--tb=short", timeout=LIMIT)
    result.assert_outcomes(failed=len(BODIES), passed=1, warnings=0)
    lines = result.stdout.lines
    summary = [line for line in lines if line.startswith("FAILED")]
    assert all(" - Failed: NoMatch: no recorded answer" in line for line in summary), summary
    result.stdout.no_fnmatch_line("ERROR test_*")


def test_the_async_plugins_end_their_tests_too(house: House, server: CompletionsServer) -> None:
    """pytest-asyncio's and anyio's tests end, and are FAILED by the miss."""
    house.with_plugins("asyncio", "anyio")
    write(house, server, PYTEST_ASYNCIO)
    result = house.run("-k", "not record", "-rf", timeout=LIMIT)
    result.assert_outcomes(failed=3)
    assert result.stdout.str().count(" - Failed: NoMatch: ") == 3


IN_BACKGROUND = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.execv(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[1:]])
"""


def test_a_run_in_the_background_hears_its_own_misses(
    plain_house: House, server: CompletionsServer
) -> None:
    """Where a shell has SIGINT ignored, a test that waits is ended too, and SIGINT stays ignored."""
    house = plain_house
    write(
        house,
        server,
        f"""
    import os, signal

    @argot_cassette("miss", allow_unplayed=True)
    def test_waiting():{BODIES["queue.join"]}

    @argot_cassette("miss")
    def test_goes_on():
        os.kill(os.getpid(), signal.SIGINT)
        ask("hi")

    def test_stays():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
""",
    )
    result = house.python("-c", IN_BACKGROUND, "-k", "not record", timeout=LIMIT)
    result.assert_outcomes(failed=1, passed=2)


def test_a_key_that_was_pressed_still_ends_the_run(
    plain_house: House, server: CompletionsServer
) -> None:
    """KeyboardInterrupt that is nobody's answer to a miss interrupts the session as ever."""
    house = plain_house
    write(
        house,
        server,
        """
    @argot_cassette("miss")
    def test_interrupted():
        ask("hi")
        raise KeyboardInterrupt

    def test_never_run(): pass
""",
    )
    result = house.run("-k", "not record")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.no_fnmatch_line("*passed*")
