"""A completions server on loopback: real HTTP, deterministic answers, told to misbehave by tests."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
import time
from collections.abc import Callable
from typing import Any, Self

WORDS = ("Once", " upon", " a", " naïve", " 🦊", ".")
TEXT = "".join(WORDS)
ORGANISATION = "org-" + "aB3dE6gH9jK2mN5pQ8sT1vW4"
COOKIE = "session-cookie-value"

Change = Callable[[dict[str, Any]], None]


class CompletionsServer:
    """Serves ``/v1/completions`` in a thread while entered; ``posts`` counts the requests.

    ``change`` edits every answer before it is sent; ``compress`` sends gzip to clients that take it; ``key_in_answer``
    puts a text into the completion. The model ``missing`` gets a 404. The next ``busy`` requests get a
    429. ``pause``: seconds before each event of a stream.
    """

    def __init__(self) -> None:
        self.posts = 0
        self.change: Change = lambda _answer: None
        self.compress = False
        self.text = TEXT
        self.busy = 0
        self.pause = 0.0
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def base(self) -> str:
        """The base URL, as the openai client takes it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop serving; connections are refused from now on."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Build the answer to a request that is not streamed."""
        answer = {
            "id": f"cmpl-{self.posts:029d}",
            "object": "text_completion",
            "created": 1763800000,
            "model": request["model"],
            "choices": [{"text": self.text, "index": 0, "logprobs": None, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11},
        }
        self.change(answer)
        return answer

    def events(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Build the chunks of a streamed answer."""
        whole = self.answer(request)
        usage = whole.pop("usage")
        pieces = [(word, None) for word in WORDS] + [("", "stop")]
        chunks = [
            {
                **whole,
                "choices": [{"text": text, "index": 0, "logprobs": None, "finish_reason": reason}],
            }
            for text, reason in pieces
        ]
        return [*chunks, {**whole, "choices": [], "usage": usage}]

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                outer.posts += 1
                length = int(self.headers.get("content-length", 0))
                request = json.loads(self.rfile.read(length))
                if outer.busy:
                    outer.busy -= 1
                    self._send(429, _error("slow down", "rate_limit_exceeded"))
                elif request.get("model") == "missing":
                    self._send(404, _error("no such model", "model_not_found"))
                elif request.get("stream"):
                    self._stream(outer.events(request))
                else:
                    self._send(200, outer.answer(request))

            def _send(self, status: int, payload: dict[str, Any]) -> None:
                body = json.dumps(payload).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("openai-organization", ORGANISATION)
                self.send_header("set-cookie", f"__cf_bm={COOKIE}; path=/")
                if outer.compress and "gzip" in self.headers.get("accept-encoding", ""):
                    body = gzip.compress(body)
                    self.send_header("content-encoding", "gzip")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _stream(self, chunks: list[dict[str, Any]]) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for data in [*(json.dumps(c, ensure_ascii=False) for c in chunks), "[DONE]"]:
                    event = f"data: {data}\n\n".encode()
                    time.sleep(outer.pause)
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
                self.wfile.write(b"0\r\n\r\n")

        return Handler


def _error(message: str, code: str) -> dict[str, Any]:
    kind = "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
