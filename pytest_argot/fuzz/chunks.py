"""Chunks of a streamed completion, chat's included: what they say, and how to say it otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_argot.drift.json_types import as_array, as_object, is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def choices(document: Any) -> list[dict[str, Any]]:
    """Give the choices of a chunk, ``[]`` for what is none."""
    return [as_object(each) for each in as_array(as_object(document).get("choices"))]


def text_of(choice: Mapping[str, Any]) -> str:
    """Give the text a choice adds, chat's ``delta.content`` too, ``""`` without any."""
    found = choice.get("text") or as_object(choice.get("delta")).get("content")
    return found if isinstance(found, str) else ""


def says(document: Any) -> bool:
    """Tell whether a chunk adds text."""
    return any(map(text_of, choices(document)))


def calls(document: Any) -> bool:
    """Tell whether a chunk of a chat adds to a call of a tool."""
    return any(as_object(each.get("delta")).get("tool_calls") for each in choices(document))


def finishes(document: Any) -> bool:
    """Tell whether a chunk carries a finish reason."""
    return any(each.get("finish_reason") for each in choices(document))


def counts(document: Any) -> bool:
    """Tell whether a chunk carries the usage."""
    return as_object(document).get("usage") is not None


def with_text(choice: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Give a choice that adds another text."""
    if is_object(choice.get("delta")) and "text" not in choice:
        return {**choice, "delta": {**choice["delta"], "content": text}}
    return {**choice, "text": text}


def revised(document: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Give a chunk with each of its choices changed; anything else as it is."""
    if not choices(document):
        return document
    return {**document, "choices": [change(each) for each in choices(document)]}
