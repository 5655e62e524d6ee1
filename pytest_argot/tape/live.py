"""Asking the live API beside a replay, for mode ``verify``."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.errors import ArgotError
from pytest_argot.tape.exchange import LiveRequest, LiveResponse

if TYPE_CHECKING:
    from http.client import HTTPResponse

DIRECT: Final = "argot_direct"
"""Marks a class of connections that are the tape's own: no patch looks at what they send."""

HOPS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
"""Headers that belong to the client's own connection."""

TIMEOUT = 600.0
"""Seconds a live answer may take; the openai client's own default."""


class _Connection(HTTPConnection):
    """A connection no tape minds."""


class _TlsConnection(HTTPSConnection):
    """The same for TLS."""


for _each in (_Connection, _TlsConnection):
    setattr(_each, DIRECT, True)


class _Http(urllib.request.HTTPHandler):
    """Connects past the patches."""

    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(_Connection, req)


class _Https(urllib.request.HTTPSHandler):
    """The same for TLS."""

    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(_TlsConnection, req)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: the client under test follows it, with a request of its own."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - the base's signature
        self,
        req: Any,  # noqa: ARG002
        fp: Any,  # noqa: ARG002
        code: Any,  # noqa: ARG002
        msg: Any,  # noqa: ARG002
        headers: Any,  # noqa: ARG002
        newurl: Any,  # noqa: ARG002
    ) -> None:
        return None


def ask(asked: LiveRequest) -> LiveResponse:
    """Send the request of the client under test; ``ArgotError`` when nothing answers."""
    sent = {name: str(value) for name, value in asked.headers.items() if name.lower() not in HOPS}
    body = asked.body or None
    request = urllib.request.Request(asked.url, body, sent, method=asked.method)  # noqa: S310 - the client's own URL
    opener = urllib.request.build_opener(_Http, _Https, _NoRedirect)
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            return _answer(answer)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error)
    except OSError as error:
        raise ArgotError(f"the live API did not answer: {error}", where=asked.url) from error


def _answer(answer: Any) -> LiveResponse:
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers.items():
        headers.setdefault(name, []).append(value)
    return LiveResponse(
        status=answer.status, reason=answer.reason or "", headers=headers, body=answer.read()
    )
