"""The tests' completions server, answering each prompt of the consumers with a fitting text."""

from __future__ import annotations

from typing import Any

from tests.servers.completions import TEXT, CompletionsServer

ANSWERS = {
    "The capital of France is": " Paris, as ever.",
    "The capital of Japan is": " Tokyo, by now.",
    "Paris as JSON:": '{"city": "Paris", "people": 2100000}',
    "Mood of: I love it!": " positive, clearly",
    "Question: what is a fox?": "SEARCH fox",
    "Question: what is a fox?\nFound: a small wild dog": "A fox is a small wild dog 🦊.",
    "Tell it in two parts:": "Once upon a naïve 🦊",
    "Tell it in two parts:Once upon a naïve 🦊": " there was a hen.",
}
CUT = {"Tell it in two parts:"}
"""Prompts whose answer stops at the limit of tokens."""


class PowerServer(CompletionsServer):
    """Answers lists of prompts, ``n``, ``logprobs``, ``echo`` and ``include_usage``."""

    def __init__(self) -> None:
        super().__init__()
        # A client of one event loop leaves with it, in the middle of a connection kept alive.
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Build the answer to a request that is not streamed."""
        whole = super().answer(request)
        prompts = request["prompt"] if isinstance(request["prompt"], list) else [request["prompt"]]
        asked = [prompt for prompt in prompts for _ in range(request.get("n", 1))]
        whole["choices"] = [_choice(at, prompt, request) for at, prompt in enumerate(asked)]
        whole["system_fingerprint"] = "fp_44709d6fcb"
        return whole

    def events(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Build the chunks of a streamed answer."""
        *chunks, counted = super().events(request)
        wanted = (request.get("stream_options") or {}).get("include_usage")
        return [*chunks, counted] if wanted else chunks


def _choice(index: int, prompt: str, request: dict[str, Any]) -> dict[str, Any]:
    text = ANSWERS.get(prompt, TEXT)
    if request.get("echo"):
        text = prompt + text
    return {
        "text": text,
        "index": index,
        "logprobs": _logprobs(text) if request.get("logprobs") else None,
        "finish_reason": "length" if prompt in CUT else "stop",
    }


def _logprobs(text: str) -> dict[str, Any]:
    first, *rest = text.split(" ")
    tokens = [first, *(f" {word}" for word in rest)]
    offsets = [len("".join(tokens[:at])) for at in range(len(tokens))]
    scores = [-0.25 * (at + 1) for at in range(len(tokens))]
    return {
        "text_offset": offsets,
        "token_logprobs": scores,
        "tokens": tokens,
        "top_logprobs": [{token: score} for token, score in zip(tokens, scores, strict=True)],
    }
