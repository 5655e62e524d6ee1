"""What the tests share: a completions server on loopback and a house to run stories in."""

from __future__ import annotations

import os
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.completions import CompletionsServer
from tests.tape_world import ask, echo, here  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Shared machines are slow at times, and what lands must not depend on luck.
settings.register_profile(
    "argot",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("argot")

STARTS = ([], ["-n0"], ["-n2"])
OTHERS = (
    "anyio",
    "asyncio",
    "hypothesispytest",
    "pytest-bdd",
    "pytest_cov",
    "randomly",
    "recording",
    "rerunfailures",
)
"""Other people's plugins: importing them costs more than a story, so each names those it needs."""


@pytest.fixture
def server() -> Iterator[CompletionsServer]:
    """A live completions server that counts what it is asked."""
    with CompletionsServer() as running:
        yield running


@dataclass
class House:
    """A project of a user: its files, its runs, the other plugins it has (see ``OTHERS``)."""

    pytester: pytest.Pytester
    start: tuple[str, ...]
    beside: tuple[str, ...] = ()

    def with_plugins(self, *names: str) -> None:
        """Let the runs of this story load other plugins."""
        self.beside = names
        if "asyncio" in names:
            self.pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")

    def with_all_plugins(self) -> None:
        """Let the runs of this story load every other plugin."""
        self.with_plugins(*OTHERS)

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.pytester.path

    @property
    def cassettes(self) -> Path:
        """The folder of its cassettes."""
        return self.root / "cassettes"

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
        return path

    def run(self, *args: str, timeout: float | None = None) -> pytest.RunResult:
        """Run pytest on the project, the way this story is started (no xdist, -n0, -n2).

        A run that takes more than ``timeout`` seconds is an error.
        """
        absent = [f"-pno:{name}" for name in OTHERS if name not in self.beside]
        return self.pytester.runpytest_subprocess(*self.start, *absent, *args, timeout=timeout)

    def python(self, *args: str, timeout: float | None = None) -> pytest.RunResult:
        """Run Python in the project's folder."""
        import sys

        return self.pytester.run(sys.executable, *args, timeout=timeout)


@pytest.fixture(params=STARTS, ids=["alone", "n0", "n2"])
def house(
    request: pytest.FixtureRequest, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> House:
    """A user's project, run without xdist, with -n0 and with -n2."""
    return _house(pytester, monkeypatch, tuple(request.param))


@pytest.fixture
def plain_house(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> House:
    """A user's project, run without xdist: for stories that xdist has no part in."""
    return _house(pytester, monkeypatch, ())


def _house(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, start: tuple[str, ...]
) -> House:
    for name in ("CI", "GITHUB_ACTIONS", "ARGOT_RECORD", "OPENAI_API_KEY", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini("[pytest]\n")
    return House(pytester, start)
