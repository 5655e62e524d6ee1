"""Interactions as a tape records them, for the tests of what writes cassettes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.reader import load
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pytest_argot.cassette.cassette import Cassette

MASKER = Masker()
SECRET = "api_key=Zk83hfQ91mZpLw02xVt7Rs"  # noqa: S105 - made up


def made(
    prompt: str, test: str = "t::a", body: bytes = b'{"id": 1}', ordinal: int = 1
) -> Interaction:
    """Give an interaction as a tape records it."""
    request = Request("POST", "http://a/v1/completions", {}, prompt.encode())
    return Interaction(
        request, Response(200, "OK", {}, body), (test,), ordinal, "2026-11-22T13:50:00Z"
    )


def adding(*new: Interaction) -> Callable[[Cassette | None], Sequence[Interaction]]:
    """Give a merge that appends."""
    return lambda present: [*(present.interactions if present else ()), *new]


def prompts(path: Path) -> list[str]:
    """List the request bodies of a cassette."""
    return [each.request.body.decode() for each in load(path, MASKER).interactions]
