# pyright: basic
"""The only room vcrpy is let into: its patches, our cassettes.

vcrpy's stubs ask a cassette four things (can you answer, answer, is writing forbidden, keep
this); ``BridgedCassette`` passes them to the switchboard. Nothing of vcrpy's own storage is used.
"""

from __future__ import annotations

from http.client import RemoteDisconnected
from socket import gaierror
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from vcr.cassette import Cassette as VcrCassette
from vcr.record_mode import RecordMode

from pytest_argot.tape.exchange import LiveRequest, body_bytes
from pytest_argot.tape.playback import Playback
from pytest_argot.tape.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from vcr.request import Request as VcrRequest

    from pytest_argot.tape.switchboard import Switchboard

__tracebackhide__ = True

OURS: Final = ("httpx", "httpx2", "requests", "urllib3", "boto3", "aiohttp", "httplib")
"""vcrpy's patchers that are left out: our own patches stream."""

CALL: Final = "argot_call"
"""Where a vcrpy request remembers what became of it."""

ERRORS: Final[Mapping[str, type[OSError]]] = MappingProxyType(
    {
        "resolve": gaierror,
        "connect": ConnectionRefusedError,
        "connect_timeout": TimeoutError,
        "read_timeout": TimeoutError,
        "reset": ConnectionResetError,
        "cut": RemoteDisconnected,
        "write": BrokenPipeError,
        "write_timeout": TimeoutError,
    }
)
"""What Python's own http.client raises for each failure."""


class BridgedCassette(VcrCassette):  # type: ignore[misc]  # vcrpy is untyped
    """A vcrpy cassette that asks the switchboard."""

    switchboard: Switchboard

    @classmethod
    def load(cls, **kwargs: Any) -> BridgedCassette:
        """Take the switchboard instead of reading a file."""
        switchboard = kwargs.pop("switchboard")
        cassette = cls(
            path="argot", record_mode=RecordMode.NEW_EPISODES, skip_patchers=kwargs["skip_patchers"]
        )
        cassette.switchboard = switchboard
        return cassette

    @property
    def write_protected(self) -> bool:
        """Never, to vcrpy: a request that must not go live has been refused before it asks this."""
        return False

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Whether a tape answers; vcrpy may ask that more than once about one request."""
        if not hasattr(request, CALL):
            setattr(request, CALL, self.switchboard.call(asked(request)))
        return isinstance(getattr(request, CALL), Playback)

    def play_response(self, request: VcrRequest) -> dict[str, Any]:
        """Give the recorded response in vcrpy's form, a fresh one each time."""
        playback: Playback = getattr(request, CALL)
        response = playback.response
        if (failure := playback.failure) is not None:
            playback.breaking()
            raise ERRORS[failure.kind](failure.message)
        playback.finish()
        return {
            "status": {"code": response.status, "message": response.reason},
            "headers": {name: list(values) for name, values in response.headers.items()},
            "body": {"string": response.body},
        }

    def append(self, request: VcrRequest, response: dict[str, Any]) -> None:
        """Keep a live response; that of a redirect aiohttp followed by itself is asked for here."""
        if not hasattr(request, CALL):
            setattr(request, CALL, self.switchboard.call(asked(request)))
        recording = getattr(request, CALL)
        if isinstance(recording, Recording):
            status = response["status"]
            recording.began(status["code"], status["message"] or "", response["headers"])
            recording.piece(response["body"].get("string") or b"")
            recording.end()

    def filter_request(self, request: VcrRequest) -> VcrRequest | None:
        """Leave every request as it is: the switchboard knows whose business it is."""
        return request

    def find_requests_with_most_matches(
        self, request: VcrRequest
    ) -> list[tuple[VcrRequest, list[str], list[str]]]:
        """Give the request itself: aiohttp's stub asks this to follow a recorded redirect."""
        return [(request, [], [])]

    def _save(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - vcrpy's signature
        """Write nothing: the tape does."""


def asked(request: VcrRequest) -> LiveRequest:
    """Take a vcrpy request apart."""
    return LiveRequest(
        method=request.method,
        url=request.uri,
        headers=dict(request.headers),
        body=body_bytes(request.body),
    )


def interception(switchboard: Switchboard) -> AbstractContextManager[object]:
    """Give vcrpy's patches of the clients that have none of ours; leaving them restores all."""
    context: AbstractContextManager[object] = BridgedCassette.use(
        path="argot", switchboard=switchboard, skip_patchers=OURS
    )
    return context
