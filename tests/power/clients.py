"""The project's plugin: clients that all its tests share."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

import httpx
import httpx2
import openai
import pytest

from tests.power.pairs import PAIRS
from tests.power.symptom import shows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

FAILED = pytest.StashKey[set[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep which bugs have shown themselves."""
    config.stash[FAILED] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Stop looking for a bug that was found: the first variant that finds it is the answer."""
    if _function(item) in item.config.stash[FAILED]:
        pytest.skip("found")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note a bug that shows itself by its own symptom."""
    report = yield
    name = _function(item)
    if report.failed and name.endswith("_bug") and _symptom(item, report):
        item.config.stash[FAILED].add(name)
    return report


def _function(item: pytest.Item) -> str:
    return getattr(item, "originalname", None) or item.name


def _symptom(item: pytest.Item, report: pytest.TestReport) -> bool:
    pair = PAIRS[_function(item).removeprefix("test_").removesuffix("_bug")]
    return shows(pair.symptom, report.longreprtext)


@pytest.fixture(scope="session")
def base() -> str:
    """The base URL that was recorded."""
    return os.environ["POWER_BASE"]


@pytest.fixture(scope="session")
def context() -> ssl.SSLContext:
    """A context without certificates: loading them takes longer than a hundred tests."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture(scope="session")
def http(base: str, context: ssl.SSLContext) -> Iterator[httpx.Client]:
    """Give a client of httpx."""
    with httpx.Client(base_url=base, verify=context) as client:
        yield client


@pytest.fixture(scope="session")
def client(base: str, context: ssl.SSLContext) -> Iterator[openai.OpenAI]:
    """Give a client of openai."""
    with httpx2.Client(verify=context) as transport:
        yield openai.OpenAI(base_url=base, api_key="none", http_client=transport)


@pytest.fixture
async def ahttp(base: str, context: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    """Give an async client of httpx."""
    async with httpx.AsyncClient(base_url=base, verify=context) as client:
        yield client


@pytest.fixture
async def aclient(base: str, context: ssl.SSLContext) -> AsyncIterator[openai.AsyncOpenAI]:
    """Give an async client of openai."""
    async with httpx2.AsyncClient(verify=context) as transport:
        yield openai.AsyncOpenAI(base_url=base, api_key="none", http_client=transport)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Say what async tests run on."""
    return "asyncio"
