"""Every Python block of the docs runs."""

from __future__ import annotations

import gc
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.completions import CompletionsServer

DOCS = Path(__file__).resolve().parent.parent / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STORIES = {"tutorial.md"}
"""Pages whose blocks are the files of one project: a story runs them."""


def blocks(text: str) -> list[str]:
    """Give the Python blocks of a page."""
    return BLOCK.findall(text)


def cases() -> Iterator[object]:
    """Give every block that runs on its own."""
    for page in sorted(DOCS.glob("*.md")):
        if page.name in STORIES:
            continue
        for number, block in enumerate(blocks(page.read_text(encoding="utf-8")), 1):
            yield pytest.param(block, id=f"{page.stem}-{number}")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the end of a script closes its clients
@pytest.mark.parametrize("block", list(cases()))
def test_a_block_runs(
    block: str, server: CompletionsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Python block of the docs runs as it stands, with a completions server to talk to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("OPENAI_BASE_URL", server.base)
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    exec(compile(block, "block", "exec"), {"__name__": "block"})  # noqa: S102 - our own docs
    gc.collect()


def test_there_are_blocks() -> None:
    """The pages are found, and some have blocks."""
    assert sum(1 for _ in cases()) >= 4
