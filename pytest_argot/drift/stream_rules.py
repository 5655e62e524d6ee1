"""What holds for a streamed completion as a whole, whatever its single events look like."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_argot.drift.document import whole
from pytest_argot.drift.json_types import as_array, as_object, is_object
from pytest_argot.drift.raw_finding import RawFinding
from pytest_argot.wire.json_path import Path, normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.drift.response_model import ResponseModel
    from pytest_argot.drift.routes import Route


@dataclass(slots=True)
class Seen:
    """What was seen of a stream: its JSON with the event's index, and how it ended.

    ``done``: with ``[DONE]``; ``truncated``: inside an event; ``failed``: with an error.
    """

    documents: list[tuple[int, Any]] = field(default_factory=list[tuple[int, Any]])
    done: bool = False
    truncated: bool = False
    failed: bool = False
    last: int | None = None


def stream_rules(seen: Seen, model: ResponseModel, route: Route) -> list[RawFinding]:
    """Give the deviations of a whole stream; ``model`` is the chunk model, for its name."""
    found = [*_changed(seen, model, route.constant), *_finishes(seen, model)]
    if route.ends_with_done and not (seen.done or seen.truncated or seen.failed):
        rule = whole("stream.no_done", model, "[DONE] at the end", "an end without it")
        found.append(replace(rule, event=seen.last))
    return found


def _changed(seen: Seen, model: ResponseModel, constant: tuple[str, ...]) -> Iterator[RawFinding]:
    """Look for keys whose value changes; empty values say nothing (Azure's first chunk)."""
    for key in constant:
        values = [(index, as_object(document).get(key)) for index, document in seen.documents]
        told = [each for each in values if each[1] and isinstance(each[1], str | int | float)]
        other = next((index for index, value in told if value != told[0][1]), None)
        if other is not None:
            said = ("one value in all events", "several")
            yield _rule(model, "stream.id_changed", said, (key,), other)


def _finishes(seen: Seen, model: ResponseModel) -> Iterator[RawFinding]:
    """Look at each choice: it finishes, for one reason, and says nothing afterwards."""
    reasons: dict[int, str] = {}
    for event, position, choice in _choices(seen):
        index, reason = choice.get("index"), choice.get("finish_reason")
        index = index if isinstance(index, int) else position
        before = reasons.setdefault(index, "")
        if before and choice.get("text"):
            said, path = ("no text after the finish", "text"), ("choices", position, "text")
            yield _rule(model, "stream.text_after_finish", said, path, event)
        if before and reason and reason != before:
            said, path = ("one reason", "several"), ("choices", position, "finish_reason")
            yield _rule(model, "stream.id_changed", said, path, event)
        if not before and isinstance(reason, str):
            reasons[index] = reason
    for reason in reasons.values():
        if not reason and not seen.failed:
            said, path = ("a finish reason", "none"), ("choices", 0, "finish_reason")
            yield _rule(model, "stream.no_finish", said, path, seen.last)


def _choices(seen: Seen) -> Iterator[tuple[int, int, dict[str, Any]]]:
    for event, document in seen.documents:
        for position, choice in enumerate(as_array(as_object(document).get("choices"))):
            if is_object(choice):
                yield event, position, choice


def _rule(
    model: ResponseModel, kind: str, said: tuple[str, str], place: Path, event: int | None
) -> RawFinding:
    expected, actual = said
    return RawFinding(
        kind=kind,
        path=normalise(place),
        expected=expected,
        actual=actual,
        key="",
        model=model.name,
        place=place,
        event=event,
    )
