"""Every patch there is, made and taken away together."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_argot.tape.switchboard import Switchboard

THEIRS: Final = ("httplib2", "tornado")
"""Clients that vcrpy's patches answer."""


@contextmanager
def every_client(switchboard: Switchboard) -> Generator[None]:
    """Have the HTTP clients ask the switchboard first."""
    from pytest_argot.tape.http_client_patch import patch_http_client
    from pytest_argot.tape.httpx_patch import patch_httpx
    from pytest_argot.tape.native_clients import patch_native_clients
    from pytest_argot.tape.thread_ends import patch_thread_ends
    from pytest_argot.tape.thread_starts import patch_thread_starts

    with ExitStack() as stack:
        stack.enter_context(patch_thread_starts(switchboard))
        stack.enter_context(patch_thread_ends())
        stack.enter_context(patch_native_clients(switchboard.guard))
        stack.enter_context(switchboard.waits.patching())
        if any(find_spec(name) is not None for name in THEIRS):
            from pytest_argot.tape.bridge import interception

            stack.enter_context(interception(switchboard))
        stack.enter_context(patch_http_client(switchboard))
        for name in ("httpx", "httpx2"):
            if find_spec(name) is not None:
                stack.enter_context(patch_httpx(import_module(name), switchboard))
        if find_spec("urllib3") is not None:
            from pytest_argot.tape.urllib3_patch import patch_urllib3

            stack.enter_context(patch_urllib3(switchboard))
        if find_spec("aiohttp") is not None:
            from pytest_argot.tape.aiohttp_patch import patch_aiohttp

            stack.enter_context(patch_aiohttp(switchboard))
        yield
