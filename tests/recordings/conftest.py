"""The openai clients of the recordings, bound to the address of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture
def base(request: pytest.FixtureRequest) -> str:
    """The address of the server: the module's ``BASE``, where the test is not given one."""
    address: str = request.module.BASE
    return address


@pytest.fixture
def client(base: str) -> Iterator[openai.OpenAI]:
    """The openai client of the server."""
    with openai.OpenAI(**_options(base)) as made:
        yield made


@pytest_asyncio.fixture
async def async_client(base: str) -> AsyncIterator[openai.AsyncOpenAI]:
    """The asynchronous openai client of the server."""
    async with openai.AsyncOpenAI(**_options(base)) as made:
        yield made


def _options(base: str) -> dict[str, Any]:
    """Give what makes a client; the servers want no key, the client does."""
    return {"base_url": base, "api_key": "none", "max_retries": 0}
