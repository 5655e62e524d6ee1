"""Streams, against the clients themselves: ``python tests/benchmarks/streams.py``.

Prints the time of the first token while recording against live, the time to replay 1 000 chunks
through httpx2 against its own ``MockTransport`` that yields the same chunks, and the peak of
memory while a 100 MB body is recorded and replayed against the body's size.
"""

from __future__ import annotations

import http.server
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from pytest_argot import use_cassette

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNKS = 1000
EVENT = b'data: {"id": "cmpl-1", "choices": [{"text": " word", "index": 0}]}\n\n'
BODY_MB = 100
DELAY = 0.05
REPEATS = 9
OPTIONS = {"levels": {"stream.no_finish": "info", "stream.no_done": "info"}, "fail_on": "never"}


class Server(http.server.BaseHTTPRequestHandler):
    """Streams ``/chunks`` at once, ``/slow`` a word at a time, ``/big`` a lot."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        kinds = {"/chunks": [EVENT] * CHUNKS, "/slow": [EVENT] * 10}
        pieces = kinds.get(self.path) or [b"x" * 65536] * (BODY_MB * 16)
        self.send_response(200)
        kind = "application/octet-stream" if self.path == "/big" else "text/event-stream"
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            if self.path == "/slow":
                time.sleep(DELAY)
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def median(function: Callable[[], float]) -> float:
    """Give the median of several results."""
    return sorted(function() for _ in range(REPEATS))[REPEATS // 2]


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
    url = f"{base}/chunks"
    with httpx2.Client() as client:
        with use_cassette("chunks", record="once", **OPTIONS):
            client.get(url)
        with use_cassette("chunks", allow_repeats=True, **OPTIONS):
            ours = median(lambda: whole(client, url))
    with httpx2.Client(transport=httpx2.MockTransport(mocked)) as client:
        theirs = median(lambda: whole(client, url))
    return f"replay of {CHUNKS} chunks: {ours / theirs:.2f}x MockTransport"


def whole(client: httpx2.Client, url: str) -> float:
    """Give the processor's seconds to read every piece."""
    start = time.thread_time()
    with client.stream("GET", url) as response:
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


def memory(base: str) -> str:
    """Measure the peak of memory of processes that record and replay a large body."""
    peaks = [peak(step, base) for step in ("import", "once", "none")]
    told = [f"{(b - peaks[0]) / BODY_MB:.1f}x the body" for a, b in pairwise(peaks)]
    return f"peak of memory, {BODY_MB} MB: recording {told[0]}, replaying {told[1]}"


def peak(step: str, base: str) -> float:
    """Give the peak of memory of one step in a process of its own, in MB."""
    command = [sys.executable, __file__, step, base]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def step(record: str, base: str) -> None:
    """Record or replay the large body, and print the peak of memory."""
    if record != "import":
        with use_cassette("big", record=record, **OPTIONS), httpx2.Client() as client:
            whole(client, f"{base}/big")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Print the three figures."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("argot.toml").write_text("", encoding="utf-8")
        for figure in (first_token, replay, memory):
            print(figure(base), flush=True)
    server.shutdown()


if __name__ == "__main__":
    step(*sys.argv[1:]) if len(sys.argv) > 1 else main()
