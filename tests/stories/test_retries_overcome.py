"""Promise: an answer that a retry made worthless is not recorded, any other one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot.cassette.reader import load
from pytest_argot.wire.masking import Masker
from tests.servers.failing import FailingServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import House

TRANSIENT = (408, 409, 429, 500, 503, 529)

TEST = """
    import asyncio, threading
    import httpx, pytest
    from pytest_argot import argot_cassette

    URL = "{base}/completions"

    def ask(prompt):
        return httpx.post(URL, json={{"model": "m", "prompt": prompt}}).status_code

    async def ask_async(prompt):
        async with httpx.AsyncClient() as client:
            body = {{"model": "m", "prompt": prompt}}
            return (await client.post(URL, json=body)).status_code
"""


@pytest.fixture
def server() -> Iterator[FailingServer]:
    """A live server that fails first."""
    with FailingServer() as running:
        yield running


def statuses(house: House, name: str) -> list[tuple[int, int]]:
    """Give the recorded statuses of a cassette with their ordinals."""
    found = load(house.cassettes / f"{name}.yaml", Masker()).interactions
    return [(each.response.status, each.ordinal) for each in found]


def test_every_transient_answer_is_left_out(house: House, server: FailingServer) -> None:
    """408, 409, 429 and 5xx before a success are not recorded; the summary counts them."""
    tests = f"""
    @argot_cassette
    @pytest.mark.parametrize("status", {TRANSIENT})
    def test_retried(status):
        assert [ask(str(status)) for _ in range(3)] == [status, status, 200]

    @argot_cassette("task")
    def test_task():
        async def main():
            return [await ask_async("task") for _ in range(2)]
        assert asyncio.run(main()) == [503, 200]

    @argot_cassette("cut")
    def test_cut():
        with pytest.raises(httpx.RemoteProtocolError):
            ask("cut")
        assert ask("cut") == 200
"""
    server.failures = {str(status): [status, status] for status in TRANSIENT}
    server.failures |= {"task": [503], "cut": [0]}
    house.write("test_it.py", TEST.format(base=server.base) + tests)
    result = house.run("--argot-record=once")
    result.assert_outcomes(passed=len(TRANSIENT) + 2)
    result.stdout.fnmatch_lines(["*14 transient answers overcome by a retry, not recorded*"])
    for status in TRANSIENT:
        assert statuses(house, f"test_it/test_retried[{status}]") == [(200, 1)]
    assert statuses(house, "task") == statuses(house, "cut") == [(200, 1)]


def test_what_no_retry_overcame_is_recorded(plain_house: House, server: FailingServer) -> None:
    """Given up, something asked in between, no transient failure: all of it is recorded."""
    tests = """
    @argot_cassette("given up")
    def test_given_up():
        assert ask("given up") == 503

    @argot_cassette("between")
    def test_between():
        assert [ask("between"), ask("other"), ask("between")] == [503, 200, 200]

    @argot_cassette("both")
    def test_both():
        assert [ask("first"), ask("second"), ask("first")] == [503, 503, 200]

    @argot_cassette("refused")
    def test_refused():
        assert [ask("refused") for _ in range(2)] == [422, 200]
"""
    server.failures = {"given up": [503], "between": [503], "refused": [422]}
    server.failures |= {"first": [503], "second": [503]}
    plain_house.write("test_it.py", TEST.format(base=server.base) + tests)
    plain_house.run("--argot-record=once").assert_outcomes(passed=4)
    assert statuses(plain_house, "given up") == [(503, 1)]
    assert statuses(plain_house, "between") == [(503, 1), (200, 1), (200, 2)]
    assert statuses(plain_house, "both") == [(503, 1), (503, 1), (200, 2)]
    assert statuses(plain_house, "refused") == [(422, 1), (200, 2)]
    server.stop()
    plain_house.run("-k", "between").assert_outcomes(passed=1)


def test_another_thread_or_task_is_no_retry(plain_house: House, server: FailingServer) -> None:
    """The same request from a later thread or task overcomes nothing: both answers are recorded."""
    tests = """
    @argot_cassette
    @pytest.mark.parametrize("prompt", [f"thread{number}" for number in range(8)])
    def test_it(prompt):
        for _ in range(2):
            thread = threading.Thread(target=ask, args=(prompt,))
            thread.start(), thread.join()

    @argot_cassette
    @pytest.mark.parametrize("prompt", [f"task{number}" for number in range(8)])
    def test_task(prompt):
        async def main():
            for _ in range(2):
                await asyncio.create_task(ask_async(prompt))
        asyncio.run(main())
"""
    names = [f"{kind}{number}" for kind in ("thread", "task") for number in range(8)]
    server.failures = {name: [503] for name in names}
    plain_house.write("test_it.py", TEST.format(base=server.base) + tests)
    result = plain_house.run("--argot-record=once")
    result.assert_outcomes(passed=len(names))
    result.stdout.no_fnmatch_line("*overcome by a retry*")
    result.stdout.fnmatch_lines(["recorded 32 interactions*"])


def test_record_errors_in_the_settings(plain_house: House, server: FailingServer) -> None:
    """With record_errors = true in the settings every answer is recorded, and replayed."""
    tests = """
    @argot_cassette("kept")
    def test_kept():
        assert [ask("kept") for _ in range(2)] == [503, 200]
"""
    server.failures = {"kept": [503]}
    plain_house.write("argot.toml", "record_errors = true\n")
    plain_house.write("test_it.py", TEST.format(base=server.base) + tests)
    result = plain_house.run("--argot-record=once")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*overcome by a retry*")
    assert statuses(plain_house, "kept") == [(503, 1), (200, 2)]
    server.stop()
    plain_house.run().assert_outcomes(passed=1)
