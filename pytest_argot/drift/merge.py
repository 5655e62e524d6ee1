"""One body from the chunks of a streamed completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_argot.drift.json_types import as_array, is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FIRST = ("id", "object", "created", "model", "choices")
_LAST_WINS = ("usage",)


def merged(chunks: Iterable[Any]) -> dict[str, Any]:
    """Join the JSON chunks of one stream into the body the API would have sent whole.

    Per choice index the texts are joined and the lists of ``logprobs`` appended; the last finish
    reason and the last usage count, of everything else the first that is given. Chunks
    without any of this (errors, pings) are passed over.
    """
    known = [each for each in chunks if is_object(each) and "choices" in each]
    body: dict[str, Any] = {key: None for key in _FIRST if any(key in each for each in known)}
    choices: dict[Any, dict[str, Any]] = {}
    for chunk in known:
        _gather(body, chunk)
        for position, choice in enumerate(as_array(chunk["choices"])):
            if is_object(choice):
                index = choice.get("index")
                key = index if isinstance(index, int) else position
                _join(choices.setdefault(key, {}), choice)
    if known:
        body["choices"] = [choices[index] for index in sorted(choices)]
    return body


def _gather(body: dict[str, Any], chunk: Mapping[str, Any]) -> None:
    for key, value in chunk.items():
        if key == "choices":
            continue
        if value is not None and (key in _LAST_WINS or body.get(key) in (None, "", 0)):
            body[key] = value


def _join(whole: dict[str, Any], piece: Mapping[str, Any]) -> None:
    """Add one chunk's choice to what came before of the same index."""
    for key, value in piece.items():
        before = whole.get(key)
        if key == "text" and isinstance(before, str) and isinstance(value, str):
            whole[key] = before + value
        elif key == "logprobs" and is_object(before) and is_object(value):
            whole[key] = _appended(before, value)
        elif value is not None or key not in whole:
            whole[key] = value


def _appended(before: Mapping[str, Any], piece: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(before)
    for key, value in piece.items():
        earlier = result.get(key)
        if is_array(earlier) and is_array(value):
            result[key] = [*earlier, *value]
        elif value is not None or key not in result:
            result[key] = value
    return result
