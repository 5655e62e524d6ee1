"""A server on loopback that says what it was asked, and knows redirects, cookies and errors."""

from __future__ import annotations

import http.server
import json
import threading
from typing import Any, Final, Self

BIG: Final = 1 << 21
"""Bytes of a body nobody sends in one piece."""


class EchoServer:
    """Serves while entered. ``asked`` counts the requests, ``connections`` the connections.

    Every path answers with the method, path, body and some headers of the request, as JSON.
    ``/moved/307`` redirects to ``/there`` with this status, and gives a cookie; ``/status/404``
    answers with this one.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.connections = 0
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def base(self) -> str:
        """The URL in front of the path."""
        return f"http://{self.netloc}"

    @property
    def netloc(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                outer.connections += 1
                super().setup()

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                outer.asked += 1
                body = self._body()
                what, _, status = self.path.lstrip("/").partition("/")
                code = int(status) if what in {"moved", "status"} else 200
                answer = json.dumps(self._said(body)).encode()
                self.send_response(code)
                if what == "moved":
                    self.send_header("location", "/there")
                    self.send_header("set-cookie", "flavour=oat; path=/")
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - the base's names

            def _body(self) -> bytes:
                if "chunked" not in self.headers.get("transfer-encoding", ""):
                    return self.rfile.read(int(self.headers.get("content-length", 0)))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def _said(self, body: bytes) -> dict[str, Any]:
                return {
                    "method": self.command,
                    "path": self.path,
                    "body": body.decode("latin-1") if len(body) < BIG else len(body),
                    "cookie": self.headers.get("cookie"),
                    "type": self.headers.get("content-type", "").partition(";")[0],
                    "middleware": self.headers.get("x-middleware"),
                }

        return Handler


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256  # clients that come all at once are not turned away
