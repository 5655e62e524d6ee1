"""Whole streams as real servers were seen to send them."""

from __future__ import annotations

import json
from typing import Any

from pytest_argot.fuzz.fuzz import Fuzz
from pytest_argot.fuzz.planning import variants
from pytest_argot.wire.sse import events
from tests.drift_material import STREAM, chunk, routes, sse, streamed


def choices_of(name: str, family: str) -> list[Any]:
    """Give the first choice of every chunk of a variant that the model allows."""
    return [each["choices"][0] for each in chunks_of(name, family)]


def chunks_of(name: str, family: str) -> list[Any]:
    """Give the chunks of a variant that the model allows."""
    planned = variants([streamed(STREAM)], routes(), Fuzz(families=family), full=True)
    found = next(each for each in planned if each.id == name)
    assert found.valid
    told = [each.data for each in events(found.answers[0].body)]
    return [json.loads(each) for each in told if each != "[DONE]"]


def test_ids_change_from_chunk_to_chunk() -> None:
    """Each chunk has an id of its own, as some servers do it."""
    ids = [each["id"] for each in chunks_of("ids-change", "observed")]
    assert len(set(ids)) == len(ids) == 3


def test_an_answer_without_text() -> None:
    """No chunk says anything, and the stream ends as it should."""
    choices = choices_of("no-text", "content")
    assert [each["text"] for each in choices] == ["", "", ""]
    assert choices[-1]["finish_reason"] == "stop"


def test_the_usage_comes_with_the_finish() -> None:
    """The chunk that finishes carries the usage, and no other chunk does."""
    *others, last = chunks_of("usage-with-finish", "observed")
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["usage"]["total_tokens"] == 2
    assert [each for each in others if each.get("usage")] == []


def test_a_usage_chunk_goes_where_the_finish_is() -> None:
    """A recorded chunk for the usage alone is gone, and its counts are kept."""
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    counted = {**chunk(""), "choices": [], "usage": usage}
    recorded = streamed(sse(chunk("Four"), chunk("", "stop"), counted))
    planned = variants([recorded], routes(), Fuzz(families="observed"), full=True)
    found = next(each for each in planned if each.id == "usage-with-finish")
    told = [each.data for each in events(found.answers[0].body) if each.data != "[DONE]"]
    assert [json.loads(each).get("usage") for each in told] == [None, usage]
