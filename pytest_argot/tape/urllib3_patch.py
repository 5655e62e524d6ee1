# pyright: basic
"""urllib3 (and so requests): its connection pools ask the switchboard.

``HTTPConnectionPool._make_request`` is the one place below urllib3's own retries and redirects
and above its connections: what a pool does around a request stays urllib3's, and no connection is
made for a recorded answer. It has no public name; urllib3 2.0 to 2.8 have it alike.
"""

from __future__ import annotations

import functools
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import RemoteDisconnected
from socket import gaierror
from typing import TYPE_CHECKING, Any

from pytest_argot.tape.exchange import LiveRequest, body_bytes
from pytest_argot.tape.http_wire import LINE_ERRORS, line_error, parsed
from pytest_argot.tape.line_tap import tap
from pytest_argot.tape.patching import replaced
from pytest_argot.tape.playback import Playback, root

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pytest_argot.tape.playback import Failure
    from pytest_argot.tape.recording import Recording
    from pytest_argot.tape.switchboard import Switchboard

__tracebackhide__ = True

UNPREPARED = "argot_unprepared"
"""Marks a connection whose tunnel through a proxy is still to be made."""


@contextmanager
def patch_urllib3(switchboard: Switchboard) -> Generator[None]:
    """Patch the pools of urllib3."""
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    pools = _Pools(switchboard)
    with ExitStack() as stack:
        stack.enter_context(replaced(HTTPConnectionPool, "_make_request", pools.make_request))
        stack.enter_context(replaced(HTTPSConnectionPool, "_prepare_proxy", pools.prepare_proxy))
        yield


@dataclass(frozen=True)
class _Pools:
    switchboard: Switchboard

    def prepare_proxy(self, original: Callable[..., None]) -> Callable[..., None]:
        """Make ``_prepare_proxy``, which connects: that waits until it is known to be needed."""

        @functools.wraps(original)
        def prepare_proxy(_pool: Any, conn: Any) -> None:
            setattr(conn, UNPREPARED, original)

        return prepare_proxy

    def make_request(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Make ``_make_request``."""

        @functools.wraps(original)
        def make_request(
            pool: Any, conn: Any, method: str, url: str, body: Any = None, **kw: Any
        ) -> Any:
            live = functools.partial(_live, original, pool, conn, method, url)
            if not self.switchboard.is_concerned(_absolute(pool, url)):
                return live(body, **kw)
            body = None if body is None else body_bytes(body)
            headers = kw.get("headers") or {}
            asked = LiveRequest(
                method=method, url=_absolute(pool, url), headers=headers, body=body or b""
            )
            call = self.switchboard.call(asked)
            if call is None:
                return live(body, **kw)
            if isinstance(call, Playback):
                return _played(pool, conn, method, url, call, kw)
            return _recorded(live, call, body, kw)

        return make_request


def _live(  # noqa: PLR0913, PLR0917 - urllib3's own order
    original: Callable[..., Any], pool: Any, conn: Any, method: str, url: str, body: Any, **kw: Any
) -> Any:
    prepare = conn.__dict__.pop(UNPREPARED, None)
    if prepare is not None:
        prepare(pool, conn)
    return original(pool, conn, method, url, body=body, **kw)


def _recorded(live: Callable[..., Any], recording: Recording, body: Any, kw: dict[str, Any]) -> Any:
    """Send the request; its answer is recorded while the client reads it."""
    try:
        response = live(body, **{**kw, "preload_content": False})
    except BaseException as error:
        kind = _kind(error)
        if kind:
            recording.fail(kind, str(root(error)))
        else:
            recording.abandon()
        raise
    headers: dict[str, list[str]] = {}
    for name, value in response.headers.items():
        headers.setdefault(name, []).append(value)
    recording.began(response.status, response.reason or "", headers)
    tap(response._original_response, recording)  # noqa: SLF001 - what is read passes nowhere else
    if kw.get("preload_content", True):
        response.read(decode_content=kw.get("decode_content", True), cache_content=True)
    return response


def _kind(error: BaseException) -> str:
    """Tell how an exchange failed; ``""`` for what is none of the server's doing."""
    from urllib3 import exceptions

    kinds: tuple[tuple[type[BaseException], str], ...] = (
        (exceptions.NameResolutionError, "resolve"),
        (exceptions.NewConnectionError, "connect"),
        (exceptions.ConnectTimeoutError, "connect_timeout"),
        (exceptions.ReadTimeoutError, "read_timeout"),
        (RemoteDisconnected, "cut"),
        (BrokenPipeError, "write"),
        (ConnectionError, "reset"),
        (TimeoutError, "read_timeout"),
    )
    return next((kind for cls, kind in kinds if isinstance(error, cls)), "")


def _played(  # noqa: PLR0913, PLR0917 - what urllib3's own answer is made of
    pool: Any, conn: Any, method: str, url: str, playback: Playback, kw: dict[str, Any]
) -> Any:
    from urllib3 import HTTPHeaderDict, HTTPResponse

    if playback.unanswered and playback.failure is not None:
        raise _error(pool, conn, url, playback.failure)
    answer = parsed(playback, method)
    response = HTTPResponse(
        body=answer,
        headers=HTTPHeaderDict(answer.msg.items()),
        status=answer.status,
        version=answer.version,
        version_string="HTTP/1.1",
        reason=answer.reason,
        preload_content=kw.get("preload_content", True),
        decode_content=kw.get("decode_content", True),
        original_response=answer,
        enforce_content_length=kw.get("enforce_content_length", True),
        request_method=method,
        request_url=url,
    )
    response.retries = kw.get("retries")
    response._connection = kw.get("response_conn")  # noqa: SLF001 - as urllib3 does
    response._pool = pool  # noqa: SLF001 - as urllib3 does
    return response


def _error(pool: Any, conn: Any, url: str, failure: Failure) -> BaseException:
    """Give what urllib3 raises at this place for a failure."""
    from urllib3 import exceptions

    if failure.kind == "resolve":
        return exceptions.NameResolutionError(pool.host, conn, gaierror(failure.message))
    if failure.kind == "connect":
        text = f"Failed to establish a new connection: {failure.message}"
        return exceptions.NewConnectionError(conn, text)
    if failure.kind == "connect_timeout":
        return exceptions.ConnectTimeoutError(conn, failure.message)
    if failure.kind == "read_timeout":
        return exceptions.ReadTimeoutError(pool, url, failure.message)
    if failure.kind in LINE_ERRORS:
        return line_error(failure)
    return RemoteDisconnected(failure.message)


def _absolute(pool: Any, url: str) -> str:
    if "://" in url.partition("?")[0]:  # through a proxy
        return url
    host = f"[{pool.host}]" if ":" in pool.host else pool.host
    port = "" if pool.port is None else f":{pool.port}"
    return f"{pool.scheme}://{host}{port}{url}"
