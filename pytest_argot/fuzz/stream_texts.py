"""Streams that tell the same text in other steps, or with a character that is hard to cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_argot.drift.json_types import is_object
from pytest_argot.fuzz.answer import cut_at
from pytest_argot.fuzz.chunks import choices, counts, finishes, revised, says, text_of, with_text
from pytest_argot.fuzz.event_stream import as_json, event_of
from pytest_argot.fuzz.stream_draft import stream_draft

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_argot.fuzz.draft import Draft
    from pytest_argot.fuzz.event_stream import EventStream
    from pytest_argot.fuzz.subject import Subject

_DISH: Final = "\U0001f372"
_HALVES: Final = ("\ud83c", "\udf72")
_NEW_KEY: Final = "argot_unknown"
_MOST_LETTERS: Final = 2_000


def retold_drafts(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    """Give the same text letter by letter and all at once, and choices in another order.

    Only of streams in which each chunk is about one choice, and whose texts no log probabilities
    belong to.
    """
    told = {event: each for event, each in stream.documents.items() if _plain(each)}
    texts = [text_of(choices(each)[0]) for each in told.values()]
    if told and sum(map(len, texts)) <= _MOST_LETTERS and any(len(text) > 1 for text in texts):
        letters = _replaced(stream, {event: _letters(each) for event, each in told.items()})
        yield stream_draft(subject, "letter-by-letter", "one character in each chunk", letters)
    if len(told) > 1 and len({choices(each)[0].get("index") for each in told.values()}) == 1:
        first, *others = told
        whole = revised(told[first], lambda each: with_text(each, "".join(texts)))
        at_once = _replaced(stream, {first: event_of(whole), **dict.fromkeys(others, b"")})
        yield stream_draft(subject, "text-at-once", "the whole text in one chunk", at_once)
    yield from _last_choice_first(subject, stream)


def torn_drafts(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    """Give pieces that end inside characters; the texts are the recorded ones.

    Where they are all ASCII the character is in a field that nobody knows.
    """
    documents = dict(stream.documents)
    if b"".join(_unescaped(stream, documents)).isascii():
        first = next((event for event, each in documents.items() if is_object(each)), None)
        if first is not None:
            documents[first] = {**documents[first], _NEW_KEY: _DISH}
    words = "pieces that end inside characters"
    yield stream_draft(subject, "mid-character", words, _torn(stream, documents))


def dish_drafts(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    """Give a text with a dish in it, in pieces that end inside the dish."""
    if (event := _speaking(stream)) is not None:
        told = stream.documents[event]
        dish = {**stream.documents, event: _saying(told, f"{text_of(choices(told)[0])} {_DISH}")}
        words = "a dish in the text, pieces that end inside it"
        yield stream_draft(subject, "text-mid-character", words, _torn(stream, dish))


def half_drafts(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    """Give a text with a dish in it, half of it in one chunk and half in the next."""
    if (event := _speaking(stream)) is not None:
        told = stream.documents[event]
        halves = b"".join(event_of(_saying(told, each)) for each in _HALVES)
        piece = stream.pieces[stream.places[event]]
        words = "a dish, half of it in one chunk and half in the next"
        pieces = _replaced(stream, {event: piece + halves})
        yield stream_draft(subject, "character-in-two-chunks", words, pieces)


def _speaking(stream: EventStream) -> int | None:
    return next((event for event, each in stream.documents.items() if _plain(each)), None)


def _plain(document: Any) -> bool:
    """Tell whether a chunk adds text of one choice, and does nothing else."""
    found = choices(document)
    alone = len(found) == 1 and says(document) and not finishes(document) and not counts(document)
    return alone and found[0].get("logprobs") is None


def _saying(document: Any, text: str) -> Any:
    return revised(document, lambda each: with_text(each, text))


def _letters(document: Any) -> bytes:
    return b"".join(event_of(_saying(document, each)) for each in text_of(choices(document)[0]))


def _replaced(stream: EventStream, new: Mapping[int, bytes]) -> tuple[bytes, ...]:
    """Give the pieces with some events written anew."""
    pieces = list(stream.pieces)
    for event, written in new.items():
        pieces[stream.places[event]] = written
    return tuple(pieces)


def _unescaped(stream: EventStream, documents: Mapping[int, Any]) -> tuple[bytes, ...]:
    return stream.changed({event: as_json(each) for event, each in documents.items()})


def _torn(stream: EventStream, documents: Mapping[int, Any]) -> list[bytes]:
    whole = b"".join(_unescaped(stream, documents))
    inside = [at for at in range(1, len(whole)) if whole[at] & 0xC0 == 0x80]  # noqa: PLR2004 - UTF-8
    return cut_at(whole, inside)


def _last_choice_first(subject: Subject, stream: EventStream) -> Iterator[Draft]:
    """Give the chunks of several choices in another order: all of the last one, then the others."""
    owners = {
        event: found[0]["index"]
        for event, each in stream.documents.items()
        if len(found := choices(each)) == 1 and type(found[0].get("index")) is int
    }
    if len(set(owners.values())) > 1:
        order = sorted(owners, key=lambda event: -owners[event])
        pieces = [stream.pieces[stream.places[event]] for event in order]
        moved = _replaced(stream, dict(zip(owners, pieces, strict=True)))
        yield stream_draft(
            subject, "last-choice-first", "the chunks of the last choice first", moved
        )
