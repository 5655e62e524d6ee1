# pyright: basic
"""The only room vcrpy is let into: its patches, our cassette.

vcrpy's stubs ask a cassette four things (can you answer, answer, is writing forbidden, keep
this); ``BridgedCassette`` passes them to a tape. Nothing of vcrpy's own storage is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcr.cassette import Cassette as VcrCassette
from vcr.record_mode import RecordMode

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from vcr.request import Request as VcrRequest

    from pytest_argot.tape.tape import Tape


class BridgedCassette(VcrCassette):  # type: ignore[misc]  # vcrpy is untyped
    """A vcrpy cassette whose content is a tape."""

    tape: Tape

    @classmethod
    def load(cls, **kwargs: Any) -> BridgedCassette:
        """Take the tape instead of reading a file."""
        tape = kwargs.pop("tape")
        cassette = cls(path=kwargs["path"], record_mode=RecordMode.NEW_EPISODES)
        cassette.tape = tape
        return cassette

    @property
    def write_protected(self) -> bool:
        """Whether an unanswered request must not go live."""
        return not self.tape.writing

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Answer everything while nothing may go live: a miss is then raised by the playing."""
        return not self.tape.writing or self.tape.knows(**parts(request))

    def play_response(self, request: VcrRequest) -> dict[str, Any]:
        """Give the recorded response in vcrpy's form, a fresh one each time."""
        response = self.tape.play(**parts(request))
        return {
            "status": {"code": response.status, "message": response.reason},
            "headers": {name: list(values) for name, values in response.headers.items()},
            "body": {"string": response.body},
        }

    def append(self, request: VcrRequest, response: dict[str, Any]) -> None:
        """Keep a live response."""
        self.tape.keep(
            **parts(request),
            status=response["status"]["code"],
            reason=response["status"]["message"] or "",
            response_headers=response["headers"],
            response_body=response["body"].get("string") or b"",
        )

    def filter_request(self, request: VcrRequest) -> VcrRequest:
        """Let every request through: vcrpy's own filters are not used."""
        return request

    def find_requests_with_most_matches(
        self, request: VcrRequest
    ) -> list[tuple[VcrRequest, list[str], list[str]]]:
        """Give the request itself: aiohttp's stub asks this to follow a recorded redirect."""
        return [(request, [], [])]

    def _save(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - vcrpy's signature
        """Write nothing: the tape does."""


def parts(request: VcrRequest) -> dict[str, Any]:
    """Take a vcrpy request apart."""
    return {
        "method": request.method,
        "url": request.uri,
        "headers": dict(request.headers),
        "body": request.body,
    }


def interception(tape: Tape) -> AbstractContextManager[object]:
    """Give vcrpy's patches for a tape; leaving them restores every client."""
    context: AbstractContextManager[object] = BridgedCassette.use(path=str(tape.path), tape=tape)
    return context
