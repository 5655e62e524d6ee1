"""How fast a cassette is written, against PyYAML's C dumper: ``python tests/benchmarks/emitter.py``."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import yaml

from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Interaction, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

HEADERS = {"content-type": ["application/json"]}
BODY = json.dumps(
    {"id": "cmpl-1", "choices": [{"text": "word " * 60, "index": 0}] * 2}, indent=2
).encode()
REPEATS = 9


def seconds(function: Callable[[], object]) -> float:
    """Give the median CPU time of a call."""
    times: list[float] = []
    for _ in range(REPEATS):
        start = time.thread_time()
        function()
        times.append(time.thread_time() - start)
    return sorted(times)[REPEATS // 2]


def main() -> None:
    """Print the ratio for 480 interactions."""
    request = Request("POST", "http://localhost/v1/completions", HEADERS, BODY)
    items = [Interaction(request, Response(200, "OK", HEADERS, BODY))] * 480
    tree: Any = yaml.load(dump(items, ""), Loader=yaml.CSafeLoader)
    tree["interactions"] = [json.loads(json.dumps(each)) for each in tree["interactions"]]
    theirs = seconds(lambda: yaml.dump(tree, Dumper=yaml.CSafeDumper))
    ours = seconds(lambda: dump(items, ""))
    print(f"emitter: {1000 * ours:.1f} ms, PyYAML {1000 * theirs:.1f} ms, {theirs / ours:.1f}x")


if __name__ == "__main__":
    main()
