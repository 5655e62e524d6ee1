"""Waiting for as long as was recorded, in whatever runs the tasks."""

from __future__ import annotations

import asyncio
import sys

_sleep = asyncio.sleep


async def wait(seconds: float) -> None:
    """Sleep in asyncio, or in trio where that runs."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        await sys.modules["trio"].sleep(seconds)
    else:
        await _sleep(seconds)
