# pyright: basic
"""httpx and httpx2 (and so openai): their transports ask the switchboard.

Both modules have the same names; which one is meant is handed in. The body of a live answer is
passed on piece by piece while it is recorded, that of a recorded one is delivered in the pieces
it came in.
"""

from __future__ import annotations

import functools
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from socket import gaierror
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.tape.exchange import LiveRequest
from pytest_argot.tape.patching import replaced
from pytest_argot.tape.playback import Playback, root
from pytest_argot.tape.waiting import wait

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping

    from pytest_argot.tape.playback import Failure
    from pytest_argot.tape.recording import Recording
    from pytest_argot.tape.switchboard import Switchboard

__tracebackhide__ = True

ERRORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "connect": "ConnectError",
        "resolve": "ConnectError",
        "connect_timeout": "ConnectTimeout",
        "read_timeout": "ReadTimeout",
        "reset": "ReadError",
        "cut": "RemoteProtocolError",
        "write": "WriteError",
        "write_timeout": "WriteTimeout",
    }
)
"""The class of httpx' error for each way an exchange fails."""


@contextmanager
def patch_httpx(module: Any, switchboard: Switchboard) -> Generator[None]:
    """Patch both transports of ``httpx`` or ``httpx2``."""
    client = _Client(module, switchboard)
    with ExitStack() as stack:
        for owner, name, make in (
            (module.HTTPTransport, "handle_request", client.sync),
            (module.AsyncHTTPTransport, "handle_async_request", client.asynchronous),
            (module.MockTransport, "handle_request", client.sync),
            (module.MockTransport, "handle_async_request", client.asynchronous),
        ):
            stack.enter_context(replaced(owner, name, make))
        yield


@dataclass(frozen=True)
class _Client:
    module: Any
    switchboard: Switchboard

    def sync(self, original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """Make ``HTTPTransport.handle_request``."""

        @functools.wraps(original)
        def handle_request(transport: Any, request: Any) -> Any:
            url = str(request.url)
            if not self.switchboard.is_concerned(url):
                return original(transport, request)
            body = b"".join(request.stream)
            call = self._call(request, url, body)
            if call is None:
                return original(transport, request)
            if isinstance(call, Playback):
                return self._played(request, call)
            with self._failing(call):
                response = original(transport, request)
            return self._begun(response, call)

        return handle_request

    def asynchronous(self, original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """Make ``AsyncHTTPTransport.handle_async_request``."""

        @functools.wraps(original)
        async def handle_async_request(transport: Any, request: Any) -> Any:
            url = str(request.url)
            if not self.switchboard.is_concerned(url):
                return await original(transport, request)
            body = b"".join([part async for part in request.stream])
            call = self._call(request, url, body)
            if call is None:
                return await original(transport, request)
            if isinstance(call, Playback):
                return self._played(request, call)
            with self._failing(call):
                response = await original(transport, request)
            return self._begun(response, call)

        return handle_async_request

    def _call(self, request: Any, url: str, body: bytes) -> Playback | Recording | None:
        request.stream = self.module.ByteStream(body)  # reading it used it up
        headers: dict[str, list[str]] = {}
        for name, value in request.headers.multi_items():
            headers.setdefault(name, []).append(value)
        asked = LiveRequest(method=request.method, url=url, headers=headers, body=body)
        return self.switchboard.call(asked)

    @contextmanager
    def _failing(self, recording: Recording) -> Generator[None]:
        """Record a failure of the exchange; give up what is none of the server's doing."""
        try:
            yield
        except BaseException as error:
            kind = self._kind(error)
            if kind:
                recording.fail(kind, str(error))
            else:
                recording.abandon()
            raise

    def _kind(self, error: BaseException) -> str:
        kinds = (k for k, name in ERRORS.items() if isinstance(error, getattr(self.module, name)))
        kind = next(kinds, "")
        return "resolve" if kind == "connect" and isinstance(root(error), gaierror) else kind

    def _begun(self, response: Any, recording: Recording) -> Any:
        headers: dict[str, list[str]] = {}
        for name, value in response.headers.multi_items():
            headers.setdefault(name, []).append(value)
        recording.began(response.status_code, response.reason_phrase, headers)
        response.stream = _passing_on(self.module)(response.stream, recording, self._failing)
        return response

    def _played(self, request: Any, playback: Playback) -> Any:
        recorded = playback.response
        if playback.unanswered and playback.failure is not None:
            raise self._error(playback.failure, request)
        reason = recorded.reason.encode("ascii", "ignore")
        return self.module.Response(
            recorded.status,
            headers=playback.headers,
            stream=_playing(self.module)(playback, lambda failure: self._error(failure, request)),
            extensions={"http_version": b"HTTP/1.1", "reason_phrase": reason},
        )

    def _error(self, failure: Failure, request: Any) -> Exception:
        error: Exception = getattr(self.module, ERRORS[failure.kind])(
            failure.message, request=request
        )
        return error


@functools.cache
def _passing_on(module: Any) -> Any:
    """Make the class of a live body on its way through; isinstance checks want the module's own."""

    class PassingOn(module.SyncByteStream, module.AsyncByteStream):  # type: ignore[misc]
        def __init__(self, live: Any, recording: Recording, failing: Any) -> None:
            self._live = live
            self._recording = recording
            self._failing = failing

        def __iter__(self) -> Iterator[bytes]:
            with self._failing(self._recording):
                for piece in self._live:
                    self._recording.piece(piece)
                    yield piece
                self._recording.end()

        async def __aiter__(self) -> AsyncIterator[bytes]:
            with self._failing(self._recording):
                async for piece in self._live:
                    self._recording.piece(piece)
                    yield piece
                self._recording.end()

        def close(self) -> None:
            self._live.close()
            self._recording.abandon()

        async def aclose(self) -> None:
            await self._live.aclose()
            self._recording.abandon()

    return PassingOn


@functools.cache
def _playing(module: Any) -> Any:
    """Make the class of a recorded body."""

    class Playing(module.SyncByteStream, module.AsyncByteStream):  # type: ignore[misc]
        def __init__(self, playback: Playback, error: Callable[[Failure], Exception]) -> None:
            self._playback = playback
            self._error = error

        def __iter__(self) -> Iterator[bytes]:
            return chain(self._playback.delivered(), self._end())

        def _end(self) -> Iterator[bytes]:
            yield from ()
            self._finish()

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for seconds, piece in self._playback.pieces():
                if seconds > 0:
                    await wait(seconds)
                yield piece
            self._finish()

        def _finish(self) -> None:
            if (failure := self._playback.failure) is not None:
                raise self._error(failure)
            self._playback.finish()

    return Playing
