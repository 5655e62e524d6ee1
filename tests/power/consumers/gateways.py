"""Consumers that met gateways and servers which answer a little differently."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

from tests.power.consumers.asking import MODEL, STORY, AppError
from tests.power.consumers.retries import OK, TOO_MANY, TRIES, asked_once, seconds, text_of
from tests.power.consumers.sse import blocks, chunk_of, data_of, decoded, pieces, sse_fixed, told
from tests.power.pair import Pair
from tests.servers.completions import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED = {"model": MODEL, "prompt": STORY}
JSON = "application/json"


def retry_after_fraction(http: httpx.Client) -> str:
    """A ``Retry-After`` of half a second.

    Source: NousResearch/hermes-agent#24705, Shopify/shopify-app-python#18.
    """

    def wait(header: str) -> float:
        return int(header) if header[0].isdigit() else seconds(header)

    return _patiently(http, wait)


def retry_after_fraction_fixed(http: httpx.Client) -> str:
    """Whatever the header holds."""
    return _patiently(http, seconds)


def _patiently(http: httpx.Client, wait: Callable[[str], float]) -> str:
    for _ in range(TRIES):
        response = asked_once(http)
        if response.status_code != TOO_MANY:
            return text_of(response)
        wait(response.headers.get("retry-after", "1"))
    raise AppError("too many requests")


def error_is_text(http: httpx.Client) -> str:
    """The ``error`` of the answer is a text, not an object.

    Source: openai/openai-python#413, wyl-willing/MindMap#23.
    """
    response = asked_once(http)
    if response.status_code != OK:
        raise AppError(_error_of(response).get("message", "no message"))
    return text_of(response)


def error_is_text_fixed(http: httpx.Client) -> str:
    """A text is a message of its own."""
    response = asked_once(http)
    if response.status_code != OK:
        error = _error_of(response)
        raise AppError(error if isinstance(error, str) else error.get("message"))
    return text_of(response)


def _error_of(response: httpx.Response) -> Any:
    try:
        body = response.json()
    except ValueError as error:
        raise AppError("no JSON") from error
    return body.get("error") or {}


def slow_to_connect(http: httpx.Client) -> str:
    """The server may take too long to connect, which is another exception than to answer.

    Source: home-assistant-ecosystem/python-netdata#17, run-llama/llama-hub#846.
    """
    try:
        return text_of(http.post("completions", json=ASKED))
    except (httpx.ConnectError, httpx.ReadTimeout, httpx.ReadError) as error:
        raise AppError("no answer") from error
    except httpx.RemoteProtocolError as error:
        raise AppError("half an answer") from error


def slow_to_connect_fixed(http: httpx.Client) -> str:
    """All of them are failures of the transport."""
    return text_of(asked_once(http))


def charset_unexpected(http: httpx.Client) -> str:
    """The content type is compared as a whole, and a gateway has added a charset.

    Source: hey-api/hey-api#877, platformatic/platformatic#3506.
    """
    return _typed(http, lambda said: said)


def charset_unexpected_fixed(http: httpx.Client) -> str:
    """What follows the semicolon is no part of the type."""
    return _typed(http, lambda said: said.partition(";")[0].strip())


def _typed(http: httpx.Client, read: Callable[[str], str]) -> str:
    response = asked_once(http)
    if read(response.headers["content-type"]) != JSON:
        return ""
    return response.text


def blank_lines_first(http: httpx.Client) -> Any:
    """JSON is told from a page by its first character, and blank lines came before it.

    Source: jundot/omlx#2072, sgl-project/sglang#3689.
    """
    text = asked_once(http).text
    return json.loads(text) if text.startswith("{") else None


def blank_lines_first_fixed(http: httpx.Client) -> Any:
    """White space before JSON means nothing."""
    text = asked_once(http).text.strip()
    return json.loads(text) if text.startswith("{") else None


def error_first(http: httpx.Client) -> str:
    """The first event is only looked at for the model's name, and may be the error already.

    Source: BerriAI/litellm#22793, openclaw/clawrouter#101.
    """
    events = [data for block in blocks(decoded(pieces(http))) if (data := data_of(block))]
    if not events or events == ["[DONE]"]:
        raise AppError("no stream")
    return f"{_parsed(events[0])['model']}: {told(events)}"


def error_first_fixed(http: httpx.Client) -> str:
    """The first event is judged as the others are."""
    events = [data for block in blocks(decoded(pieces(http))) if (data := data_of(block))]
    if not events or events == ["[DONE]"]:
        raise AppError("no stream")
    return f"{chunk_of(events[0]).get('model')}: {told(events)}"


def _parsed(data: str) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise AppError("a broken event") from error


def heartbeat(http: httpx.Client) -> str:
    """An event with empty data is a sign of life, not JSON.

    Source: netease-lcap/wave-agent#1326, openai/openai-python#2722.
    """
    text = ""
    for block in blocks(decoded(pieces(http))):
        data = data_of(block)
        if data == "[DONE]":
            break
        if "data:" in block:
            chunk = _parsed(data) if data else json.loads(data)
            text += "".join(each["text"] for each in _told(chunk))
    return text


def _told(chunk: Any) -> list[dict[str, Any]]:
    if not isinstance(chunk, dict) or "error" in chunk:
        raise AppError("an error in the stream")
    return chunk.get("choices") or []


def stopped_in_one_chunk(http: httpx.Client) -> str:
    """A word that ends the text is looked for in each chunk, and may lie in two of them.

    Source: mzau/mlx-knife#68, waybarrios/vllm-mlx#677.
    """
    text = ""
    for block in blocks(decoded(pieces(http))):
        data = data_of(block)
        if not data or data == "[DONE]":
            continue
        for choice in chunk_of(data).get("choices", ()):
            if STOP in choice["text"]:
                return text + str(choice["text"].partition(STOP)[0])
            text += choice["text"]
    return text


def stopped_in_one_chunk_fixed(http: httpx.Client) -> str:
    """The word is looked for in the text so far."""
    return sse_fixed(http).partition(STOP)[0]


STOP = max(WORDS, key=len).strip()


def _unstopped(text: str) -> bool:
    return STOP not in text


PAIRS = (
    Pair(retry_after_fraction, retry_after_fraction_fixed, ("http",), ("ValueError",)),
    Pair(error_is_text, error_is_text_fixed, ("http",), ("AttributeError",)),
    Pair(slow_to_connect, slow_to_connect_fixed, ("http",), ("ConnectTimeout",)),
    Pair(
        charset_unexpected,
        charset_unexpected_fixed,
        ("observed",),
        ("AssertionError",),
        check=bool,
    ),
    Pair(
        blank_lines_first, blank_lines_first_fixed, ("observed",), ("AssertionError",), check=bool
    ),
    Pair(error_first, error_first_fixed, ("stream",), ("KeyError",)),
    Pair(heartbeat, sse_fixed, ("stream",), ("JSONDecodeError",)),
    Pair(
        stopped_in_one_chunk,
        stopped_in_one_chunk_fixed,
        ("stream",),
        ("AssertionError",),
        check=_unstopped,
    ),
)
