"""Planning and judging variants, without a client: ``python tests/benchmarks/fuzzing.py``.

Prints the CPU time to make and judge 1 000 variants of a body (bar: 100 ms) and of a stream of 60
events, and to plan 100 variants at collection (bar: 20 ms), with the schema read anew and known.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.drift.routes import Routes
from pytest_argot.fuzz.fuzz import FAMILIES, Fuzz
from pytest_argot.fuzz.planning import variants
from pytest_argot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

REPEATS = 9
MANY = 1000
URL = "http://localhost/v1/completions"
CHOICE: dict[str, Any] = {
    "text": "Four lanterns lean over the harbour wall\nand one of them is out",
    "index": 0,
    "logprobs": {
        "tokens": ["Four", " lanterns"],
        "token_logprobs": [-0.5, -1.5],
        "top_logprobs": [{"Four": -0.5, "Five": -1.25}, {" lanterns": -1.5}],
        "text_offset": [0, 4],
    },
    "finish_reason": "stop",
}
COMPLETION: dict[str, Any] = {
    "id": "cmpl-7Qa1",
    "object": "text_completion",
    "created": 1739264000,
    "model": "tiny-1",
    "choices": [CHOICE | {"index": index} for index in range(2)],
    "usage": {"prompt_tokens": 4, "completion_tokens": 8, "total_tokens": 12},
}


def seconds(function: Callable[[], object]) -> float:
    """Give the median CPU time of a call."""
    times: list[float] = []
    for _ in range(REPEATS):
        start = time.thread_time()
        function()
        times.append(time.thread_time() - start)
    return sorted(times)[REPEATS // 2]


def recorded(body: bytes, content_type: str) -> Interaction:
    """Give an interaction with a response."""
    headers = {"content-type": [content_type], "content-length": [str(len(body))]}
    return Interaction(Request("POST", URL, {}, b"{}"), Response(200, "OK", headers, body))


def stream() -> bytes:
    """Give a stream of 60 events."""
    chunks = [
        COMPLETION
        | {
            "choices": [
                {"text": f" {number}", "index": 0, "logprobs": None, "finish_reason": reason}
            ],
            "usage": None,
        }
        for number, reason in enumerate([None] * 59 + ["stop"])
    ]
    events = [f"data: {json.dumps(each)}\n\n" for each in chunks]
    return "".join([*events, "data: [DONE]\n\n"]).encode()


def main() -> None:
    """Print the times."""
    routes = Routes.build(Settings(root=Path()))
    small = set(FAMILIES) - {"content"}
    body = recorded(json.dumps(COMPLETION).encode(), "application/json")
    streamed = recorded(stream(), "text/event-stream")
    for name, interaction in (("body", body), ("stream of 60 events", streamed)):
        for families in (small, FAMILIES):
            asked = Fuzz(families=families)
            count = len(variants([interaction], routes, asked, full=True))

            def plan(interaction: Interaction = interaction, asked: Fuzz = asked) -> object:
                return variants([interaction], routes, asked, full=True)

            taken = 1000 * seconds(plan) * MANY / count
            more = "" if "content" not in families else ", with huge texts"
            print(f"{name}{more}: {taken:.0f} ms for {MANY} variants made and judged")
    hundred = Fuzz(families=small, limit=100)
    known = 1000 * seconds(lambda: variants([body], routes, hundred))
    anew = Routes.build(Settings(root=Path()))
    start = time.thread_time()
    variants([body], anew, hundred)
    first = 1000 * (time.thread_time() - start)
    print(f"planning 100 variants: {first:.1f} ms the first time, {known:.1f} ms after that")


if __name__ == "__main__":
    main()
