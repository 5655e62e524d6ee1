# pyright: basic
"""Clients that make their connections outside Python's sockets: they ask the guard where they can.

That is where Python code tells them a host: a channel of grpc, a transfer of pycurl or curl_cffi,
a connection of uvloop. Only what is imported when the tape opens is seen; nothing is imported
for it. Where else such a client goes by itself (a redirect, a resolver) it goes unseen.
"""

from __future__ import annotations

import functools
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pytest_argot.tape.passthrough import DEFAULT_PORTS
from pytest_argot.tape.patching import replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pytest_argot.tape.guard import Guard

URL: Final = "argot_url"
"""Where a transfer of curl_cffi remembers what it was told."""

LOCAL_TARGETS: Final = ("unix:", "unix-abstract:", "vsock:")
GRPC_PORT: Final = 443
"""What grpc takes for a target without a port."""


@contextmanager
def patch_native_clients(guard: Guard) -> Generator[None]:
    """Patch those of the four that are imported."""
    with ExitStack() as stack:
        for name, patch in (
            ("grpc._channel", _grpc),
            ("grpc.aio._channel", _grpc),
            ("pycurl", _pycurl),
            ("curl_cffi", _curl_cffi),
            ("uvloop", _uvloop),
        ):
            if name in sys.modules:
                patch(stack, sys.modules[name], guard)
        yield


def _grpc(stack: ExitStack, module: Any, guard: Guard) -> None:
    def make(original: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(original)
        def init(channel: Any, target: str, *args: Any, **named: Any) -> None:
            for host, port in grpc_addresses(target):
                guard.consider(host, port, "grpc")
            original(channel, target, *args, **named)

        return init

    stack.enter_context(replaced(module.Channel, "__init__", make))


def grpc_addresses(target: str) -> list[tuple[str, int]]:
    """Give the hosts and ports of a channel's target (grpc's doc/naming.md); none for local ones.

    ``dns://authority/host:port``, ``ipv4:a:1,b:2``, ``ipv6:[a]:1``, ``host:port``, ``host``.
    """
    if target.startswith(LOCAL_TARGETS):
        return []
    scheme, colon, rest = target.partition(":")
    if colon and scheme in {"dns", "ipv4", "ipv6", "xds", "passthrough"}:
        target = rest.rpartition("/")[2]
    return [_grpc_address(each) for each in target.split(",")]


def _grpc_address(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    try:
        return parts.hostname or "", parts.port or GRPC_PORT
    except ValueError:  # a bare IPv6 address
        return text, GRPC_PORT


def _consider_url(guard: Guard, url: object, how: str) -> None:
    text = url.decode("latin-1") if isinstance(url, bytes) else str(url or "")
    parts = urlsplit(text if "://" in text else f"http://{text}")
    if parts.scheme != "file" and parts.hostname:
        guard.consider(parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme, 80), how)


def _pycurl(stack: ExitStack, module: Any, guard: Guard) -> None:
    """Have classes that look like pycurl's stand in for them: its own cannot be changed."""

    class Curl(module.Curl):  # type: ignore[misc]
        def setopt(self, option: int, value: Any = None) -> Any:
            if option == module.URL:
                setattr(self, URL, value)
            return super().setopt(option, value)

        def perform(self) -> Any:
            _consider_url(guard, getattr(self, URL, ""), "pycurl")
            return super().perform()

        def perform_rb(self) -> Any:
            _consider_url(guard, getattr(self, URL, ""), "pycurl")
            return super().perform_rb()

        def perform_rs(self) -> Any:
            _consider_url(guard, getattr(self, URL, ""), "pycurl")
            return super().perform_rs()

    class CurlMulti(module.CurlMulti):  # type: ignore[misc]
        def add_handle(self, handle: Any) -> Any:
            _consider_url(guard, getattr(handle, URL, ""), "pycurl")
            return super().add_handle(handle)

    stack.enter_context(replaced(module, "Curl", lambda _: Curl))
    stack.enter_context(replaced(module, "CurlMulti", lambda _: CurlMulti))


def _curl_cffi(stack: ExitStack, module: Any, guard: Guard) -> None:
    def setopt(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def set_option(curl: Any, option: Any, value: Any) -> Any:
            if option == module.CurlOpt.URL:
                setattr(curl, URL, value)
            return original(curl, option, value)

        return set_option

    def performing(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def perform(curl: Any, *args: Any, **named: Any) -> Any:
            _consider_url(guard, getattr(curl, URL, ""), "curl_cffi")
            return original(curl, *args, **named)

        return perform

    def adding(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def add_handle(multi: Any, curl: Any, *args: Any, **named: Any) -> Any:
            _consider_url(guard, getattr(curl, URL, ""), "curl_cffi")
            return original(multi, curl, *args, **named)

        return add_handle

    stack.enter_context(replaced(module.Curl, "setopt", setopt))
    stack.enter_context(replaced(module.Curl, "perform", performing))
    stack.enter_context(replaced(module.AsyncCurl, "add_handle", adding))


def _uvloop(stack: ExitStack, module: Any, guard: Guard) -> None:
    """Override the methods of its Python class, which has none of its own."""

    class Asking(module.Loop):  # type: ignore[misc]
        async def create_connection(
            self, factory: Any, host: Any = None, port: Any = None, **named: Any
        ) -> Any:
            _consider(guard, (host, port))
            return await super(module.Loop, self).create_connection(factory, host, port, **named)

        async def getaddrinfo(self, host: Any, port: Any, **named: Any) -> Any:
            _consider(guard, (host, 0))
            return await super(module.Loop, self).getaddrinfo(host, port, **named)

        async def sock_connect(self, sock: Any, address: Any) -> Any:
            _consider(guard, address)
            return await super(module.Loop, self).sock_connect(sock, address)

        async def create_datagram_endpoint(self, factory: Any, *args: Any, **named: Any) -> Any:
            _consider(guard, args[1] if len(args) > 1 else named.get("remote_addr"))
            return await super(module.Loop, self).create_datagram_endpoint(factory, *args, **named)

    for name, method in list(vars(Asking).items()):
        if callable(method) and not name.startswith("_"):
            setattr(module.Loop, name, method)
            stack.callback(delattr, module.Loop, name)


def _consider(guard: Guard, address: Any) -> None:
    """Ask for an address as asyncio writes it; others (a Unix socket's) are local."""
    if isinstance(address, tuple) and address[0]:
        host, port = address[:2]
        text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        guard.consider(text, int(port) if str(port).isdigit() else 0, "uvloop")
