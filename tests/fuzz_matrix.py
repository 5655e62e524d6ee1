"""Variants in every form of a test, through every client; ``python -m tests.fuzz_matrix`` prints it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from pytest_argot.fuzz.fuzz import FAMILIES
from tests.cassette_tree import body, interaction, write
from tests.drift_material import STREAM

ROOT: Final = Path(__file__).resolve().parent.parent
BASE: Final = "https://api.openai.com/v1"
EACH: Final = 2
"""Variants of each family."""

CLIENTS: Final = {
    "openai": "matrix.openai_sync(BASE, **streamed)",
    "openai, async": "await matrix.openai_async(BASE, **streamed)",
    "httpx": "matrix.httpx_sync(httpx, BASE, asked)",
    "httpx, async": "await matrix.httpx_async(httpx, BASE, asked)",
    "httpx2": "matrix.httpx_sync(httpx2, BASE, asked)",
    "httpx2, async": "await matrix.httpx_async(httpx2, BASE, asked)",
    "requests": "matrix.requests_sync(BASE, asked)",
    "urllib3": "matrix.urllib3_sync(BASE, asked)",
    "aiohttp": "await matrix.aiohttp_async(BASE, asked)",
    "urllib": "matrix.urllib_sync(BASE, asked)",
}
"""How each asks; ``asked`` is the body, ``streamed`` holds ``stream=True`` for streams."""

FORMS: Final = ("function", "class", "parametrized", "unittest")
HEAD: Final = (f"| client | {' | '.join(FORMS)} |", f"| --- |{' --- |' * len(FORMS)}")

SUITE: Final = f"""
import httpx, httpx2, pytest, unittest
from pytest_argot import Fuzz, argot_cassette
from tests import client_matrix as matrix

BASE = {BASE!r}

def fuzzed(family):
    name = "streamed" if family == "stream" else "plain"
    return argot_cassette(name, fuzz=Fuzz(families={{family}}, limit={EACH}))

def met(tape):
    assert tape.variant is None or tape.traffic.variation.met
"""

CASE: Final = """
{a}def ask_{n}(tape, family):
    streamed = {{"stream": True}} if family == "stream" else {{}}
    asked = {{**matrix.BODY, **streamed}}
    try:
        {ask}
    except Exception:
        assert tape.variant, "the recorded answer has no fault"
    met(tape)
"""

TESTS: Final = """
@fuzzed({family!r})
{a}def test_function_{n}_{family}(argot):
    {w}ask_{n}(argot, {family!r})

class Test_{n}_{family}:
    @fuzzed({family!r})
    {a}def test_class_{n}_{family}(self, argot):
        {w}ask_{n}(argot, {family!r})

@fuzzed({family!r})
@pytest.mark.parametrize("size", [1])
{a}def test_parametrized_{n}_{family}(argot, size):
    {w}ask_{n}(argot, {family!r})

class TestCase_{n}_{family}(unittest.{base}):
    @fuzzed({family!r})
    {a}def test_unittest_{n}_{family}(self):
        {w}ask_{n}(self.argot, {family!r})
"""

CONFTEST: Final = """
import functools, ssl

ssl.create_default_context = functools.cache(ssl.create_default_context)  # nobody connects
"""


def tried(folder: Path) -> dict[tuple[int, str], int]:
    """Run every case in ``folder``; give how many variants each client met in each form."""
    asked: dict[str, Any] = {"prompt": "hi", "model": "m"}
    write(folder / "cassettes" / "plain.yaml", interaction(body(), **asked))
    write(
        folder / "cassettes" / "streamed.yaml", interaction(STREAM.decode(), stream=True, **asked)
    )
    (folder / "conftest.py").write_text(CONFTEST, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n", "utf-8")
    (folder / "test_matrix.py").write_text(
        SUITE + "".join(map(_tests, range(len(CLIENTS)))), "utf-8"
    )
    off = ("anyio", "randomly", "recording", "cacheprovider", "rerunfailures", "xdist")
    command = [sys.executable, "-m", "pytest", "-q", "--junitxml=report.xml", "--tb=short"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        [*command, *(f"-pno:{name}" for name in off)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout[-4000:], done.stderr)
    return _met(folder / "report.xml")


def _tests(number: int) -> str:
    ask = list(CLIENTS.values())[number]
    waits = ask.startswith("await")
    words = {
        "a": "async " if waits else "",
        "w": "await " if waits else "",
        "base": "IsolatedAsyncioTestCase" if waits else "TestCase",
        "n": number,
    }
    tests = (TESTS.format(family=family, **words) for family in FAMILIES)
    return CASE.format(ask=ask, **words) + "".join(tests)


def _met(report: Path) -> dict[tuple[int, str], int]:
    """Count the passed variants; the recorded answers do not count."""
    found: Counter[tuple[int, str]] = Counter()
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by pytest
        variant = case.find(".//property[@name='argot.variant']")
        if variant is not None and case.find("failure") is None and case.find("error") is None:
            form, number = case.attrib["name"].split("_")[1:3]
            found[int(number), form] += case.find("skipped") is None
    return found


def lines(met: dict[tuple[int, str], int]) -> list[str]:
    """Give the lines of the table below its head."""
    whole = EACH * len(FAMILIES)
    return [
        f"| {client} | "
        + " | ".join(_cell(met.get((number, form), 0), whole) for form in FORMS)
        + " |"
        for number, client in enumerate(CLIENTS)
    ]


def _cell(number: int, whole: int) -> str:
    return "all six families" if number == whole else f"{number} of {whole} variants"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(*HEAD, *lines(tried(Path(made))), sep="\n")
