"""Memory of large streams: ``python -m tests.benchmarks.memory [MB]``.

An event stream of 200 MB is recorded and replayed through httpx2 and httpx, in many small events and
in few large ones, each time in a process of its own. Printed are the growth of its memory against
the size of the body, at the end of the stream and at the very end, and the seconds it took.
"""

from __future__ import annotations

import http.server
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_argot import use_cassette

if TYPE_CHECKING:
    from collections.abc import Iterator

MB = 1_000_000
BODY_MB = 200
SIZES = (1_000, 100_000)
CLIENTS = ("httpx2", "httpx")
WORDS = "It rains on the window, she said: “my token is über-secret, 5 < 6 & so on” 🦜 \n"


class Server(http.server.BaseHTTPRequestHandler):
    """Streams ``/SIZE/MB/v1/completions``: so many MB in events of so many bytes."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["content-length"]))
        size, megabytes = map(int, self.path.split("/")[1:3])
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in pieces(size, megabytes * MB // size):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def pieces(size: int, count: int) -> Iterator[bytes]:
    """Give the events of a completion, the last of them with its finish."""
    some = [event(size - 160, turn) for turn in range(97)]
    yield from islice(cycle(some), count - 1)
    yield event(200, 0, finish="stop")
    yield b"data: [DONE]\n\n"


def event(size: int, turn: int, finish: str | None = None) -> bytes:
    """Give an event of about so many bytes."""
    text = (
        " ".join(islice(cycle(WORDS.split(" ")), turn, turn + size // 4))
        .encode()[:size]
        .decode(errors="ignore")
    )
    choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}
    chunk = {
        "id": "cmpl-9yVQ8dcD3uK9N0aZ7tqYwTn4",
        "object": "text_completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
    }
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()


def growth(since: float) -> str:
    """Tell how much the peak of memory has grown, in MB."""
    return f"{peak() - since:.0f}"


def peak() -> float:
    """Give the peak of memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB


def step(record: str, name: str, size: str, megabytes: str, base: str) -> None:
    """Record or replay one stream; print body, two peaks and two times, as JSON."""
    module: Any = importlib.import_module(name)
    with use_cassette("small", record="once", allow_repeats=True), module.Client(timeout=600) as c:
        read(c, f"{base}/1000/1/v1/completions")
    before, start = peak(), time.process_time()
    with use_cassette("big", record=record), module.Client(timeout=600) as client:
        body = read(client, f"{base}/{size}/{megabytes}/v1/completions")
        streamed, during = time.process_time() - start, peak() - before
    whole = time.process_time() - start
    print(json.dumps([body / MB, during, peak() - before, streamed, whole]))


def read(client: Any, url: str) -> int:
    """Read a stream piece by piece, keeping nothing; give its length."""
    with client.stream("POST", url, json={"model": "m", "prompt": "p", "stream": True}) as response:
        return sum(len(piece) for piece in response.iter_raw())


def main(megabytes: int) -> None:
    """Print a line for each client, size of events and step."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "CI": ""}
    for name in CLIENTS:
        for size in SIZES:
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "argot.toml").touch()
                for mode in ("once", "none"):
                    command = [sys.executable, "-m", "tests.benchmarks.memory", mode, name]
                    command += [str(size), str(megabytes), base]
                    done = subprocess.run(
                        command, check=True, cwd=folder, env=environment, stdout=subprocess.PIPE
                    )
                    print(told(mode, name, size, *json.loads(done.stdout)), flush=True)
    server.shutdown()


def told(  # noqa: D103 - one line of the output
    mode: str,
    name: str,
    size: int,
    body: float,
    during: float,
    peak: float,
    streamed: float,
    whole: float,
) -> str:
    what = "record" if mode == "once" else "replay"
    return (
        f"{what} {body:.0f} MB in events of {size:,} bytes, {name}:"
        f" {during / body:.2f}x the body when the stream has ended ({streamed:.1f} s),"
        f" {peak / body:.2f}x in all ({whole:.1f} s)"
    )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        step(*sys.argv[1:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else BODY_MB)
