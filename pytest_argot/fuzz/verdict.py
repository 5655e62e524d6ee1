"""Whether a response model still allows a changed answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import from_json

from pytest_argot.cassette.streaming import CLIENT
from pytest_argot.drift.document import judge_document
from pytest_argot.drift.finding import Level
from pytest_argot.drift.levels import Levels
from pytest_argot.drift.stream_rules import Seen, stream_rules
from pytest_argot.fuzz.event_stream import DONE
from pytest_argot.wire.sse import events, is_valid_utf8, unfinished

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_argot.cassette.interaction import Response
    from pytest_argot.drift.response_model import ResponseModel
    from pytest_argot.drift.routes import Route
    from pytest_argot.fuzz.event_stream import EventStream
    from pytest_argot.fuzz.revision import Revision

_Fault = tuple[str, tuple[str | int, ...]]
_NONFINITE = (b"NaN", b"Infinity")


@dataclass(frozen=True, slots=True)
class Flaws:
    """What a model does not allow about a stream.

    ``bad``: events, by their index. ``torn``: it has no whole end. ``unruly``: it breaks a rule
    about the stream as a whole.
    """

    bad: frozenset[int] = frozenset()
    torn: bool = False
    unruly: bool = False


class Verdict:
    """Judges the variants of one response.

    Strictly, as drift is judged, but keys the model does not know are allowed, and what a model
    constrains (bounds, patterns) is not: a value that does not validate is not valid. Drift that
    was recorded counts for nothing: a recording whose drift is accepted can be fuzzed. Each
    distinct event of a stream is validated once.

    ``recorded``: the JSON texts of the recording.
    """

    def __init__(self, route: Route, model: ResponseModel, recorded: Iterable[bytes] = ()) -> None:
        self._route = route
        self._model = model
        self._known: dict[bytes, bool] = {}
        self._old: frozenset[_Fault] = frozenset()
        self._old = frozenset(fault for raw in recorded for fault in self._faults(raw))

    def document(self, raw: bytes) -> bool:
        """Tell whether a JSON text is allowed."""
        if not self._faults(raw) <= self._old:
            return False
        if not any(word in raw for word in _NONFINITE):
            return True
        found = judge_document(raw, self._model)
        return not any(each.kind == "number.nonfinite" for each in found)

    def _faults(self, raw: bytes) -> frozenset[_Fault]:
        """Give what validation says, without indices."""
        try:
            self._model.adapter.validate_json(raw, strict=True, extra="ignore")
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            return frozenset(
                (each["type"], tuple(-1 if isinstance(step, int) else step for step in each["loc"]))
                for each in found
            )
        except Exception as error:  # noqa: BLE001 - a validator of the user's model crashed
            return frozenset({(type(error).__name__, ())})
        return frozenset()

    def reads(self, raw: bytes) -> bool:
        """Tell whether the model reads a JSON text as it parses recordings: not strictly."""
        try:
            self._model.adapter.validate_json(raw)
        except Exception:  # noqa: BLE001 - the same
            return False
        return True

    def flaws(self, response: Response) -> Flaws:
        """Give what is wrong with an event stream."""
        streaming = response.stream
        if (streaming and streaming.failed) or not is_valid_utf8(response.body):
            return Flaws(torn=True)
        seen, bad = Seen(self._route.constant), set[int]()
        for index, event in enumerate(events(response.body)):
            seen.last = index
            data = event.data.encode(errors="replace")
            if event.data.strip() == DONE:
                seen.done = True
            elif event.event == "error" or not self._event(data):
                bad.add(index)
            else:
                seen.take(index, from_json(data))
        tail = unfinished(response.body).removeprefix("data:").strip()
        given_up = streaming is not None and streaming.ended == CLIENT
        torn = (tail not in {"", DONE} and not given_up) or not (seen.any or bad)
        return Flaws(frozenset(bad), torn, not given_up and not self._follows(seen))

    def after(self, stream: EventStream, flaws: Flaws, revised: Revision, *, ending: bool) -> bool:
        """Tell whether a stream with these flaws is allowed after a revision.

        ``ending``: whether it may concern how choices end, so that the rules of a whole stream
        have to be looked at again.
        """
        if flaws.torn or not flaws.bad <= revised.data.keys():
            return False
        if not all(map(self._event, revised.data.values())):
            return False
        if not ending or flaws.unruly:
            return True
        seen = Seen(self._route.constant)
        seen.done = stream.done >= 0
        for index, document in {**stream.documents, **revised.documents}.items():
            seen.take(index, document)
        return self._follows(seen)

    def _event(self, data: bytes) -> bool:
        known = self._known.get(data)
        if known is None:
            known = self._known[data] = self.document(data)
        return known

    def _follows(self, seen: Seen) -> bool:
        if not self._route.dialect:
            return True
        levels = Levels()
        found = stream_rules(seen, self._model, self._route)
        return all(levels.level(each.kind, each.path) < Level.ERROR for each in found)
