"""What fuzzing costs: ``python tests/benchmarks/fuzz_tests.py``.

Prints how much more a fuzzed test case takes than a plain decorated one and than an undecorated
one, and the calls of the openai client under variants against the same answers from
``httpx2.MockTransport``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import httpx2
import openai

from pytest_argot import use_cassette
from pytest_argot.cassette.reader import load
from pytest_argot.drift.routes import Routes
from pytest_argot.fuzz.fuzz import Fuzz
from pytest_argot.fuzz.planning import variants
from pytest_argot.settings import Settings
from pytest_argot.wire.masking import Masker
from tests.cassette_tree import BODY, interaction, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_argot.fuzz.variant import Variant

CASES = 24
TESTS = 40
REPEATS = 5
CALLS = 20
BASE = "https://api.openai.com/v1"
ASKED: dict[str, Any] = {"model": BODY["model"], "prompt": "a haiku"}

SUITE = """
import pytest
from pytest_argot import argot_cassette

"""
FUZZED = """
@argot_cassette("haiku", fuzz=True)
def test_{n}(completion):
    pass
"""
PLAIN = """
@argot_cassette("haiku")
@pytest.mark.parametrize("size", range({cases}))
def test_{n}(completion, size):
    pass
"""


def seconds(folder: Path, test: str) -> float:
    """Give the seconds one pytest run takes on so many tests, each in so many cases."""
    (folder / "test_it.py").write_text(
        SUITE + "".join(test.format(n=number, cases=CASES + 1) for number in range(TESTS)), "utf-8"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    before = os.times()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system


def case(folder: Path) -> None:
    """Print what one more fuzzed case costs over a plain one."""
    runs = [(seconds(folder, FUZZED), seconds(folder, PLAIN)) for _ in range(REPEATS)]
    more = median(fuzzed - plain for fuzzed, plain in runs) / (TESTS * (CASES + 1)) * 1000
    ratio = median(fuzzed / plain for fuzzed, plain in runs)
    print(f"a fuzzed test case: {more:+.2f} ms over a plain one (aim <= 1 ms), ratio {ratio:.2f}")


def planned(folder: Path) -> list[Variant]:
    """Give variants that the client reads without an error."""
    cassette = load(folder / "cassettes" / "haiku.yaml", Masker([]))
    routes = Routes.build(Settings(root=folder))
    return list(variants(cassette.interactions, routes, Fuzz(), full=True))


def calls(transport: httpx2.BaseTransport | None = None) -> Callable[[], float]:
    """Give what asks some times and gives the seconds of one call, without those of opening."""
    client = openai.OpenAI(
        base_url=BASE, api_key="any", http_client=httpx2.Client(transport=transport)
    )

    def ask() -> float:
        start = time.process_time()
        for _ in range(CALLS):
            client.completions.create(**ASKED)
        return (time.process_time() - start) / CALLS

    return ask


def _under(variant: Variant | None, taped: Callable[[], float]) -> float:
    with use_cassette("haiku", variant=variant, allow_repeats=True):
        return taped()


def client(folder: Path) -> None:
    """Print the calls under variants against those on a mock transport, medians of all variants."""
    os.chdir(folder)
    taped, ratios, plain = calls(), list[float](), list[float]()
    for each in planned(folder):
        content = each.answers[0].body
        kind = {"content-type": "application/json"}
        mock = httpx2.MockTransport(
            lambda _, content=content, kind=kind: httpx2.Response(
                200, headers=kind, content=content
            )
        )
        mocked = calls(mock)
        lasting = replace(each, then="forever")
        for _ in range(REPEATS):
            once = mocked()
            ratios.append(_under(lasting, taped) / once)
            plain.append(_under(None, taped) / once)
    print(
        f"openai client under variants: {median(ratios):.2f} x MockTransport (aim <= 1.2), "
        f"with the recorded answer {median(plain):.2f} x"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        write(Path(made) / "cassettes" / "haiku.yaml", interaction(BODY))
        client(Path(made))
        case(Path(made))
