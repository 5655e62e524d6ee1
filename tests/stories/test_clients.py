"""Promise: every client records and replays, and a recording made by one is played by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.completions import TEXT, CompletionsServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import House

CALLS = f"""
    import asyncio
    import json
    import urllib.request

    BASE = "{{base}}"
    URL, BODY = BASE + "/completions", {{{{"model": "m", "prompt": "hi"}}}}
    TEXT = "{TEXT}"


    def openai_plain():
        import openai
        client = openai.OpenAI(base_url=BASE, max_retries=0, **KEY)
        return client.completions.create(**BODY).choices[0].text


    def openai_async():
        import openai
        async def main():
            async with openai.AsyncOpenAI(base_url=BASE, max_retries=0, **KEY) as client:
                return (await client.completions.create(**BODY)).choices[0].text
        return asyncio.run(main())


    def httpx_plain():
        import httpx
        return httpx.post(URL, json=BODY).json()["choices"][0]["text"]


    def httpx2_plain():
        import httpx2
        return httpx2.post(URL, json=BODY).json()["choices"][0]["text"]


    def requests_plain():
        import requests
        return requests.post(URL, json=BODY).json()["choices"][0]["text"]


    def urllib3_plain():
        import urllib3
        with urllib3.PoolManager() as pool:
            return pool.request("POST", URL, json=BODY).json()["choices"][0]["text"]


    def aiohttp_plain():
        import aiohttp
        async def main():
            async with aiohttp.ClientSession() as session, session.post(URL, json=BODY) as answer:
                return (await answer.json())["choices"][0]["text"]
        return asyncio.run(main())


    def urllib_plain():
        head = {{{{"content-type": "application/json"}}}}
        request = urllib.request.Request(URL, json.dumps(BODY).encode(), head)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["choices"][0]["text"]


    def openai_stream():
        import openai
        client = openai.OpenAI(base_url=BASE, max_retries=0, **KEY)
        chunks = client.completions.create(**BODY, stream=True)
        return "".join(c.choices[0].text for c in chunks if c.choices)


    def openai_async_stream():
        import openai
        async def main():
            async with openai.AsyncOpenAI(base_url=BASE, max_retries=0, **KEY) as client:
                chunks = await client.completions.create(**BODY, stream=True)
                return "".join([c.choices[0].text async for c in chunks if c.choices])
        return asyncio.run(main())


    def lines(texts):
        data = [json.loads(t[6:]) for t in texts if t.startswith("data: {{{{")]
        return "".join(c["choices"][0]["text"] for c in data if c["choices"])


    STREAM = {{{{**BODY, "stream": True}}}}


    def httpx_stream():
        import httpx
        with httpx.stream("POST", URL, json=STREAM) as answer:
            return lines(answer.iter_lines())


    def httpx2_stream():
        import httpx2
        with httpx2.stream("POST", URL, json=STREAM) as answer:
            return lines(answer.iter_lines())


    def requests_stream():
        import requests
        with requests.post(URL, json=STREAM, stream=True) as answer:
            return lines(line.decode() for line in answer.iter_lines())


    def urllib3_stream():
        import urllib3
        with urllib3.PoolManager() as pool:
            answer = pool.request("POST", URL, json=STREAM, preload_content=False)
            text = b"".join(answer.stream()).decode()
            answer.release_conn()
            return lines(text.splitlines())


    def aiohttp_stream():
        import aiohttp
        async def main():
            async with aiohttp.ClientSession() as session, session.post(URL, json=STREAM) as answer:
                return lines([line.decode() async for line in answer.content])
        return asyncio.run(main())


    def urllib_stream():
        head = {{{{"content-type": "application/json"}}}}
        request = urllib.request.Request(URL, json.dumps(STREAM).encode(), head)
        with urllib.request.urlopen(request) as answer:
            return lines(line.decode() for line in answer)
"""

CLIENTS = ("openai", "openai_async", "httpx", "httpx2", "requests", "urllib3", "aiohttp", "urllib")
PLAIN = tuple(f"{c}_plain" if c != "openai_async" else c for c in CLIENTS)
STREAM = tuple(f"{client}_stream" for client in CLIENTS)

TESTS = """
    import pytest
    import calls
    from pytest_argot import argot_cassette

    @pytest.mark.parametrize("call", {names})
    @argot_cassette
    def test_call(call):
        assert getattr(calls, call)() == calls.TEXT
"""

CROSS = """
    import pytest
    import calls
    from pytest_argot import argot_cassette

    def case(recorder, player):
        return pytest.param(player, marks=argot_cassette(recorder), id=recorder + "-" + player)

    @pytest.mark.parametrize("player", [case(r, p) for r in {names} for p in {names}])
    def test_cross(player):
        assert getattr(calls, player)() == calls.TEXT
"""


def write_calls(house: House, base: str, key: str) -> None:
    """Write the client calls of the story."""
    house.write("calls.py", CALLS.format(base=base) + f"\n\n    KEY = {key}\n")
    house.write(
        "conftest.py",
        "import sys, pathlib\nsys.path.insert(0, str(pathlib.Path(__file__).parent))\n",
    )


def test_every_client_records_and_replays(house: House, server: CompletionsServer) -> None:
    """Seven clients, plain and streamed, record live and replay with the server and the key gone."""
    write_calls(house, server.base, '{"api_key": "a-key-for-recording"}')
    names = (*PLAIN, *STREAM)
    house.write("test_clients.py", TESTS.format(names=names))
    house.run("--argot-record=once").assert_outcomes(passed=len(names))
    assert server.posts == len(names)
    server.stop()
    write_calls(house, server.base, "{}")
    house.run().assert_outcomes(passed=len(names))


@pytest.mark.parametrize("names", [PLAIN, STREAM], ids=["plain", "stream"])
def test_recordings_cross_clients(
    plain_house: House, server: CompletionsServer, names: tuple[str, ...]
) -> None:
    """A recording made by any client is played by any other, also when the wire was gzip."""
    server.compress = True
    write_calls(plain_house, server.base, '{"api_key": "any"}')
    record = CROSS.replace("for p in {names}", "for p in [r]").format(names=names)
    plain_house.write("test_cross.py", record)
    plain_house.run("--argot-record=once").assert_outcomes(passed=len(names))
    server.stop()
    plain_house.write("test_cross.py", CROSS.format(names=names))
    plain_house.run("-q").assert_outcomes(passed=len(names) ** 2)


def test_plain_vcrpy_replays_our_cassettes(plain_house: House, server: CompletionsServer) -> None:
    """A cassette of ours is a vcrpy cassette: vcr.use_cassette replays it with the server gone."""
    write_calls(plain_house, server.base, '{"api_key": "any"}')
    names = ("httpx_plain", "requests_plain", "httpx_stream")
    plain_house.write("test_clients.py", TESTS.format(names=names))
    plain_house.run("--argot-record=once").assert_outcomes(passed=3)
    server.stop()
    plain_house.write(
        "play.py",
        """
        import pathlib, vcr, calls
        for path in sorted(pathlib.Path("cassettes").rglob("*.yaml")):
            with vcr.use_cassette(str(path), record_mode="none") as cassette:
                call = next(c for c in ("httpx_plain", "requests_plain", "httpx_stream") if c in path.name)
                assert getattr(calls, call)() == calls.TEXT
                assert cassette.all_played
        print("played all")
        """,
    )
    assert "played all" in plain_house.python("play.py").stdout.str()


def test_pytest_recording_replays_ours_and_we_replay_theirs(
    plain_house: House, server: CompletionsServer
) -> None:
    """pytest-recording plays a cassette of ours and the other way round, in one project."""
    plain_house.with_plugins("recording")
    write_calls(plain_house, server.base, '{"api_key": "any"}')
    plain_house.write(
        "test_theirs.py",
        """
        import pytest, calls

        @pytest.mark.vcr
        def test_theirs():
            assert calls.httpx_plain() == calls.TEXT
        """,
    )
    plain_house.run("--record-mode=once").assert_outcomes(passed=1)
    plain_house.write("test_ours.py", TESTS.format(names=("requests_plain",)))
    plain_house.run("test_ours.py", "--argot-record=once").assert_outcomes(passed=1)
    server.stop()
    swap(plain_house.cassettes)
    plain_house.run().assert_outcomes(passed=2)


def swap(cassettes: Path) -> None:
    """Let each tool find the other's recording under its own name."""
    theirs = cassettes / "test_theirs" / "test_theirs.yaml"
    ours = next((cassettes / "test_ours").glob("*.yaml"))
    first, second = theirs.read_bytes(), ours.read_bytes()
    theirs.write_bytes(second)
    ours.write_bytes(first)
