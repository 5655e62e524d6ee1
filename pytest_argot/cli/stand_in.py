"""A stand-in completions server on loopback: deterministic, and drifting when told to.

``POST /v1/completions`` answers as a body or, with ``stream``, as server-sent events; anything
else gets an error envelope. The shape follows the published ``CreateCompletionResponse``.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Generator

WORDS = ("An old", " silent pond\n", "A frog jumps", " into it —\n", "the sound", " of water")
CREATED = 1763800000
"""When every answer says it was made (Unix seconds)."""

_MAX_BODY = 1 << 20


@dataclass
class StandIn:
    """A running stand-in; ``drifting`` may be set at any time, ``asked`` counts the requests.

    A drifting server sends ``finish_reason`` values the contract does not know, renames ``created``
    to ``created_at`` and adds ``service_tier``.
    """

    port: int
    drifting: bool = False
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def base_url(self) -> str:
        """What a client takes as its base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    def count(self) -> int:
        """Count a request and give its number, the first is 1."""
        with self.lock:
            self.asked += 1
            return self.asked


@contextmanager
def stand_in(port: int = 0, *, drifting: bool = False) -> Generator[StandIn]:
    """Serve on 127.0.0.1 inside the block, on a free port unless one is named.

    ``OSError`` when the port is taken. The server is gone, its port closed, when the block ends.
    """
    state = StandIn(port, drifting)

    class Handler(_Handler):
        stand_in = state

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    state.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stand_in: StandIn

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay quiet: the story is told by the one who started the server."""

    def do_GET(self) -> None:
        """Answer anything that is not a completion request."""
        self._send(404, "application/json", _error("unknown URL"))

    def do_POST(self) -> None:
        """Answer a completion request."""
        asked = self._asked()
        if asked is None:
            self._send(400, "application/json", _error("the body is not a completion request"))
        elif self.path.rstrip("/") != "/v1/completions":
            self._send(404, "application/json", _error("unknown URL"))
        else:
            self._complete(asked, self.stand_in.count())

    def _asked(self) -> dict[str, Any] | None:
        length = self.headers.get("content-length", "")
        size = int(length) if length.isdecimal() else 0
        try:
            asked: Any = json.loads(self.rfile.read(min(size, _MAX_BODY)))
        except ValueError:
            return None
        if not isinstance(asked, dict) or not {"model", "prompt"} <= asked.keys():
            return None
        return cast("dict[str, Any]", asked)

    def _complete(self, asked: dict[str, Any], number: int) -> None:
        bodies = answers(asked, number, drifting=self.stand_in.drifting)
        if not asked.get("stream"):
            self._send(200, "application/json", json.dumps(bodies[0]).encode())
            return
        lines = [json.dumps(body, ensure_ascii=False) for body in bodies]
        text = "".join(f"data: {line}\n\n" for line in (*lines, "[DONE]"))
        self._send(200, "text/event-stream; charset=utf-8", text.encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def answers(asked: dict[str, Any], number: int, *, drifting: bool) -> list[dict[str, Any]]:
    """Give the bodies that answer a request: one, or the chunks of a stream."""
    model = str(asked["model"])
    if asked.get("stream"):
        bodies = [_body(number, model, word, None) for word in WORDS]
        bodies.append(_body(number, model, "", "stop"))
    else:
        bodies = [_body(number, model, "".join(WORDS), "stop")]
        prompt = len(str(asked["prompt"]).split())
        counts = {"prompt_tokens": prompt, "completion_tokens": len(WORDS)}
        bodies[0]["usage"] = {**counts, "total_tokens": prompt + len(WORDS)}
    return [_drifted(body) for body in bodies] if drifting else bodies


def _body(number: int, model: str, text: str, finish_reason: str | None) -> dict[str, Any]:
    choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish_reason}
    return {
        "id": f"cmpl-{number:029d}",
        "object": "text_completion",
        "created": CREATED,
        "model": model,
        "choices": [choice],
    }


def _drifted(body: dict[str, Any]) -> dict[str, Any]:
    for choice in body["choices"]:
        if choice["finish_reason"] is not None:
            choice["finish_reason"] = "end_of_text"
    renamed = {("created_at" if key == "created" else key): value for key, value in body.items()}
    return {**renamed, "service_tier": "default"}


def _error(message: str) -> bytes:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return json.dumps({"error": error}).encode()
