"""Promise: the tutorial and the README work to the letter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.test_docs import blocks

if TYPE_CHECKING:
    import pytest

    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

ROOT = Path(__file__).resolve().parent.parent.parent
HAIKU = "\n\nan old silent pond\na frog jumps into the pond\nsplash silence again"


def ready(server: CompletionsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the openai client talk to the server, which answers with a haiku."""
    server.text = HAIKU
    monkeypatch.setenv("OPENAI_BASE_URL", server.base)
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")


def test_the_tutorial(
    house: House, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files error without a cassette, record, replay without key or network, and miss."""
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    poet, test_poet = blocks(page)
    house.write("conftest.py", "import os, sys\nsys.path.insert(0, os.path.dirname(__file__))\n")
    house.write("poet.py", poet)
    house.write("test_poet.py", test_poet)
    ready(server, monkeypatch)
    house.run().assert_outcomes(errors=2)
    recorded = house.run("--argot-record=once")
    assert recorded.ret == 0  # under xdist the data test may come first, and is skipped
    server.stop()
    monkeypatch.delenv("OPENAI_API_KEY")
    house.run().assert_outcomes(passed=2)
    house.write("poet.py", poet.replace("Write a haiku.", "Write a limerick."))
    result = house.run()
    result.assert_outcomes(passed=1, failed=1)
    told = re.search(r"```text\n(NoMatch: no recorded answer.*?)```", page, re.DOTALL)
    assert told is not None
    host = server.base.removesuffix("/v1")
    printed = [" ".join(line.split()) for line in result.outlines]
    for line in told.group(1).replace("https://api.openai.com", host).splitlines():
        assert " ".join(line.split()) in printed


def test_the_readme(
    plain_house: House, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README's example records and replays."""
    (example,) = blocks((ROOT / "README.md").read_text(encoding="utf-8"))
    poet, _ = blocks((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"))
    parse = """
import types
import openai, pytest

@pytest.fixture
def client():
    return openai.OpenAI()

def parse(completion):
    return types.SimpleNamespace(lines=completion.choices[0].text.strip().count("\\n") + 1)
"""
    plain_house.write("test_readme.py", f"{poet}\n{parse}\n{example}")
    ready(server, monkeypatch)
    plain_house.run("--argot-record=once").assert_outcomes(passed=2)
    server.stop()
    plain_house.run().assert_outcomes(passed=2)
