"""The openai clients of the recordings, bound to the address the test module names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[openai.OpenAI]:
    """The openai client of the module's ``BASE``."""
    with openai.OpenAI(**_options(request)) as made:
        yield made


@pytest_asyncio.fixture
async def async_client(request: pytest.FixtureRequest) -> AsyncIterator[openai.AsyncOpenAI]:
    """The asynchronous openai client of the module's ``BASE``."""
    async with openai.AsyncOpenAI(**_options(request)) as made:
        yield made


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Give what makes a client; the servers want no key, the client does."""
    return {"base_url": request.module.BASE, "api_key": "none", "max_retries": 0}
