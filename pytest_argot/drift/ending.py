"""Answers that were recorded without their end."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pytest_argot.cassette.streaming import CLIENT
from pytest_argot.drift.document import whole
from pytest_argot.drift.stream import judge_events
from pytest_argot.wire.sse import is_event_stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.raw_finding import RawFinding
    from pytest_argot.drift.response_model import ResponseModel

UNANSWERED: Final = 0
"""The status of an exchange that failed before there was an answer."""

_ENDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cut": "a connection closed before it",
        "read_timeout": "a timeout before it",
        "reset": "a connection reset before it",
    }
)


def unfinished_exchange(interaction: Interaction, model: ResponseModel) -> list[RawFinding]:
    """Judge what came of an answer without an end; ``[]`` for one that has its end.

    Its events are judged, the rules about a whole stream or document are not. A client that
    stopped reading is ``stream.abandoned``, anything else ``stream.truncated``.
    """
    streaming = interaction.response.stream
    if streaming is None or not (streaming.failed or streaming.ended == CLIENT):
        return []
    body = interaction.response.body
    said = "the end of the answer"
    if streaming.failed:
        actual = _ENDS.get(streaming.failed, f"a failure before it ({streaming.failed})")
        ending = whole("stream.truncated", model, said, actual)
    else:
        ending = whole("stream.abandoned", model, said, "a client that stopped reading")
    content_type = next(iter(interaction.response.headers.get("content-type", ())), "")
    if not is_event_stream(body, content_type):
        return [ending]
    return [*judge_events(body, model), ending]
