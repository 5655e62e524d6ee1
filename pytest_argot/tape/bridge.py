# pyright: basic
"""The only room vcrpy is let into: its patches, our cassette.

vcrpy's stubs ask a cassette four things (can you answer, answer, is writing forbidden, keep
this); ``BridgedCassette`` passes them to a tape's traffic. Nothing of vcrpy's own storage is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcr.cassette import Cassette as VcrCassette
from vcr.record_mode import RecordMode

from pytest_argot.tape.exchange import LiveRequest, LiveResponse, body_bytes

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from vcr.request import Request as VcrRequest

    from pytest_argot.tape.traffic import Traffic


class BridgedCassette(VcrCassette):  # type: ignore[misc]  # vcrpy is untyped
    """A vcrpy cassette whose content is a tape's."""

    traffic: Traffic

    @classmethod
    def load(cls, **kwargs: Any) -> BridgedCassette:
        """Take the traffic instead of reading a file."""
        traffic = kwargs.pop("traffic")
        cassette = cls(path=kwargs["path"], record_mode=RecordMode.NEW_EPISODES)
        cassette.traffic = traffic
        return cassette

    @property
    def write_protected(self) -> bool:
        """Whether an unanswered request must not go live."""
        return not self.traffic.writing

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Whether the tape answers; a miss is raised by the playing."""
        return self.traffic.answers(asked(request))

    def play_response(self, request: VcrRequest) -> dict[str, Any]:
        """Give the recorded response in vcrpy's form, a fresh one each time."""
        response = self.traffic.play(asked(request))
        return {
            "status": {"code": response.status, "message": response.reason},
            "headers": {name: list(values) for name, values in response.headers.items()},
            "body": {"string": response.body},
        }

    def append(self, request: VcrRequest, response: dict[str, Any]) -> None:
        """Keep a live response."""
        answer = LiveResponse(
            status=response["status"]["code"],
            reason=response["status"]["message"] or "",
            headers=response["headers"],
            body=response["body"].get("string") or b"",
        )
        self.traffic.keep(asked(request), answer)

    def filter_request(self, request: VcrRequest) -> VcrRequest | None:
        """Give nothing for a request that is none of the tape's business: it then goes live."""
        return None if self.traffic.ignores(request.uri) else request

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


def interception(traffic: Traffic, name: str) -> AbstractContextManager[object]:
    """Give vcrpy's patches for a tape; leaving them restores every client."""
    context: AbstractContextManager[object] = BridgedCassette.use(path=name, traffic=traffic)
    return context
