"""A folder, a server and cassettes for tests of open tapes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pytest_argot import use_cassette
from pytest_argot.tape.switchboard import SWITCHBOARD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.servers.completions import CompletionsServer

    Ask = Callable[[str], str]

PATCHED = (
    "aiohttp",
    "anyio",
    "asyncio",
    "http",
    "httpx",
    "httpx2",
    "socket",
    "threading",
    "time",
    "urllib3",
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working directory without CI in the environment; no tape stays behind."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "ARGOT_RECORD"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path
    SWITCHBOARD.abandon()
    assert not SWITCHBOARD.busy


@pytest.fixture
def echo(server: CompletionsServer) -> CompletionsServer:
    """A server whose answers name the prompt they answer."""
    plain = server.answer

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        whole = plain(request)
        whole["choices"][0]["text"] = f"to {request['prompt']}"
        return whole

    server.answer = answer  # type: ignore[method-assign]
    return server


@pytest.fixture
def ask(echo: CompletionsServer) -> Ask:
    """Ask the server through httpx; give the text of the answer."""

    def ask(prompt: str) -> str:
        answer = httpx.post(f"{echo.base}/completions", json=body(prompt))
        return str(answer.json()["choices"][0]["text"])

    return ask


def body(prompt: str) -> dict[str, str]:
    """Give a request's body."""
    return {"model": "m", "prompt": prompt}


def recorded(name: str, ask: Ask, *prompts: str) -> None:
    """Record a cassette."""
    with use_cassette(name, record="once"):
        for prompt in prompts:
            ask(prompt)


async def asked(client: httpx.AsyncClient, base: str, prompt: str) -> str:
    """Ask asynchronously."""
    answer = await client.post(f"{base}/completions", json=body(prompt))
    return str(answer.json()["choices"][0]["text"])


def prompts_of(tape: Any) -> list[str]:
    """Give what a tape recorded."""
    return [json.loads(each.request.body)["prompt"] for each in tape.interactions]


def attributes() -> dict[str, Any]:
    """Give everything the patched libraries' modules and classes hold."""
    held: dict[str, Any] = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in PATCHED:
            continue
        for key, value in list(vars(module).items()):
            held[f"{name}.{key}"] = value
            if isinstance(value, type):
                held |= {f"{name}.{key}.{attr}": v for attr, v in vars(value).items()}
    return held


def changed(before: dict[str, Any]) -> list[str]:
    """Name what is no longer what it was, once the server's threads have nothing left to do."""
    if not any(SWITCHBOARD.is_open(line) for line in SWITCHBOARD.candidates()[0]):
        while SWITCHBOARD.busy:
            SWITCHBOARD.tidy()
    now = attributes()
    return [name for name, value in before.items() if now.get(name) is not value]
