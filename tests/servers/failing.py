"""A completions server that fails as told before it answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.servers.completions import CompletionsServer

if TYPE_CHECKING:
    import http.server


class FailingServer(CompletionsServer):
    """Answers each prompt with its ``failures`` first: HTTP statuses, 0 hangs up without a word."""

    def __init__(self) -> None:
        self.failures: dict[str, list[int]] = {}
        super().__init__()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        outer = self
        answering = super()._handler()

        class Handler(answering):  # type: ignore[misc, valid-type]  # made for one server
            def do_POST(self) -> None:  # noqa: N802 - the name of the base
                ahead = self.rfile.peek().decode()
                prompt = json.loads(ahead[ahead.index("{") :])["prompt"]
                failures = outer.failures.get(prompt)
                if not failures:
                    super().do_POST()
                    return
                outer.posts += 1
                self.rfile.read(int(self.headers["content-length"]))
                if status := failures.pop(0):
                    error = {"message": "no", "type": "t", "param": None, "code": None}
                    self._send(status, {"error": error})
                else:
                    self.close_connection = True

        return Handler
