"""Habits of real servers in whole streams: of the family ``observed``, and answers without text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_argot.drift.json_types import is_object
from pytest_argot.fuzz.chunks import choices, counts, finishes, revised, text_of, with_text
from pytest_argot.fuzz.event_stream import as_json, event_of
from pytest_argot.fuzz.stream_draft import stream_draft
from pytest_argot.fuzz.stream_faults import USAGE, usage_drafts, without
from pytest_argot.fuzz.stream_texts import dish_drafts, half_drafts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.fuzz.draft import Draft
    from pytest_argot.fuzz.event_stream import EventStream
    from pytest_argot.fuzz.subject import Subject


def observed_drafts(subject: Subject) -> Iterator[Draft]:
    """Give the streams that servers were seen to send.

    The finish told twice (OpenAI), the last text together with the finish (vLLM, transformers), an
    empty reason until the end (TGI), no ``[DONE]`` (Cerebras, transformers), a chunk that carries
    the usage only, the usage so far in every chunk (vLLM's ``continuous_usage_stats``), an
    id for each chunk (LiteLLM, Foundry Local), the usage together with the finish
    (transformers), a character that UTF-16 splits in two chunks.
    """
    stream = subject.stream
    if stream is None or not subject.documents:
        return
    ends = [event for event, each in stream.documents.items() if finishes(each)]
    if ends:
        yield _twice(subject, stream, ends[-1])
        yield from _with_last_text(subject, stream, ends[0])
    yield from _unfinished(subject, stream, ends)
    if stream.done >= 0:
        yield stream_draft(subject, "no-done", "no [DONE]", without(stream, {stream.done}))
    yield from usage_drafts(subject, stream)
    yield from _running_usage(subject, stream)
    yield from _changing_ids(subject, stream)
    yield from _with_usage(subject, stream, ends)
    yield from half_drafts(subject, stream)


def silent_drafts(subject: Subject) -> Iterator[Draft]:
    """Give the stream of an answer without any text, and one that is hard to cut.

    For the family ``content``.
    """
    stream = subject.stream
    if stream is None or not subject.documents:
        return
    silent = {
        event: as_json(
            revised(document, lambda each: with_text(each, "") if text_of(each) else each)
        )
        for event, document in stream.documents.items()
    }
    yield stream_draft(subject, "no-text", "no text in any chunk", stream.changed(silent))
    yield from dish_drafts(subject, stream)


def _twice(subject: Subject, stream: EventStream, end: int) -> Draft:
    place = stream.places[end]
    again = event_of(revised(stream.documents[end], lambda each: with_text(each, "")))
    pieces = (*stream.pieces[: place + 1], again, *stream.pieces[place + 1 :])
    return stream_draft(subject, "finish-twice", "the finish told twice", pieces)


def _with_last_text(subject: Subject, stream: EventStream, end: int) -> Iterator[Draft]:
    """Move the last text of the first choice into the event that finishes it."""
    before = [event for event, each in stream.documents.items() if event < end and _speaks(each)]
    last = stream.documents[end]
    if not before or not is_object(last) or len(choices(last)) != 1 or _speaks(last):
        return
    text = text_of(choices(stream.documents[before[-1]])[0])
    joined = as_json(revised(last, lambda each: with_text(each, text)))
    gone = stream.places[before[-1]]
    pieces = [*stream.changed({end: joined})]
    del pieces[gone]
    yield stream_draft(
        subject, "finish-with-text", "the finish together with the last text", pieces
    )


def _speaks(document: Any) -> bool:
    return len(choices(document)) == 1 and bool(text_of(choices(document)[0]))


def _unfinished(subject: Subject, stream: EventStream, ends: list[int]) -> Iterator[Draft]:
    early = {
        event: as_json(revised(document, lambda each: {**each, "finish_reason": ""}))
        for event, document in stream.documents.items()
        if event not in ends and choices(document)
    }
    if early:
        words = "an empty finish_reason until the end"
        yield stream_draft(subject, "finish-empty-until-end", words, stream.changed(early))


def _running_usage(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    """Count on in every chunk; the last one has the sum."""
    counted: dict[int, bytes] = {}
    for number, (event, document) in enumerate(stream.documents.items(), 1):
        if is_object(document) and "choices" in document:
            usage = USAGE | {"completion_tokens": number, "total_tokens": number + 1}
            counted[event] = as_json({**document, "usage": usage})
    if counted:
        words = "the usage so far in every chunk"
        yield stream_draft(subject, "usage-in-every-chunk", words, stream.changed(counted))


def _with_usage(subject: Subject, stream: EventStream, ends: list[int]) -> Iterator[Draft]:
    """Give the usage together with the finish, and no chunk of its own for it."""
    bills = [event for event, each in stream.documents.items() if counts(each)]
    if not ends or bills == ends[-1:]:
        return
    usage = stream.documents[bills[-1]]["usage"] if bills else USAGE
    end = stream.changed({ends[-1]: as_json({**stream.documents[ends[-1]], "usage": usage})})
    gone = {stream.places[event] for event in bills if not choices(stream.documents[event])}
    pieces = [piece for place, piece in enumerate(end) if place not in gone]
    yield stream_draft(subject, "usage-with-finish", "the usage together with the finish", pieces)


def _changing_ids(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    named = {
        event: as_json({**document, "id": f"{document['id']}-{number}"})
        for number, (event, document) in enumerate(stream.documents.items(), 1)
        if is_object(document) and "id" in document
    }
    if len(named) > 1:
        yield stream_draft(subject, "ids-change", "an id for each chunk", stream.changed(named))
