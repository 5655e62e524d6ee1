"""What a reader wants to know of one recorded exchange, taken from its bodies without a model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pytest_argot.wire.sse import events, is_event_stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_argot.cassette.interaction import Interaction

_DONE = "[DONE]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One interaction in words; empty where a body does not say.

    ``events`` is the number of server-sent events, ``None`` for a response that is not a stream.
    ``texts`` holds one text per choice, a stream's pieces joined.
    """

    method: str
    url: str
    status: str
    llm_model: str
    events: int | None
    prompt: str
    texts: tuple[str, ...]
    finish_reasons: tuple[str, ...]
    usage: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]
    recorded_at: str


def exchange(interaction: Interaction) -> Exchange:
    """Read an interaction; bodies that are not JSON are shown as text."""
    request, response = interaction.request, interaction.response
    asked = _object(request.body)
    streamed = is_event_stream(response.body, _content_type(response.headers))
    bodies = _stream(response.body) if streamed else [_object(response.body)]
    choices = [choice for body in bodies for choice in _objects(body.get("choices"))]
    texts = _texts(choices) or ([] if streamed else [_error(bodies[0], response.body)])
    models = [body.get("model") for body in (asked, *bodies)]
    return Exchange(
        method=request.method,
        url=request.url,
        status=f"{response.status} {response.reason}".rstrip(),
        llm_model=next((name for name in models if isinstance(name, str)), ""),
        events=len(events(response.body)) if streamed else None,
        prompt=_prompt(asked) or ("" if asked else _text(request.body)),
        texts=tuple(text for text in texts if text),
        finish_reasons=_finish_reasons(choices),
        usage=_usage(bodies),
        tests=interaction.tests,
        recorded_at=interaction.recorded_at,
    )


def _content_type(headers: Mapping[str, list[str]]) -> str:
    return next(iter(headers.get("content-type", ())), "")


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _object(body: bytes | str) -> dict[str, Any]:
    """Give the JSON object a body holds, an empty one for anything else."""
    try:
        return _as_object(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _as_object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def _stream(body: bytes) -> list[dict[str, Any]]:
    return [_object(event.data) for event in events(body) if event.data != _DONE]


def _texts(choices: Iterable[Mapping[str, Any]]) -> list[str]:
    """Give the text of each choice, in the order of their index; pieces of a stream are joined."""
    pieces: dict[int, list[str]] = {}
    for choice in choices:
        index = choice.get("index")
        key = index if isinstance(index, int) else len(pieces)
        pieces.setdefault(key, []).append(_piece(choice))
    return ["".join(pieces[key]) for key in sorted(pieces)]


def _piece(choice: Mapping[str, Any]) -> str:
    holders = (choice, _as_object(choice.get("delta")), _as_object(choice.get("message")))
    found = (holder.get(key) for holder in holders for key in ("text", "content"))
    return next((text for text in found if isinstance(text, str)), "")


def _error(body: Mapping[str, Any], raw: bytes) -> str:
    """Give the message of an error body, else the body itself."""
    message = _as_object(body.get("error")).get("message")
    return message if isinstance(message, str) else _text(raw)


def _prompt(asked: Mapping[str, Any]) -> str:
    prompt = asked.get("prompt", asked.get("input"))
    if isinstance(prompt, str):
        return prompt
    if prompt is not None:
        return json.dumps(prompt, ensure_ascii=False)
    messages = _objects(asked.get("messages"))
    return "\n".join(f"{message.get('role')}: {message.get('content')}" for message in messages)


def _finish_reasons(choices: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    reasons = (choice.get("finish_reason") for choice in choices)
    return tuple(dict.fromkeys(str(reason) for reason in reasons if reason is not None))


def _usage(bodies: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Give the last usage there is: the counts at its top, ``prompt_tokens`` as ``prompt``."""
    found = [usage for body in bodies if (usage := _as_object(body.get("usage")))]
    last = found[-1] if found else {}
    return tuple(
        (key.removesuffix("_tokens"), str(value))
        for key, value in last.items()
        if isinstance(value, int | float | str)
    )
