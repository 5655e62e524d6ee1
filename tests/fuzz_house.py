"""A project with recorded answers and tests that are run under variants of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.cassette_tree import BODY, URL, body, interaction, write

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.conftest import House

MODEL = BODY["model"]
HEAD = f"""
import asyncio, httpx, pytest, threading, unittest
from pytest_argot import Fuzz, argot_cassette

URL = {URL!r}
CLIENT = httpx.Client(verify=False)

def post(prompt="a haiku", url=URL, model={MODEL!r}, **more):
    return CLIENT.post(url, json={{"model": model, "prompt": prompt, **more}})

def ask(prompt="a haiku", **more):
    return post(prompt, **more).json()

async def ask_async(prompt="a haiku", **more):
    async with httpx.AsyncClient(verify=False) as client:
        body = {{"model": {MODEL!r}, "prompt": prompt, **more}}
        return (await client.post(URL, json=body)).json()

"""
"""What the tests of a story begin with; a client that trusts nobody is quickly made."""

TWO_LOGPROBS = {
    "tokens": ["a", " frog"],
    "token_logprobs": [None, -0.5],
    "top_logprobs": [None, {" frog": -0.5}],
    "text_offset": [0, 1],
}


def recorded(house: House, name: str = "haiku", *answers: Any) -> Path:
    """Put a cassette into the house: these answers, or one that fits."""
    return write(house.cassettes / f"{name}.yaml", *(answers or [body()]))


def suite(house: House, text: str, name: str = "test_it.py") -> Path:
    """Write tests that find ``ask``, ``post`` and ``ask_async`` there."""
    import textwrap

    return house.write(name, HEAD + textwrap.dedent(text))


def two_turns() -> list[Any]:
    """Give what an agent of two turns has recorded: the second prompt holds the first answer."""
    first = interaction(body())
    second = interaction(body(id="cmpl-2"), prompt=f"translate: {BODY['choices'][0]['text']}")
    return [first, second]


def outcomes(result: pytest.RunResult) -> dict[str, str]:
    """Give each test that ran with its outcome, from the lines of ``-rA``; what ran twice is an error."""
    found: dict[str, str] = {}
    for line in result.outlines:
        told = re.match(r"(PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS) (\S+::.*?)(?: - .*)?$", line)
        if told:
            assert told[2] not in found, line
            found[told[2]] = told[1].lower()
    return found


def ids(result: pytest.RunResult, *, marks: str = "[]") -> list[str]:
    """Give the variants of one test in the order they were collected (``--collect-only -q``)."""
    lines = [line for line in result.outlines if "::" in line and line.endswith(marks[1])]
    return [line.rpartition(marks[0])[2][:-1] for line in lines]


def files(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder with its bytes."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
