"""Checked by mypy and pyright, never executed: the public names keep the user's types."""

from __future__ import annotations

from typing import Any, assert_type

import pytest
from hypothesis.strategies import SearchStrategy

from pytest_argot import (
    CompletionUsage,
    CreateCompletionResponse,
    Finding,
    Fuzz,
    Level,
    Tape,
    argot_cassette,
    use_cassette,
)
from pytest_argot.fuzz import variants
from pytest_argot.fuzz.variant import Variant


@argot_cassette
def bare(number: int) -> str:
    return str(number)


@argot_cassette(
    "name",
    record="none",
    match_on=["method", "body"],
    fail_on="warn",
    passthrough=["localhost:9200"],
    record_errors=True,
    pace="recorded",
)
def called(number: int) -> str:
    return str(number)


@argot_cassette
async def asynchronous(number: int) -> str:
    return str(number)


@argot_cassette("name")
class Decorated:
    def method(self) -> int:
        return 1


assert_type(bare(1), str)
assert_type(called(1), str)
assert_type(Decorated().method(), int)

pytestmark = [argot_cassette("module"), argot_cassette]
case = pytest.param(1, marks=argot_cassette("param", model=CreateCompletionResponse))


async def awaits() -> None:
    assert_type(await asynchronous(1), str)


def test_fixtures(argot: Tape, completion: CreateCompletionResponse) -> None:
    assert_type(completion.id, str)
    assert_type(completion.usage, CompletionUsage | None)
    assert_type(argot.findings, tuple[Finding, ...])
    assert_type(argot.findings[0].level, Level)
    assert_type(argot.completions, list[Any])


def script() -> None:
    with use_cassette("name", record="once") as tape:
        assert_type(tape, Tape)


@argot_cassette("haiku", fuzz=True)
def fuzzed(number: int) -> str:
    return str(number)


@argot_cassette("haiku", fuzz="choices[*].finish_reason")
def fuzzed_by_selector(number: int) -> str:
    return str(number)


@argot_cassette("haiku", fuzz=["usage.*", "!usage.total_tokens"])
async def fuzzed_by_selectors(number: int) -> str:
    return str(number)


@argot_cassette("haiku", fuzz=Fuzz("usage.*", families={"valid", "drift"}, limit=3, search=10))
class Fuzzed:
    @argot_cassette(fuzz=False)
    def method(self) -> int:
        return 1


plan = Fuzz(
    families=["http"],
    seed=1,
    raises=(KeyError, ValueError),
    expect={"choices[*].finish_reason=content_filter": KeyError, "usage=absent": (OSError,)},
)
assert_type(fuzzed(1), str)
assert_type(fuzzed_by_selector(1), str)
assert_type(Fuzzed().method(), int)
assert_type(plan.raises, tuple[type[BaseException], ...])


def varied() -> None:
    strategy = variants("haiku", "usage.*", families={"valid"})
    assert_type(strategy, SearchStrategy[Variant])
    with use_cassette("haiku", variant=strategy.example()) as tape:
        assert_type(tape.variant, Variant | None)
        assert_type(tape.diverged, str)
