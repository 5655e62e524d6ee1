"""Promise: a replayed test waits for nobody, whoever retries, and its own sleeps are slept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.servers.completions import TEXT
from tests.servers.unruly import UnrulyServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

ASKED = 60
"""Seconds the recorded server asked to wait: the most that openai's client obeys."""
BOUND = 40
"""Seconds a whole run of pytest may take: fewer than one wait that is kept."""

APP = f"""
    import asyncio
    from time import sleep

    def nap(seconds):
        sleep(seconds)


    async def async_nap(seconds):
        await asyncio.sleep(seconds)


    URL, BODY = "{{base}}/completions", {{{{"model": "m", "prompt": "hi"}}}}
    TEXT = "{TEXT}"


    def by_openai():
        import openai
        client = openai.OpenAI(base_url="{{base}}", api_key="any", max_retries=1)
        return client.completions.create(**BODY).choices[0].text


    async def by_openai_async():
        import openai
        async with openai.AsyncOpenAI(base_url="{{base}}", api_key="any", max_retries=1) as client:
            return (await client.completions.create(**BODY)).choices[0].text


    def by_requests():
        import requests, urllib3
        retry = urllib3.Retry(
            total=1, status_forcelist=[429], allowed_methods=None, respect_retry_after_header=True
        )
        with requests.Session() as session:
            session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retry))
            return session.post(URL, json=BODY).json()["choices"][0]["text"]


    def by_urllib3():
        import urllib3
        retry = urllib3.Retry(total=1, status_forcelist=[429], allowed_methods=None)
        with urllib3.PoolManager(retries=retry) as pool:
            return pool.request("POST", URL, json=BODY).json()["choices"][0]["text"]


    def by_loop():
        import httpx
        while (answer := httpx.post(URL, json=BODY)).status_code == 429:
            sleep(float(answer.headers["retry-after"]))
        return answer.json()["choices"][0]["text"]


    def by_urllib():
        import json, urllib.error, urllib.request
        headers = {{{{"content-type": "application/json"}}}}
        request = urllib.request.Request(URL, json.dumps(BODY).encode(), headers)
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            sleep(float(error.headers["retry-after"]))
            answer = urllib.request.urlopen(request)
        return json.loads(answer.read())["choices"][0]["text"]


    async def by_aiohttp():
        import aiohttp
        async with aiohttp.ClientSession() as session:
            while (answer := await session.post(URL, json=BODY)).status == 429:
                await asyncio.sleep(float(answer.headers["retry-after"]))
            return (await answer.json())["choices"][0]["text"]
"""

TESTS = """
    import asyncio, time
    import app, pytest
    from pytest_argot import argot_cassette
"""

RECORD = (
    TESTS
    + """
    @argot_cassette("busy", record_errors=True)
    def test_record():
        import httpx
        assert [httpx.post(app.URL, json=app.BODY).status_code for _ in range(2)] == [429, 200]
"""
)

CONFTEST = """
    import pathlib, sys, time
    sys.path.insert(0, str(pathlib.Path(__file__).parent))

    def took(call, *args):
        before = time.monotonic()
        call(*args)
        return time.monotonic() - before

    def rest():
        time.sleep(0.2)
"""


@pytest.fixture
def busy(plain_house: House, server: CompletionsServer) -> House:
    """A house with a cassette: 429 with a Retry-After, then an answer. The server is gone."""
    plain_house.write("app.py", APP.format(base=server.base))
    plain_house.write("conftest.py", CONFTEST)
    plain_house.write("test_it.py", RECORD)
    server.busy = 1
    plain_house.run("--argot-record=once").assert_outcomes(passed=1)
    server.stop()
    _ask_to_wait(plain_house.cassettes / "busy.yaml")
    return plain_house


def _ask_to_wait(cassette: Path) -> None:
    """Add the header a real server would have sent; nobody waits for a recording here."""
    text = cassette.read_text(encoding="utf-8")
    head = re.compile(r"(code: 429\n.*?headers:\n)( +)", re.DOTALL)
    new, count = head.subn(rf'\g<1>\g<2>retry-after:\n\g<2>- "{ASKED}"\n\g<2>', text)
    assert count == 1
    cassette.write_text(new, encoding="utf-8")


def _replay(house: House, tests: str, passed: int) -> None:
    """Run the tests, which would take too long with a single wait that is kept."""
    house.write("test_it.py", TESTS + tests)
    house.run(timeout=BOUND).assert_outcomes(passed=passed)


def test_no_retry_waits(busy: House) -> None:
    """openai's, urllib3's and an application's own retries take no time, sync and async."""
    tests = """
    @pytest.mark.parametrize("call", [app.by_openai, app.by_requests, app.by_urllib3, app.by_loop,
                                      app.by_urllib])
    @argot_cassette("busy")
    def test_sync(call, argot):
        assert call() == app.TEXT
        assert len(argot.played) == 2

    @pytest.mark.parametrize("call", [app.by_openai_async, app.by_aiohttp])
    @argot_cassette("busy")
    def test_async(call, argot):
        assert asyncio.run(call()) == app.TEXT
        assert len(argot.played) == 2

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    @argot_cassette("busy")
    def test_anyio(backend, argot):
        import anyio
        assert anyio.run(app.by_openai_async, backend=backend) == app.TEXT
        assert len(argot.played) == 2
    """
    _replay(busy, tests, passed=9)


def test_the_tests_own_sleeps_are_slept(busy: House) -> None:
    """After a 429 a sleep of the test, of its conftest, or of another thread keeps its time."""
    tests = """
    from conftest import rest, took

    @argot_cassette("busy")
    def test_own():
        import httpx, threading
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor() as pool:
            assert httpx.post(app.URL, json=app.BODY).status_code == 429
            assert took(lambda: time.sleep(0.2)) >= 0.1
            assert took(rest) >= 0.1
            assert pool.submit(took, app.nap, 0.2).result() >= 0.1
            app.nap(3600)
            assert took(app.nap, 0.2) >= 0.1
        assert app.by_loop() == app.TEXT
    """
    _replay(busy, tests, passed=1)


def test_a_task_beside_the_client_sleeps_on(busy: House) -> None:
    """In one event loop the client that retries does not wait; the sleeper beside it does."""
    tests = """
    @argot_cassette("busy")
    def test_beside():
        async def main():
            client = asyncio.create_task(app.by_openai_async())
            while not client.done():
                before = time.monotonic()
                await app.async_nap(0.1)
                assert time.monotonic() - before >= 0.05
            assert await client == app.TEXT

        asyncio.run(main())
    """
    _replay(busy, tests, passed=1)


def test_a_fake_sleep_sees_the_wait(busy: House) -> None:
    """A test that replaces time.sleep to check the back-off still sees it."""
    tests = """
    @argot_cassette("busy")
    def test_fake(monkeypatch):
        waits = []
        monkeypatch.setattr("time.sleep", waits.append)
        assert app.by_openai() == app.TEXT
        assert waits == [60.0]
    """
    _replay(busy, tests, passed=1)


def test_nothing_stays_patched(busy: House) -> None:
    """A later test of the same run has every library's own sleep, and sleeps."""
    tests = """
    import anyio, trio
    ORIGINALS = time.sleep, asyncio.sleep, anyio.sleep, trio.sleep, app.sleep

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    @argot_cassette("busy")
    def test_cassette(backend):
        assert anyio.run(app.by_openai_async, backend=backend) == app.TEXT
        assert time.sleep is not ORIGINALS[0]

    @argot_cassette("busy", allow_unplayed=True)
    def test_gives_up():
        import httpx
        assert httpx.post(app.URL, json=app.BODY).status_code == 429

    def test_later():
        from conftest import took
        import anyio._backends._asyncio as backend
        now = time.sleep, asyncio.sleep, anyio.sleep, trio.sleep, app.sleep
        assert all(a is b for a, b in zip(now, ORIGINALS))
        assert backend.sleep is asyncio.sleep
        assert took(app.nap, 0.2) >= 0.1
    """
    _replay(busy, tests, passed=4)


def test_a_recording_waits(plain_house: House, server: CompletionsServer) -> None:
    """While recording, and against a live server without a cassette, the client waits."""
    plain_house.write("app.py", APP.format(base=server.base))
    plain_house.write("conftest.py", CONFTEST)
    tests = """
    from conftest import took

    @argot_cassette("live")
    def test_live():
        assert took(app.by_openai) >= 0.3  # openai's first back-off is 0.375 to 0.5 s
    """
    plain_house.write("test_it.py", TESTS + tests)
    for flag in ("--argot-record=once", "--argot-disable"):
        server.busy = 1
        plain_house.run(flag).assert_outcomes(passed=1)
        assert server.busy == 0


def test_a_script_does_not_wait_either(busy: House) -> None:
    """With use_cassette a library's retry takes no time; sleeps of the script itself do."""
    script = """
    import time
    import app
    from conftest import took
    from pytest_argot import use_cassette

    with use_cassette("busy"):
        assert app.by_openai() == app.TEXT
    with use_cassette("busy"):
        import httpx
        httpx.post(app.URL, json=app.BODY)
        assert took(lambda: time.sleep(0.2)) >= 0.1
        assert app.by_loop() == app.TEXT
    print("no wait")
    """
    busy.write("script.py", script)
    assert "no wait" in busy.python("script.py", timeout=BOUND).stdout.str()


def test_an_undecorated_tests_own_sleep_is_slept(busy: House) -> None:
    """With use_cassette in a test its own sleeps are slept, and any after the cassette is closed."""
    tests = """
    from conftest import took
    from pytest_argot import use_cassette

    def test_opens():
        import httpx
        with use_cassette("busy"):
            assert httpx.post(app.URL, json=app.BODY).status_code == 429
            assert took(lambda: time.sleep(0.2)) >= 0.1
            app.nap(3600)
            assert app.by_loop() == app.TEXT

    def test_opens_another():
        import httpx
        with use_cassette("busy"):
            with use_cassette("busy", allow_unplayed=True):
                assert httpx.post(app.URL, json=app.BODY).status_code == 429
            assert took(app.nap, 0.2) >= 0.1
            assert app.by_loop() == app.TEXT
    """
    _replay(busy, tests, passed=2)


def test_a_refused_connection_is_retried_at_once(
    plain_house: House, server: CompletionsServer
) -> None:
    """The sleep after a recorded failure of the connection is skipped like that after a 429."""
    plain_house.write("app.py", APP.format(base=server.base))
    plain_house.write("conftest.py", CONFTEST)
    tests = """
    @argot_cassette("down")
    def test_down():
        import httpx
        for attempt in range(2):
            with pytest.raises(httpx.ConnectError):
                httpx.post(app.URL, json=app.BODY)
            app.nap(WAIT)
    """
    server.stop()
    plain_house.write("test_it.py", TESTS + tests.replace("WAIT", "0"))
    plain_house.run("--argot-record=once").assert_outcomes(passed=1)
    plain_house.write("test_it.py", TESTS + tests.replace("WAIT", "3600"))
    plain_house.run(timeout=BOUND).assert_outcomes(passed=1)


CUT = """
    from conftest import took
    URL = "{url}"

    def by_httpx():
        import httpx
        with httpx.stream("GET", URL) as answer:
            for piece in answer.iter_raw():
                assert took(app.nap, 0.1) >= 0.05

    def by_requests():
        import requests
        with requests.get(URL, stream=True) as answer:
            for piece in answer.iter_content(None):
                assert took(app.nap, 0.1) >= 0.05

    def by_urllib():
        import urllib.request
        with urllib.request.urlopen(URL) as answer:
            answer.read()

    @pytest.mark.parametrize("call", [by_httpx, by_requests, by_urllib])
    @argot_cassette(allow_unplayed=True)
    def test_sync(call):
        with pytest.raises(Exception, match="closed|ended|Read"):
            call()
        app.nap({wait})

    async def by_httpx_async():
        import httpx
        async with httpx.AsyncClient() as client, client.stream("GET", URL) as answer:
            async for piece in answer.aiter_raw():
                pass

    async def by_aiohttp():
        import aiohttp
        async with aiohttp.ClientSession() as session, session.get(URL) as answer:
            await answer.read()

    @pytest.mark.parametrize("call", [by_httpx_async, by_aiohttp])
    @argot_cassette(allow_unplayed=True)
    def test_async(call):
        async def main():
            with pytest.raises(Exception, match="closed|payload"):
                await call()
            await app.async_nap({wait})
        asyncio.run(main())
"""


def test_a_stream_that_was_cut_is_retried_at_once(plain_house: House) -> None:
    """Sleeps while a body is read are slept; the one after it broke off is skipped."""
    plain_house.write("app.py", APP.format(base="http://127.0.0.1"))
    plain_house.write("conftest.py", CONFTEST)
    with UnrulyServer() as server:
        url = server.url("cut")
        plain_house.write("test_it.py", TESTS + CUT.format(url=url, wait=0))
        plain_house.run("--argot-record=once").assert_outcomes(passed=5)
    plain_house.write("test_it.py", TESTS + CUT.format(url=url, wait=3600))
    plain_house.run(timeout=BOUND).assert_outcomes(passed=5)
