"""A recorded response, ready to be changed: ``Subject``."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.drift.json_types import as_object, is_object
from pytest_argot.drift.judge import is_stream, model_for
from pytest_argot.fuzz.answer import with_body, with_pieces
from pytest_argot.fuzz.change import ABSENT, Change, changed
from pytest_argot.fuzz.chunks import calls, counts, finishes, says
from pytest_argot.fuzz.event_stream import EventStream, as_json
from pytest_argot.fuzz.field import Field, fields
from pytest_argot.fuzz.identity import path_id
from pytest_argot.fuzz.revision import Revision
from pytest_argot.fuzz.schema import Schema, schema_of
from pytest_argot.fuzz.valid import UNKNOWN
from pytest_argot.fuzz.verdict import Flaws, Verdict
from pytest_argot.wire.json_path import format_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pytest_argot.cassette.interaction import Interaction, Response
    from pytest_argot.drift.response_model import ResponseModel
    from pytest_argot.drift.routes import Route
    from pytest_argot.fuzz.edit import Edit
    from pytest_argot.wire.json_path import Path

_CONSTANT: Final = ("id", "created", "model", "object", "system_fingerprint")
_SUCCESS: Final = range(200, 300)
_BODY: Final = -1
"""The event that a body counts as."""


class Subject:
    """One interaction with its model, its JSON and its fields.

    ``index``: its place in the sequence given. ``stream``: the response as an event stream,
    ``None`` for a body that comes whole.
    """

    def __init__(self, index: int, interaction: Interaction, route: Route | None) -> None:
        self.index = index
        self.interaction = interaction
        self.route = route
        self.recorded: Response = interaction.response
        self.stream = EventStream.read(self.recorded.body) if is_stream(interaction) else None
        self.model: ResponseModel | None = model_for(interaction, route) if route else None

    @property
    def success(self) -> bool:
        """Whether a 2xx was recorded."""
        return self.recorded.status in _SUCCESS

    @cached_property
    def documents(self) -> Mapping[int, Any]:
        """The JSON that may be changed, by event; nothing without a model or without JSON."""
        if self.model is None:
            return {}
        if self.stream is not None:
            return self.stream.documents if self.success else {}
        try:
            return {_BODY: json.loads(self.recorded.body)}
        except (ValueError, RecursionError):
            return {}

    @property
    def document(self) -> Any:
        """The JSON of the body or of the first event, ``ABSENT`` without any."""
        return next(iter(self.documents.values()), ABSENT)

    @cached_property
    def schema(self) -> Schema:
        """What the model allows."""
        return Schema({}) if self.model is None else schema_of(self.model, self.document)

    @cached_property
    def fields(self) -> tuple[tuple[Field, tuple[int, ...]], ...]:
        """The fields, each with the events it is changed in; the first that says most counts."""
        found: dict[tuple[str, Path], tuple[Field, int]] = {}
        for event in self._telling():
            kind = _kind(self.documents[event])
            for field in fields(self.schema, self.documents[event]):
                known = found.get((kind, field.path))
                if known is None or _says_more(field, known[0]):
                    found[kind, field.path] = (field, event)
        return tuple((field, self._events(field, event)) for field, event in found.values())

    @cached_property
    def escaped(self) -> bool:
        """Whether the server writes what is not ASCII as escapes."""
        return self.recorded.body.isascii() and b"\\u" in self.recorded.body

    @cached_property
    def verdict(self) -> Verdict | None:
        """What judges the variants."""
        if self.model is None or self.route is None:
            return None
        return Verdict(self.route, self.model, self._recorded())

    @cached_property
    def flaws(self) -> Flaws:
        """What is wrong with the recorded stream."""
        return Flaws(torn=True) if self.verdict is None else self.verdict.flaws(self.recorded)

    @cached_property
    def sound(self) -> bool:
        """Whether the recorded answer itself is allowed."""
        return self.accepts(self.recorded)

    def _recorded(self) -> Iterator[bytes]:
        """Give the JSON texts that were recorded, errors in a stream left out."""
        if self.stream is None:
            if self.documents:
                yield self.recorded.body
            return
        for document in self.documents.values():
            if as_object(document).get("error") is None:
                yield as_json(document)

    def path(self, path: Path) -> str:
        """Write a path for people."""
        return format_path(path)

    def path_id(self, path: Path) -> str:
        """Write a path for an id."""
        return path_id(path, self._top)

    @cached_property
    def _top(self) -> frozenset[str]:
        """The keys at the top, also one that is nowhere."""
        declared = {key for each in self.schema.shapes(self.schema.root) for key in each.properties}
        return frozenset({*as_object(self.document), *declared, UNKNOWN})

    def changes(self, edit: Edit, events: tuple[int, ...]) -> tuple[Change, ...]:
        """Give what an edit changes, and where."""
        if self.stream is not None and edit.everywhere is not None:
            return tuple(self._each(edit))
        base = self.documents[events[0] if events else _BODY]
        pairs = ((edit.path, edit.new), *edit.also)
        return tuple(Change(path, at(base, path), new, events) for path, new in pairs)

    def after(self, changes: Iterable[Change]) -> Revision:
        """Give the documents that some changes touch, changed.

        ``LookupError`` or ``TypeError`` for changes that cannot be made.
        """
        touched: dict[int, Any] = {}
        for change in changes:
            for event in change.events or (_BODY,):
                base = touched.get(event, self.documents[event])
                touched[event] = changed(base, (change,))
        return Revision(touched, self.escaped)

    def answer(self, revised: Revision) -> Response:
        """Give the answer with some documents replaced."""
        if self.stream is None:
            return with_body(self.recorded, revised.data[_BODY])
        return with_pieces(self.recorded, self.stream.changed(revised.data))

    def allows(self, changes: Sequence[Change], revised: Revision) -> bool:
        """Tell whether the model allows the answer after some changes."""
        if self.verdict is None:
            return False
        if self.stream is None:
            return self.verdict.document(revised.data[_BODY])
        ending = any(map(_about_the_end, changes))
        return self.verdict.after(self.stream, self.flaws, revised, ending=ending)

    def accepts(self, answer: Response) -> bool:
        """Tell whether the model allows a whole answer of the recorded status.

        Without a model: whether it is a stream of the recorded events, whatever their spelling.
        """
        if self.verdict is None:
            return self.stream is not None and _same(self.stream, answer)
        if self.stream is None:
            return self.verdict.document(answer.body)
        found = self.verdict.flaws(answer)
        return not (found.torn or found.bad or (found.unruly and not self.flaws.unruly))

    def _telling(self) -> list[int]:
        """Give the events that show all there is to a stream.

        The first and the last, those with text, calls, finish and usage, and one of each type.
        """
        if self.stream is None:
            return list(self.documents)
        usual = [event for event, each in self.documents.items() if is_object(each)]
        kinds = {_kind(self.documents[event]): event for event in reversed(usual)}
        wanted = [*usual[:1], *usual[-1:], *kinds.values()]
        for tells in (says, calls, finishes, counts):
            wanted += [event for event in usual if tells(self.documents[event])][-2:]
            wanted += [event for event in usual if tells(self.documents[event])][:1]
        return sorted(set(wanted))

    def _events(self, field: Field, event: int) -> tuple[int, ...]:
        if self.stream is None:
            return ()
        constant = (*_CONSTANT, *(self.route.constant if self.route else ()))
        objects = [key for key, each in self.documents.items() if is_object(each)]
        if len(field.path) == 1 and field.name in constant:
            alike = [key for key in objects if field.absent or field.name in self.documents[key]]
            return tuple(alike)
        if field.absent and field.path == ("usage",):
            return (objects[-1],)
        return (event,)

    def _each(self, edit: Edit) -> Iterable[Change]:
        for event, document in self.documents.items():
            old = at(document, edit.path)
            new = edit.everywhere(old) if edit.everywhere and old is not ABSENT else old
            if new != old:
                yield Change(edit.path, old, new, (event,))


def at(document: Any, path: Path) -> Any:
    """Give the value at a path, ``ABSENT`` where there is none."""
    for step in path:
        try:
            document = document[step]
        except (LookupError, TypeError):
            return ABSENT
    return document


def _same(recorded: EventStream, answer: Response) -> bool:
    """Tell whether an answer comes to its end and has the recorded events."""
    read = EventStream.read(answer.body)
    ended = answer.stream is None or not answer.stream.failed
    alike = (list(each.documents.items()) for each in (recorded, read))
    return ended and len(read.places) == len(recorded.places) and next(alike) == next(alike)


def _about_the_end(change: Change) -> bool:
    """Tell whether a change may concern which choices a stream finishes."""
    path = change.path
    return path[:1] in {(), ("choices",)} and path[2:3] in {(), ("finish_reason",), ("index",)}


def _says_more(field: Field, known: Field) -> bool:
    """Tell whether a field has a value here where it was absent, null or empty before."""
    return _telling(field.value) > _telling(known.value)


def _kind(document: Any) -> str:
    """Give the type of an event, where a stream has several (Anthropic's, OpenAI's responses)."""
    kind = as_object(document).get("type")
    return kind if isinstance(kind, str) else ""


def _telling(value: Any) -> int:
    if value is ABSENT:
        return 0
    return 1 if value is None else 2 if value in ("", [], {}) else 3
