"""Consumers that read server-sent events by hand, each with its own reading of the rules."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, Any

import httpx
import requests

from tests.power.consumers.asking import MODEL, STORY, AppError
from tests.power.pair import Pair
from tests.servers.completions import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ASKED = {"model": MODEL, "prompt": STORY, "stream": True}


def pieces(http: httpx.Client) -> Iterator[bytes]:
    """Give the stream as it arrives."""
    try:
        with http.stream("POST", "completions", json=ASKED) as response:
            if response.is_error:
                raise AppError("no stream")
            yield from response.iter_bytes()
    except httpx.TransportError as error:
        raise AppError("the connection broke") from error


def decoded(arriving: Iterable[bytes]) -> Iterator[str]:
    """Decode piece by piece; a character may lie in two of them."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        for piece in arriving:
            yield decoder.decode(piece)
    except UnicodeDecodeError as error:
        raise AppError("no UTF-8") from error


def blocks(texts: Iterable[str]) -> list[str]:
    """Split the stream into events by blank lines, whatever ends the lines."""
    whole = "".join(texts).replace("\r\n", "\n").replace("\r", "\n")
    return [block for block in whole.split("\n\n") if block]


def data_of(block: str) -> str:
    """Join the data of one event; comments and other fields are none of it."""
    lines = [line[5:] for line in block.split("\n") if line.startswith("data:")]
    return "\n".join(line.removeprefix(" ") for line in lines)


def chunk_of(data: str) -> dict[str, Any]:
    """Decode the data of an event."""
    try:
        chunk = json.loads(data)
    except ValueError as error:
        raise AppError("a broken event") from error
    if not isinstance(chunk, dict) or "error" in chunk:
        raise AppError("an error in the stream")
    return chunk


def told(events: Iterable[str]) -> str:
    """Join the text of all events; it must come to an end."""
    text, finished = "", False
    for data in events:
        if data == "[DONE]":
            break
        for choice in chunk_of(data).get("choices", ()) if data else ():
            text += choice["text"]
            finished = finished or bool(choice["finish_reason"])
    if not finished:
        raise AppError("the stream was cut")
    return text


def sse_fixed(http: httpx.Client) -> str:
    """The twin of most: bytes, characters, lines, events, each by the rules."""
    return told(data_of(block) for block in blocks(decoded(pieces(http))))


def character_in_two_pieces(http: httpx.Client) -> str:
    """Each piece of the stream is decoded alone.

    Source: vllm-project/vllm#38732, jawah/urllib3.future#349.
    """
    texts = [piece.decode() for piece in pieces(http)]
    return told(data_of(block) for block in blocks(texts))


def event_in_two_pieces(base: str) -> str:
    """Each piece of the stream is taken for whole events, and what is none is passed over.

    Source: brave/brave-browser#52830, Routstr/routstr-core#543.
    """
    return told(
        data
        for piece in _arrived(base)
        for data in map(data_of, blocks([piece.decode(errors="replace")]))
        if data == "[DONE]" or _is_json(data)
    )


def _is_json(data: str) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def _arrived(base: str) -> list[bytes]:
    try:
        with requests.post(f"{base}/completions", json=ASKED, stream=True, timeout=5) as response:
            return list(response.iter_content(chunk_size=None))
    except requests.RequestException as error:
        raise AppError("the connection broke") from error


def event_in_two_pieces_fixed(base: str) -> str:
    """Events are split when all of them are there."""
    return told(data_of(block) for block in blocks(decoded(_arrived(base))))


def comment_as_data(http: httpx.Client) -> str:
    """Every line that is not empty is taken for data, also ``: ping``.

    Source: brainlid/langchain#569, mistralai/mistral-vibe#794.
    """
    lines = [line for block in blocks(decoded(pieces(http))) for line in block.split("\n")]
    return told(line.removeprefix("data:").strip() for line in lines)


def crlf_unknown(http: httpx.Client) -> str:
    """Events end at two LF, never at two CRLF.

    Source: hey-api/hey-api#3054, inngest/inngest-js#1714.
    """
    *events, _rest = "".join(decoded(pieces(http))).split("\n\n")
    return told(data_of(block) for block in events)


def data_in_two_lines(http: httpx.Client) -> str:
    """Of the lines of data in an event the last one wins.

    Source: open-metadata/OpenMetadata#28945, milady-ai/milady#1653.
    """
    events = []
    for block in blocks(decoded(pieces(http))):
        data = ""
        for line in block.split("\n"):
            if line.startswith("data:"):
                data = line[5:].removeprefix(" ")
        events.append(data)
    return told(events)


def data_in_text(http: httpx.Client) -> str:
    """The stream is split wherever it says ``data:``, which a text may also say.

    Source: langchain4j/langchain4j#3697, Routstr/routstr-core#543.
    """
    _before, *events = "".join(decoded(pieces(http))).split("data:")
    return told(data.strip() for data in events)


def never_done(http: httpx.Client) -> str:
    """The stream is read until ``[DONE]``, which some servers never send.

    Source: ikawrakow/ik_llama.cpp#467, diegosouzapw/OmniRoute#6777.
    """
    events = iter([data_of(block) for block in blocks(decoded(pieces(http)))])
    seen = []
    while (data := next(events)) != "[DONE]":
        seen.append(data)
    return told(seen)


def error_event(http: httpx.Client) -> str:
    """An event that is an error has no choices.

    Source: lm-sys/FastChat#3160, aaif-goose/goose#8027.
    """
    text = ""
    for block in blocks(decoded(pieces(http))):
        data = data_of(block)
        if data in {"", "[DONE]"}:
            continue
        try:
            chunk = json.loads(data)
        except ValueError as error:
            raise AppError("a broken event") from error
        text += "".join(choice["text"] for choice in chunk["choices"])
    return text


def connection_lost(http: httpx.Client) -> str:
    """The connection may break in the middle, not only before the answer.

    Source: AgentFlocks/flocks#515, chatchat-space/Langchain-Chatchat#4383.
    """
    try:
        response = http.send(http.build_request("POST", "completions", json=ASKED), stream=True)
    except httpx.TransportError as error:
        raise AppError("no connection") from error
    try:
        arrived = list(response.iter_bytes())
    finally:
        response.close()
    return told(data_of(block) for block in blocks(decoded(arrived)))


def _whole(text: str) -> bool:
    return all(word in text for word in WORDS)


PAIRS = (
    Pair(character_in_two_pieces, sse_fixed, ("stream",), ("UnicodeDecodeError",)),
    Pair(
        event_in_two_pieces,
        event_in_two_pieces_fixed,
        ("stream",),
        ("AppError", "AssertionError"),
        check=_whole,
    ),
    Pair(comment_as_data, sse_fixed, ("stream",), ("AppError",)),
    Pair(crlf_unknown, sse_fixed, ("stream",), ("AppError",)),
    Pair(data_in_two_lines, sse_fixed, ("stream",), ("AppError",)),
    Pair(data_in_text, sse_fixed, ("content",), ("AppError",)),
    Pair(never_done, sse_fixed, ("stream",), ("StopIteration",)),
    Pair(error_event, sse_fixed, ("stream",), ("KeyError",)),
    Pair(
        connection_lost,
        sse_fixed,
        ("stream",),
        ("RemoteProtocolError", "ReadError", "ReadTimeout"),
    ),
)
