"""From families to drafts: what each has to say about one recorded response."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.fuzz.bodies import body_drafts
from pytest_argot.fuzz.broken import drift_edits
from pytest_argot.fuzz.chunks import says
from pytest_argot.fuzz.content import content_edits
from pytest_argot.fuzz.draft import Draft
from pytest_argot.fuzz.edit import SECOND, ranked
from pytest_argot.fuzz.heads import head_drafts
from pytest_argot.fuzz.http_faults import http_drafts
from pytest_argot.fuzz.identity import fit
from pytest_argot.fuzz.observed import observed_edits
from pytest_argot.fuzz.printed import printed
from pytest_argot.fuzz.selector import selects
from pytest_argot.fuzz.stream_draft import likely_first
from pytest_argot.fuzz.stream_faults import stream_drafts, usage_drafts
from pytest_argot.fuzz.stream_habits import observed_drafts, silent_drafts
from pytest_argot.fuzz.turns import turns
from pytest_argot.fuzz.valid import valid_edits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pytest_argot.cassette.interaction import Response
    from pytest_argot.fuzz.change import Change
    from pytest_argot.fuzz.edit import Edit
    from pytest_argot.fuzz.field import Field
    from pytest_argot.fuzz.schema import Schema
    from pytest_argot.fuzz.selector import Selector
    from pytest_argot.fuzz.subject import Subject

    Edits = Callable[[Schema, Field], Iterator[Edit]]
    Drafter = Callable[[Subject, Sequence[Selector]], Iterator[Draft]]

_FREQUENT_HABITS: Final = (
    "finish-twice",
    "finish-empty-until-end",
    "usage-chunk",
    "content-type=charset",
    "ids-change",
    "usage-with-finish",
)
"""Habits of servers that are tried first."""

_CHOICES: Final = ("choices",)

_LONG: Final = 10_000
"""Characters of a text that is not repeated in each event."""


def _of_fields(
    edits_of: Edits, subject: Subject, selectors: Sequence[Selector], second: int = SECOND
) -> Iterator[Draft]:
    """Give the drafts of every selected field, the likely ones first."""
    placed = [
        (edit, events)
        for field, events in subject.fields
        if not field.minor or any(each.counts(field.path) for each in selectors)
        for edit in edits_of(subject.schema, field)
        if selects(selectors, edit.path)
        and not _too_much(edit, events)
        and not _mutes(subject, edit, events)
    ]
    for edit, events in ranked(placed, second):
        changes = subject.changes(edit, events)
        if changes:
            yield _edited(subject, edit, changes)


def _too_much(edit: Edit, events: tuple[int, ...]) -> bool:
    """Tell whether a huge text would be put into every event of a stream."""
    return len(events) > 1 and isinstance(edit.new, str) and len(edit.new) > _LONG


def _mutes(subject: Subject, edit: Edit, events: tuple[int, ...]) -> bool:
    """Tell whether a chunk would lose its text with its choices, which no client can notice."""
    if edit.path != _CHOICES or edit.new != []:
        return False
    return any(says(subject.documents[event]) for event in events)


def _edited(subject: Subject, edit: Edit, changes: tuple[Change, ...]) -> Draft:
    touched = {event for change in changes for event in change.events}
    return Draft(
        name=f"{subject.path_id(edit.path)}={fit(edit.label)}".lstrip("="),
        answers=partial(_answers, subject, changes),
        path=subject.path(edit.path),
        old=printed(changes[0].old),
        new=_new(edit, changes[0].new),
        event=touched.pop() if len(touched) == 1 else None,
        changes=changes,
    )


def _answers(subject: Subject, changes: Sequence[Change]) -> tuple[Response, ...]:
    return (subject.answer(subject.after(changes)),)


def _new(edit: Edit, new: Any) -> str:
    if not edit.also:
        shown = printed(new)
        return edit.words if edit.words and shown.endswith("…") else shown
    return f"absent, but {printed(edit.also[0][0][-1])} instead"


def _whole(selectors: Iterable[Selector]) -> bool:
    """Tell whether the response as a whole is selected."""
    asked = [each for each in selectors if not each.excludes]
    return not asked or any(each.everything for each in asked)


def _valid(subject: Subject, selectors: Sequence[Selector]) -> Iterator[Draft]:
    fields = _of_fields(valid_edits, subject, selectors)
    if subject.stream is None or not subject.documents or not selects(selectors, _CHOICES):
        return fields
    return turns([fields, usage_drafts(subject, subject.stream)])


def _drift(subject: Subject, selectors: Sequence[Selector]) -> Iterator[Draft]:
    fields = _of_fields(lambda _, field: drift_edits(field), subject, selectors)
    judged = subject.model is not None and _whole(selectors)
    return turns([fields, body_drafts(subject) if judged else ()])


def _observed(subject: Subject, selectors: Sequence[Selector]) -> Iterator[Draft]:
    fields = _of_fields(lambda _, field: observed_edits(field), subject, selectors, 0)
    if not _whole(selectors) or subject.model is None:
        return fields
    whole = [*observed_drafts(subject), *head_drafts(subject)]
    return turns([fields, likely_first(whole, _FREQUENT_HABITS)])


def _content(subject: Subject, selectors: Sequence[Selector]) -> Iterator[Draft]:
    fields = _of_fields(lambda _, field: content_edits(field), subject, selectors, 2)
    return turns([fields, silent_drafts(subject) if _whole(selectors) else ()])


DRAFTERS: Final[Mapping[str, Drafter]] = MappingProxyType(
    {
        "valid": _valid,
        "content": _content,
        "observed": _observed,
        "drift": _drift,
        "stream": lambda subject, _: stream_drafts(subject),
        "http": lambda subject, _: http_drafts(subject),
    }
)
"""The drafts of each family: a subject and the selectors in, drafts out, the likeliest first."""
