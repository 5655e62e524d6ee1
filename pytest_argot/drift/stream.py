"""Judging a stream: every event by the chunk model, and the stream as a whole."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from pytest_argot.drift.document import judge_document, whole
from pytest_argot.drift.json_types import as_object, shown_word
from pytest_argot.drift.raw_finding import RawFinding
from pytest_argot.drift.stream_rules import Seen, stream_rules
from pytest_argot.wire.sse import ServerSentEvent, each_event, events, is_valid_utf8, unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.drift.response_model import ResponseModel
    from pytest_argot.drift.routes import Route

DONE = "[DONE]"

_DATA_LINE = re.compile(rb"(?:^|[\r\n])data", re.ASCII)


def judge_stream(body: bytes, route: Route, model: ResponseModel) -> list[RawFinding]:
    """Give every deviation of an event stream; ``model`` judges an event.

    The rules about the whole stream apply where the route speaks a completions dialect.
    """
    if not is_valid_utf8(body):
        return [whole("stream.bad_event", model, "UTF-8", "bytes that are not UTF-8")]
    if not _DATA_LINE.search(body):
        return [_no_stream(body, model)]
    seen = Seen(route.constant)
    found = _judge_each(body, model, seen)
    if _is_cut(body, seen):
        found.append(_truncated(model, seen))
    if not seen.any and not found:
        return [whole("body.empty", model, "events", "none")]
    if not route.dialect:
        return found
    return [*found, *stream_rules(seen, model, route)]


def judge_events(body: bytes, model: ResponseModel) -> list[RawFinding]:
    """Give the deviations of the whole events of a stream, whatever became of the stream."""
    if not is_valid_utf8(body.rpartition(b"\n")[0]):
        return [whole("stream.bad_event", model, "UTF-8", "bytes that are not UTF-8")]
    return _judge_each(body, model, Seen(()))


def _judge_each(body: bytes, model: ResponseModel, seen: Seen) -> list[RawFinding]:
    found = list[RawFinding]()
    before: ServerSentEvent | None = None
    index = -1
    for index, event in enumerate(each_event(body)):
        if before is not None:
            found += _judge_event(index - 1, before, model, seen, is_last=False)
        before = event
    if before is not None:
        found += _judge_event(index, before, model, seen, is_last=True)
    return found


def json_events(body: bytes) -> Iterator[Any]:
    """Give the JSON of every event that holds some, ``[DONE]`` left out."""
    for event in each_event(body):
        if event.data.strip() != DONE:
            try:
                yield from_json(event.data)
            except ValueError:
                continue


def _judge_event(
    index: int, event: ServerSentEvent, model: ResponseModel, seen: Seen, *, is_last: bool
) -> list[RawFinding]:
    seen.last = index
    if event.data.strip() == DONE:
        seen.done = True
        return []
    data = event.data.encode(errors="replace")
    try:
        document = from_json(data)
    except ValueError as error:
        if is_last and "EOF" in str(error) and data.strip():
            seen.truncated = True
            return [_truncated(model, seen)]
        actual = "data that is not JSON" if data.strip() else "no data"
        return [_at(index, whole("stream.bad_event", model, "JSON", actual))]
    seen.take(index, document)
    found = judge_document(data, model)
    if found and _is_error(event, document, found):
        seen.failed = True
        return [_at(index, whole("stream.error_event", model, "a chunk", _error(document)))]
    return [_at(index, _bad_root(each)) for each in found]


def _is_error(event: ServerSentEvent, document: Any, found: list[RawFinding]) -> bool:
    if event.event == "error" or any(each.kind == "body.error_envelope" for each in found):
        return True
    added = any(each.kind == "field.added" and each.path == "error" for each in found)
    return added and document["error"] is not None


def _error(document: Any) -> str:
    """Name an error by its type or code, never by its message."""
    words = as_object(as_object(document).get("error"))
    word = next((words[key] for key in ("type", "code") if isinstance(words.get(key), str)), "")
    name = shown_word(word) if word else ""
    return f"an error {name}" if name.startswith('"') else "an error"


def _bad_root(found: RawFinding) -> RawFinding:
    is_root = found.kind == "body.wrong_root"
    return replace(found, kind="stream.bad_event") if is_root else found


def _at(index: int | None, found: RawFinding) -> RawFinding:
    return replace(found, event=index)


def _no_stream(body: bytes, model: ResponseModel) -> RawFinding:
    """Tell a page that is called a stream from a stream without events."""
    if unfinished(body).strip():
        return whole("body.not_json", model, "events", "text that is no event stream")
    return whole("body.empty", model, "events", "none")


def _is_cut(body: bytes, seen: Seen) -> bool:
    """Tell whether the body ends inside an event; a ``[DONE]`` without a blank line does not."""
    tail = unfinished(body)
    if not tail or seen.truncated:
        return False
    completed = events(f"{tail}\n\n".encode(errors="replace"))
    if [event.data.strip() for event in completed] == [DONE]:
        seen.done = True
        return False
    seen.truncated = True
    return True


def _truncated(model: ResponseModel, seen: Seen) -> RawFinding:
    said = "a complete last event"
    return _at(seen.last, whole("stream.truncated", model, said, "an end inside an event"))
