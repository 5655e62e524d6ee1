"""What holds for a streamed completion as a whole, whatever its single events look like."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_argot.drift.document import whole
from pytest_argot.drift.json_types import as_array, as_object, is_object
from pytest_argot.drift.raw_finding import RawFinding
from pytest_argot.wire.json_path import Path, normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.drift.response_model import ResponseModel
    from pytest_argot.drift.routes import Route


_Told: TypeAlias = "tuple[str, tuple[str, str], Path, int]"
"""Kind, what was expected and what came, the place, the event."""


class Seen:
    """What was seen of a stream, and how it ended; its events are not kept.

    ``constant``: keys with one value throughout. ``any``: an event held JSON. ``done``: it ended
    with ``[DONE]``; ``truncated``: inside an event; ``failed``: with an error. ``last``: the index
    of the last event.
    """

    def __init__(self, constant: tuple[str, ...]) -> None:
        self.any = self.done = self.truncated = self.failed = False
        self.last: int | None = None
        self.changed: dict[str, int] = {}
        self.reasons: dict[int, str] = {}
        self.told: list[_Told] = []
        self._constant = constant
        self._values: dict[str, Any] = {}

    def take(self, event: int, document: Any) -> None:
        """Look at the JSON of an event."""
        self.any = True
        members = as_object(document)
        for key in self._constant:
            value = members.get(key)  # an empty one says nothing (Azure's first chunk)
            told = value and isinstance(value, str | int | float)
            if told and self._values.setdefault(key, value) != value:
                self.changed.setdefault(key, event)
        for position, choice in enumerate(as_array(members.get("choices"))):
            if is_object(choice):
                self._look(event, position, choice)

    def _look(self, event: int, position: int, choice: dict[str, Any]) -> None:
        """A choice finishes, for one reason, and says nothing afterwards."""
        index, reason = choice.get("index"), choice.get("finish_reason")
        index = index if isinstance(index, int) else position
        before = self.reasons.setdefault(index, "")
        if before and choice.get("text"):
            said, path = ("no text after the finish", "text"), ("choices", position, "text")
            self.told.append(("stream.text_after_finish", said, path, event))
        if before and reason and reason != before:
            said, path = ("one reason", "several"), ("choices", position, "finish_reason")
            self.told.append(("stream.id_changed", said, path, event))
        if not before and isinstance(reason, str):
            self.reasons[index] = reason


def stream_rules(seen: Seen, model: ResponseModel, route: Route) -> list[RawFinding]:
    """Give the deviations of a whole stream; ``model`` is the chunk model, for its name."""
    found = [*_changed(seen, model), *_finishes(seen, model)]
    if route.ends_with_done and not (seen.done or seen.truncated or seen.failed):
        rule = whole("stream.no_done", model, "[DONE] at the end", "an end without it")
        found.append(replace(rule, event=seen.last))
    return found


def _changed(seen: Seen, model: ResponseModel) -> Iterator[RawFinding]:
    for key, event in seen.changed.items():
        said = ("one value in all events", "several")
        yield _rule(model, "stream.id_changed", said, (key,), event)


def _finishes(seen: Seen, model: ResponseModel) -> Iterator[RawFinding]:
    for kind, said, path, event in seen.told:
        yield _rule(model, kind, said, path, event)
    for reason in seen.reasons.values():
        if not reason and not seen.failed:
            said, path = ("a finish reason", "none"), ("choices", 0, "finish_reason")
            yield _rule(model, "stream.no_finish", said, path, seen.last)


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
