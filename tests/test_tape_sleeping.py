"""Promise: one sleep after a replayed transient answer is skipped; every other sleep is slept."""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest
import trio

from pytest_argot.cassette.interaction import Response
from pytest_argot.cassette.streaming import Streaming
from pytest_argot.errors import NoMatch
from pytest_argot.settings import Settings
from pytest_argot.tape import waiting
from pytest_argot.tape.plan import Plan
from pytest_argot.tape.playback import Playback
from pytest_argot.tape.sleeping import Waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

LONG = 3600
"""Seconds nobody sleeps in a test that passes."""
BOUND = 20
SHORT = 0.2

LIBRARY = """
import asyncio, time, anyio, trio
from time import sleep

def nap(seconds): time.sleep(seconds)
def imported_nap(seconds): sleep(seconds)
async def asyncio_nap(seconds): return await asyncio.sleep(seconds, "rested")
async def asyncio_named_nap(seconds): return await asyncio.sleep(delay=seconds, result="rested")
async def anyio_nap(seconds): await anyio.sleep(delay=seconds)
async def trio_nap(seconds): await trio.sleep(seconds=seconds)
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Somebody's library that sleeps in every way there is."""
    (tmp_path / "sleepy_library.py").write_text(LIBRARY, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("sleepy_library")
    del sys.modules["sleepy_library"]


@pytest.fixture
def waits() -> Iterator[Waits]:
    """The waits of an open tape."""
    here = Waits()
    with here.patching():
        yield here


def plan(record: str = "none", file: Path | None = None) -> Plan:
    """Make the plan of a test written in ``file``."""
    return Plan(paths=(Path("c.yaml"),), record=record, settings=Settings(root=Path()), file=file)


def playback(status: int, **streaming: Any) -> Playback:
    """Make a recorded answer."""
    stream = Streaming(**streaming) if streaming else None
    response = Response(status=status, reason="", headers={}, body=b"abcd", stream=stream)
    return Playback(response, 0.0, lambda: NoMatch("read on"))


def ends(*calls: Callable[[], object]) -> bool:
    """Make the calls in one thread; tell whether they are done in time."""
    thread = threading.Thread(target=lambda: [call() for call in calls], daemon=True)
    thread.start()
    thread.join(BOUND)
    return not thread.is_alive()


def slept(call: Callable[[], object]) -> bool:
    """Make a call; tell whether it took the time of a short sleep."""
    before = time.monotonic()
    call()
    return time.monotonic() - before >= SHORT / 2


def test_a_librarys_sleep_is_skipped(waits: Waits, library: ModuleType) -> None:
    """time.sleep takes no time right after a transient answer, looked up late or imported."""
    assert ends(lambda: waits.failed(plan()), lambda: library.nap(LONG))
    assert ends(lambda: waits.failed(plan()), lambda: library.imported_nap(LONG))


def test_only_the_first_sleep_is_skipped(waits: Waits, library: ModuleType) -> None:
    """The second sleep after a transient answer is slept."""
    waits.failed(plan())
    assert not slept(lambda: library.nap(SHORT))
    assert slept(lambda: library.nap(SHORT))


def test_the_next_request_ends_it(waits: Waits, library: ModuleType) -> None:
    """A sleep after the next request is slept, whether or not there was one before it."""
    waits.failed(plan())
    waits.asked()
    assert slept(lambda: library.nap(SHORT))


def test_a_turn_given_to_others_is_no_sleep(waits: Waits, library: ModuleType) -> None:
    """sleep(0) and a sleep without end do not use the skip up; what is no number is an error."""
    waits.failed(plan())
    library.nap(0)
    with pytest.raises(TypeError):
        library.nap("20")
    with pytest.raises(ValueError, match="negative"):
        library.nap(-1)
    with pytest.raises(OverflowError):
        library.nap(float("inf"))
    assert not slept(lambda: library.nap(SHORT))


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 529])
def test_a_transient_answer_is_reason_to_wait(
    waits: Waits, library: ModuleType, status: int
) -> None:
    """The statuses clients retry count, and so does an exchange without any answer."""
    waits.watched(playback(status), plan())
    assert not slept(lambda: library.nap(SHORT))
    waits.watched(playback(0, failed="connect", message="refused"), plan())
    assert not slept(lambda: library.nap(SHORT))


@pytest.mark.parametrize("status", [200, 304, 400, 404])
def test_any_other_answer_is_none(waits: Waits, library: ModuleType, status: int) -> None:
    """After an answer that no client retries every sleep is slept."""
    given = waits.watched(playback(status), plan())
    assert list(given.pieces())
    assert slept(lambda: library.nap(SHORT))


def test_a_body_that_breaks_off_is_reason_to_wait_then(waits: Waits, library: ModuleType) -> None:
    """A sleep while the body is read is slept; the first after it broke off is skipped."""
    given = waits.watched(playback(200, edges=(2, 4), failed="cut"), plan())
    pieces = given.pieces()
    next(pieces)
    assert slept(lambda: library.nap(SHORT))
    assert len(list(pieces)) == 1
    assert not slept(lambda: library.nap(SHORT))


def test_nothing_is_skipped_in_mode_verify(waits: Waits, library: ModuleType) -> None:
    """Mode verify asks a live server as well, which may need the wait."""
    waits.watched(playback(429), plan("verify"))
    assert slept(lambda: library.nap(SHORT))


def test_the_tests_own_sleep_is_slept(waits: Waits, library: ModuleType) -> None:
    """A sleep written in the test's module is slept and leaves the skip to the library."""
    waits.failed(plan(file=Path(__file__)))
    assert slept(lambda: time.sleep(SHORT))
    assert not slept(lambda: library.nap(SHORT))


def test_a_conftests_sleep_is_slept(waits: Waits, tmp_path: Path) -> None:
    """A sleep written in a conftest.py is slept."""
    path = tmp_path / "conftest.py"
    names: dict[str, Any] = {"__name__": "tests.conftest"}
    exec(compile(LIBRARY, path, "exec"), names)  # noqa: S102 - a file of that name
    waits.failed(plan())
    assert slept(lambda: names["nap"](SHORT))


def test_a_scripts_sleep_is_slept(waits: Waits) -> None:
    """A sleep written in the running script, or typed at its prompt, is slept."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(LIBRARY, "<stdin>", "exec"), names)  # noqa: S102 - what a prompt does
    waits.failed(plan())
    assert slept(lambda: names["nap"](SHORT))


def test_another_thread_keeps_its_sleep(waits: Waits, library: ModuleType) -> None:
    """A thread that was answered nothing sleeps on; the one that was does not."""
    waits.failed(plan())
    kept: list[bool] = []
    ends(lambda: kept.append(slept(lambda: library.nap(SHORT))))
    assert kept == [True]
    assert not slept(lambda: library.nap(SHORT))


@pytest.mark.parametrize("name", ["asyncio_nap", "asyncio_named_nap"])
def test_asyncio_skips_in_the_same_task(waits: Waits, library: ModuleType, name: str) -> None:
    """asyncio.sleep is skipped in the task that was answered, gives its result and yields once."""
    seen: list[str] = []

    async def other() -> None:
        seen.append("other")

    async def main() -> object:
        waits.failed(plan())
        async with asyncio.timeout(BOUND):
            task = asyncio.create_task(other())
            result = await getattr(library, name)(LONG)
            seen.append("woken")
            await task
        return result

    assert asyncio.run(main()) == "rested"
    assert seen == ["other", "woken"]


def test_another_task_keeps_its_sleep(waits: Waits, library: ModuleType) -> None:
    """A task that was answered nothing sleeps on, also in a thread where another one was."""
    woken: list[str] = []

    async def client() -> None:
        waits.failed(plan())
        await library.asyncio_nap(LONG)
        woken.append("client")

    async def other() -> None:
        await library.asyncio_nap(SHORT)
        woken.append("other")

    async def main() -> None:
        async with asyncio.timeout(BOUND), asyncio.TaskGroup() as group:
            group.create_task(other())
            group.create_task(client())

    asyncio.run(main())
    assert woken == ["client", "other"]


def test_a_new_task_inherits_nothing(waits: Waits, library: ModuleType) -> None:
    """A task that ends without a sleep leaves none to skip for later tasks, at whatever address."""

    async def fails() -> None:
        waits.failed(plan())

    async def main() -> list[object]:
        await asyncio.gather(*(fails() for _ in range(50)))
        naps = [asyncio.wait_for(library.asyncio_nap(LONG), SHORT) for _ in range(50)]
        return await asyncio.gather(*naps, return_exceptions=True)

    assert {type(each) for each in asyncio.run(main())} == {TimeoutError}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_anyio_skips_in_the_same_task(waits: Waits, library: ModuleType, backend: str) -> None:
    """anyio.sleep is skipped once on both backends; a task beside it and the next sleep are not."""
    woken: list[str] = []

    async def other() -> None:
        await library.anyio_nap(SHORT)
        woken.append("other")

    async def main() -> None:
        with anyio.fail_after(BOUND):
            async with anyio.create_task_group() as group:
                group.start_soon(other)
                waits.failed(plan())
                await anyio.lowlevel.checkpoint()
                await library.anyio_nap(LONG)
                woken.append("client")
                await library.anyio_nap(SHORT * 2)
                woken.append("client again")

    anyio.run(main, backend=backend)
    assert woken == ["client", "other", "client again"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_tests_own_anyio_sleep_is_slept(
    waits: Waits, library: ModuleType, backend: str
) -> None:
    """What anyio sleeps with underneath belongs to the test, too, when the test called anyio."""
    before = time.monotonic()

    async def main() -> float:
        waits.failed(plan(file=Path(__file__)))
        await anyio.sleep(SHORT)
        took = time.monotonic() - before
        with anyio.fail_after(BOUND):
            await library.anyio_nap(LONG)
        return took

    assert anyio.run(main, backend=backend) >= SHORT / 2


def test_trio_skips_in_the_same_task(waits: Waits, library: ModuleType) -> None:
    """trio.sleep is skipped in the task that was answered."""

    async def main() -> None:
        waits.failed(plan())
        with trio.fail_after(BOUND):
            await library.trio_nap(LONG)

    trio.run(main)


def test_the_recorded_pace_is_slept(waits: Waits, library: ModuleType) -> None:
    """The delays of a recorded stream are waited for in asyncio and trio, and leave the skip."""

    async def main() -> float:
        waits.failed(plan())
        before = time.monotonic()
        await waiting.wait(SHORT)
        took = time.monotonic() - before
        with anyio.fail_after(BOUND):
            await library.anyio_nap(LONG)
        return took

    assert anyio.run(main, backend="asyncio") >= SHORT / 2
    assert anyio.run(main, backend="trio") >= SHORT / 2


def test_a_fake_sleep_is_asked(
    waits: Waits, library: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test that replaced sleep to see the waits sees them all, before and after an answer."""
    naps: list[float] = []
    monkeypatch.setattr("time.sleep", naps.append)
    waits.failed(plan())
    library.nap(LONG)
    monkeypatch.undo()
    waits.failed(plan())
    monkeypatch.setattr("time.sleep", naps.append)
    library.nap(LONG)
    monkeypatch.undo()
    assert naps == [LONG, LONG]
    assert not slept(lambda: library.nap(SHORT))


def test_a_closed_tape_skips_nothing(waits: Waits, library: ModuleType) -> None:
    """When the tape of a transient answer closes, nobody is let off a sleep any more."""
    mine = plan()
    waits.failed(mine)
    waits.forget(plan())
    assert not slept(lambda: library.nap(SHORT))
    waits.failed(mine)
    waits.forget(mine)
    assert slept(lambda: library.nap(SHORT))


def test_nothing_stays_replaced(library: ModuleType) -> None:
    """Afterwards every module has the sleep it had, also one imported meanwhile, error or not."""
    modules = [m for m in list(sys.modules.values()) if "sleep" in getattr(m, "__dict__", {})]
    before = [(module, module.__dict__["sleep"]) for module in modules]
    waits = Waits()

    def broken() -> None:
        with waits.patching():
            waits.failed(plan())
            assert library.sleep is time.sleep
            del sys.modules["sleepy_library"]
            importlib.import_module("sleepy_library")
            raise KeyboardInterrupt

    original = library.sleep
    with pytest.raises(KeyboardInterrupt):
        broken()
    assert sys.modules["sleepy_library"].sleep is original
    assert [m for m, sleep in before if m is not library and m.__dict__["sleep"] is not sleep] == []


def test_nothing_is_replaced_without_need(waits: Waits) -> None:
    """A tape that plays no transient answer leaves sleep alone; so does one that is closed."""
    original = time.sleep
    waits.watched(playback(200), plan())
    assert time.sleep is original
    Waits().failed(plan())
    assert time.sleep is original
