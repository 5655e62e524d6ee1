"""Streams that tell the same text in other steps, and characters that are hard to cut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.fuzz.fuzz import Fuzz
from pytest_argot.fuzz.planning import variants
from pytest_argot.wire.sse import events
from tests.drift_material import STREAM, chunk, routes, sse, streamed

if TYPE_CHECKING:
    from pytest_argot.fuzz.variant import Variant


def plan(body: bytes = STREAM, family: str = "stream") -> dict[str, Variant]:
    """Give all variants of a stream by id."""
    found = variants([streamed(body)], routes(), Fuzz(families=family), full=True)
    return {each.id: each for each in found}


def texts(variant: Variant) -> list[str]:
    """Give what each chunk says."""
    told = [each.data for each in events(variant.answers[0].body) if each.data != "[DONE]"]
    return [each["text"] for one in told for each in json.loads(one)["choices"]]


def pieces(variant: Variant) -> list[bytes]:
    """Give the pieces a variant arrives in."""
    (answer,) = variant.answers
    assert answer.stream is not None
    return list(answer.stream.cut(answer.body))


def test_letter_by_letter() -> None:
    """Each chunk with text says one character, and the end stays what it was."""
    variant = plan()["letter-by-letter"]
    assert texts(variant) == [*"Four lanterns", ""]
    assert variant.valid


def test_all_at_once() -> None:
    """The first chunk says the whole text, and the end stays what it was."""
    variant = plan()["text-at-once"]
    assert texts(variant) == ["Four lanterns", ""]
    assert variant.valid


def test_texts_with_log_probabilities_stay_together() -> None:
    """Tokens belong to the texts they were told with."""
    scores: dict[str, Any] = {"tokens": ["Four"], "token_logprobs": [-0.5]}
    first = chunk("Four")
    first["choices"][0]["logprobs"] = scores
    assert not {"letter-by-letter", "text-at-once"} & plan(sse(first, chunk("", "stop"))).keys()


def test_the_last_choice_comes_first() -> None:
    """Chunks of two choices come one choice after the other, each in its own order."""
    other = [chunk("Five"), chunk("", "stop")]
    for each in other:
        each["choices"][0]["index"] = 1
    body = sse(chunk("Four"), other[0], chunk(" lamps"), chunk("", "stop"), other[1])
    found = plan(body)
    assert texts(found["last-choice-first"]) == ["Five", "", "Four", " lamps", ""]
    assert found["last-choice-first"].valid
    assert "text-at-once" not in found
    assert "last-choice-first" not in plan()


def test_pieces_inside_characters() -> None:
    """Pieces end inside characters, also where the recorded text has only ASCII: it stays so."""
    for body in (STREAM, sse(chunk("Z\u00fcrich \u2713"), chunk("", "stop"))):
        variant = plan(body)["mid-character"]
        assert "".join(texts(variant)) in {"Four lanterns", "Z\u00fcrich \u2713"}
        assert len(pieces(variant)) > 2
        for piece in pieces(variant):
            with pytest.raises(UnicodeDecodeError):
                piece.decode()


def test_a_dish_in_the_text_is_cut() -> None:
    """Of the family ``content``: a text with a character of four bytes, in four pieces."""
    variant = plan(family="content")["text-mid-character"]
    assert texts(variant)[0].endswith("\U0001f372")
    assert len(pieces(variant)) == 4


def test_half_a_character_in_each_chunk() -> None:
    """Halves of a character, each an escape, come in two chunks; no model allows that."""
    variant = plan(family="observed")["character-in-two-chunks"]
    assert texts(variant)[1:3] == ["\ud83c", "\udf72"]
    assert not variant.valid
