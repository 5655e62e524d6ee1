"""One body from many chunks."""

from __future__ import annotations

from typing import Any

from pytest_argot.drift.merge import merged
from tests.drift_material import BODY, chunk


def piece(index: int, text: str, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """Give a chunk of one choice."""
    choice = {"text": text, "index": index, "logprobs": None, "finish_reason": finish, **more}
    return {**chunk(), "choices": [choice]}


def test_text_is_joined_per_choice() -> None:
    """Interleaved choices come out in the order of their index, each with its own text."""
    found = merged([piece(1, "x"), piece(0, "a"), piece(1, "y", "stop"), piece(0, "b", "length")])
    assert [(c["index"], c["text"], c["finish_reason"]) for c in found["choices"]] == [
        (0, "ab", "length"),
        (1, "xy", "stop"),
    ]


def test_finish_reason_stays() -> None:
    """A null after the finish does not take the reason back; the last reason counts."""
    found = merged([piece(0, "a", "stop"), piece(0, ""), piece(0, "", "length")])
    assert found["choices"][0]["finish_reason"] == "length"
    assert merged([piece(0, "a")])["choices"][0]["finish_reason"] is None


def test_logprobs_are_appended() -> None:
    """Each list of logprobs grows; null pieces add nothing."""
    one = {"tokens": ["a"], "token_logprobs": [-0.5], "text_offset": [0]}
    two = {"tokens": ["b"], "token_logprobs": [None], "text_offset": [1]}
    found = merged([piece(0, "a", logprobs=one), piece(0, ""), piece(0, "b", logprobs=two)])
    assert found["choices"][0]["logprobs"] == {
        "tokens": ["a", "b"],
        "token_logprobs": [-0.5, None],
        "text_offset": [0, 1],
    }


def test_names_come_first_and_usage_last() -> None:
    """Id, time and model are the first ones given, the usage the last; empty ones count not."""
    nameless = {"id": "", "created": 0, "model": "", "object": "", "choices": []}
    early = {**piece(0, "a"), "usage": {**BODY["usage"], "total_tokens": 1}}
    usage = {**chunk(), "choices": [], "usage": BODY["usage"]}
    found = merged(
        [nameless, early, {**piece(0, "a"), "usage": None}, usage, {**piece(0, ""), "id": "z"}]
    )
    assert (found["id"], found["created"], found["usage"]) == (
        BODY["id"],
        BODY["created"],
        BODY["usage"],
    )
    assert "usage" not in merged([{**piece(0, "a"), "usage": None}])


def test_what_is_no_chunk_is_passed_over() -> None:
    """Errors and pings do not end up in the body."""
    assert merged([{"error": {}}, 5]) == {}
    assert merged([piece(0, "a"), {"error": {}}, {**chunk(), "choices": None}])["choices"]


def test_choice_without_index() -> None:
    """Without an index the place in the list counts."""
    bare = {"choices": [{"text": "a"}, {"text": "b"}, 5]}
    assert [c["text"] for c in merged([bare, bare])["choices"]] == ["aa", "bb"]


def test_other_keys_of_a_choice_keep_their_last_value() -> None:
    """Fields a server adds to a choice are kept, null giving way to a value."""
    found = merged([piece(0, "a", stop_reason=None), piece(0, "b", stop_reason=7), piece(0, "c")])
    assert found["choices"][0]["stop_reason"] == 7
