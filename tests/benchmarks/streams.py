"""Streams, against the clients themselves: ``python -m tests.benchmarks.streams``.

Prints the time of the first token while recording against live, the time to replay 1 000 chunks
through httpx2 against its own ``MockTransport`` that yields the same chunks (the median of several
runs, for a request that is repeated and for ones that are all different), and how many of 1 000
concurrent replays were right.
"""

from __future__ import annotations

import asyncio
import http.server
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from pytest_argot import use_cassette

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

CHUNKS = 1000
EVENT = b'data: {"id": "cmpl-1", "choices": [{"text": " word", "index": 0}]}\n\n'
MANY = 1000
DELAY = 0.05
REPEATS = 9
REPLAYS = 101
OPTIONS = {"levels": {"stream.no_finish": "info", "stream.no_done": "info"}, "fail_on": "never"}


class Server(http.server.BaseHTTPRequestHandler):
    """Streams ``/slow`` a word at a time, ``/echo/…`` its path, and other things at once."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        echo = b"data: %b\n\n" % self.path.encode()
        kinds = {"slow": [EVENT] * 10, "echo": [echo] * 3}
        pieces = kinds.get(self.path.split("/")[1], [EVENT] * CHUNKS)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            if self.path == "/slow":
                time.sleep(DELAY)
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    do_POST = do_GET  # noqa: N815 - the base's name

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def median(function: Callable[[], float]) -> float:
    """Give the median of several results."""
    return middle([function() for _ in range(REPEATS)])


def middle(results: Iterable[float]) -> float:
    """Give the median."""
    found = sorted(results)
    return found[len(found) // 2]


def first_piece(client: httpx2.Client, url: str) -> float:
    """Give the seconds until the first piece is there; the rest is read, too."""
    start = time.perf_counter()
    with client.stream("GET", url) as response:
        pieces = response.iter_raw()
        next(pieces)
        seconds = time.perf_counter() - start
        for _ in pieces:
            pass
    return seconds


def first_token(base: str) -> str:
    """Compare the first token while recording with live."""
    with httpx2.Client() as client:
        client.get(f"{base}/chunks")
        live = median(lambda: first_piece(client, f"{base}/slow"))
        with use_cassette("slow", record="rewrite", **OPTIONS):
            recording = median(lambda: first_piece(client, f"{base}/slow"))
    return f"first token while recording: {recording / live:.2f}x live"


def replay(base: str) -> str:
    """Compare a replay with the client's own transport that makes the same chunks up."""
    url, prompts = f"{base}/chunks", [f"Tell me about {n}." for n in range(REPLAYS)]
    mock = httpx2.Client(transport=httpx2.MockTransport(mocked))
    with httpx2.Client() as client, mock:
        with use_cassette("chunks", record="once", **OPTIONS):
            for prompt in prompts:
                whole(client, url, prompt)
        theirs = [whole(mock, url, prompt) for prompt in prompts]
        with use_cassette("chunks", **OPTIONS):
            different = [whole(client, url, prompt) for prompt in prompts]
        with use_cassette("chunks", allow_repeats=True, allow_unplayed=True, **OPTIONS):
            same = [whole(client, url, prompts[0]) for _ in prompts]
        theirs += [whole(mock, url, prompt) for prompt in prompts]
    ratios = [middle(ours) / middle(theirs) for ours in (same, different)]
    told = f"{ratios[0]:.2f}x MockTransport, of different requests {ratios[1]:.2f}x"
    return f"replay of {CHUNKS} chunks: {told}"


def concurrent(base: str) -> str:
    """Count the right answers when all are asked for at once."""
    paths = [f"/echo/{n}" for n in range(MANY)]
    with use_cassette("many", record="once", **OPTIONS), httpx2.Client() as client:
        for path in paths:
            client.get(f"{base}{path}")

    async def everything() -> list[str]:
        async with httpx2.AsyncClient() as client:
            return await asyncio.gather(*(text(client, f"{base}{path}") for path in paths))

    with use_cassette("many", **OPTIONS):
        answers = asyncio.run(everything())
    right = sum(f"data: {a}\n\n" * 3 == b for a, b in zip(paths, answers, strict=True))
    return f"concurrent replays: {right} of {MANY} right"


async def text(client: httpx2.AsyncClient, url: str) -> str:
    """Read a stream."""
    async with client.stream("GET", url) as response:
        return "".join([piece async for piece in response.aiter_text()])


def whole(client: httpx2.Client, url: str, prompt: str) -> float:
    """Give the processor's seconds to ask and to read every piece."""
    start = time.thread_time()
    with client.stream("POST", url, json={"model": "m", "prompt": prompt}) as response:
        for _ in response.iter_raw():
            pass
    return time.thread_time() - start


class Chunks(httpx2.SyncByteStream):
    """The same chunks, made up."""

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(CHUNKS):
            yield EVENT


def mocked(_request: Any) -> Any:
    """Answer a request of ``MockTransport``."""
    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Chunks())


def main() -> None:
    """Print the three figures."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("argot.toml").write_text("", encoding="utf-8")
        for figure in (first_token, replay, concurrent):
            print(figure(base), flush=True)
    server.shutdown()


if __name__ == "__main__":
    main()
