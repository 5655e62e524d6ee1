"""Promise: clients that bring their own sockets are stopped where Python tells them a host."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot import NetworkBlocked, use_cassette
from pytest_argot.tape.native_clients import grpc_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FAR = "192.0.2.1"
"""Nobody's address (RFC 5737)."""

EMPTY = "version: 1\ninteractions: []\n"

pytestmark = pytest.mark.filterwarnings("ignore::pytest_argot.UnplayedWarning")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory with a cassette that holds nothing."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "ARGOT_RECORD"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "cassettes" / "empty.yaml").write_text(EMPTY, encoding="utf-8")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server on loopback that no cassette knows; it takes connections and is silent."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def grpc_channel(host: str, port: int) -> None:
    """Open a channel."""
    grpc = pytest.importorskip("grpc")
    grpc.insecure_channel(f"{host}:{port}").close()


def grpc_aio_channel(host: str, port: int) -> None:
    """Open an asynchronous channel."""
    grpc = pytest.importorskip("grpc")
    aio = pytest.importorskip("grpc.aio")

    async def main() -> None:
        await aio.secure_channel(f"{host}:{port}", grpc.ssl_channel_credentials()).close()

    asyncio.run(main())


def pycurl_perform(host: str, port: int) -> None:
    """Transfer with pycurl; nobody answers, so it only connects."""
    pycurl = pytest.importorskip("pycurl")
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, f"http://{host}:{port}/")
    curl.setopt(pycurl.CONNECT_ONLY, 1)
    try:
        curl.perform()
    finally:
        curl.close()


def pycurl_multi(host: str, port: int) -> None:
    """Hand a transfer to pycurl's multi interface."""
    pycurl = pytest.importorskip("pycurl")
    curl, multi = pycurl.Curl(), pycurl.CurlMulti()
    curl.setopt(pycurl.URL, f"{host}:{port}")
    multi.add_handle(curl)
    multi.remove_handle(curl)


def curl_cffi_perform(host: str, port: int) -> None:
    """Transfer with curl_cffi; nobody answers, so it only connects."""
    curl_cffi = pytest.importorskip("curl_cffi")
    curl = curl_cffi.Curl()
    curl.setopt(curl_cffi.CurlOpt.URL, f"http://{host}:{port}/".encode())
    curl.setopt(curl_cffi.CurlOpt.CONNECT_ONLY, 1)
    try:
        curl.perform()
    finally:
        curl.close()


def uvloop_streams(host: str, port: int) -> None:
    """Connect in uvloop."""
    uvloop = pytest.importorskip("uvloop")

    async def main() -> None:
        _, writer = await asyncio.open_connection(host, port)
        writer.close()
        await writer.wait_closed()

    uvloop.run(main())


def uvloop_socket(host: str, port: int) -> None:
    """Connect a socket in uvloop."""
    uvloop = pytest.importorskip("uvloop")

    async def main() -> None:
        with socket.socket() as client:
            client.setblocking(False)  # noqa: FBT003 - the method's own argument
            await asyncio.get_running_loop().sock_connect(client, (host, port))

    uvloop.run(main())


def uvloop_datagrams(host: str, port: int) -> None:
    """Open a datagram endpoint in uvloop."""
    uvloop = pytest.importorskip("uvloop")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=(host, port)
        )
        transport.close()

    uvloop.run(main())


WAYS = (
    grpc_channel,
    grpc_aio_channel,
    pycurl_perform,
    pycurl_multi,
    curl_cffi_perform,
    uvloop_streams,
    uvloop_socket,
    uvloop_datagrams,
)


@pytest.mark.parametrize("way", WAYS)
def test_a_far_host_is_blocked(way: Callable[[str, int], None], listener: socket.socket) -> None:
    """It names the client, and the tape keeps it."""
    way("127.0.0.1", listener.getsockname()[1])  # imports it, or skips
    with pytest.raises(NetworkBlocked) as left, use_cassette("empty") as tape:
        with pytest.raises(NetworkBlocked):
            way(FAR, 443)
        assert tape.miss is not None
    client = next(
        c for c in ("grpc", "pycurl", "curl_cffi", "uvloop") if way.__name__.startswith(c)
    )
    assert f"a connection to {FAR}:443 through {client}" in str(left.value)


@pytest.mark.parametrize("way", WAYS)
def test_loopback_passes(way: Callable[[str, int], None], listener: socket.socket) -> None:
    """A server on this machine is reached."""
    port = listener.getsockname()[1]
    way("127.0.0.1", port)
    with use_cassette("empty") as tape:
        way("127.0.0.1", port)
        assert tape.miss is None


@pytest.mark.parametrize(
    "module", ["grpc._channel", "grpc.aio._channel", "pycurl", "curl_cffi", "uvloop"]
)
def test_nothing_stays_patched(module: str) -> None:
    """The classes are what they were."""
    found: Any = pytest.importorskip(module)
    names = ("Channel", "Curl", "CurlMulti", "AsyncCurl", "Loop")
    classes = {name: getattr(found, name) for name in names if hasattr(found, name)}
    before = {name: dict(vars(each)) for name, each in classes.items()}
    with use_cassette("empty"):
        assert before != {name: dict(vars(getattr(found, name))) for name in classes}
    assert classes == {name: getattr(found, name) for name in classes}
    assert before == {name: dict(vars(each)) for name, each in classes.items()}


@pytest.mark.parametrize(
    ("target", "addresses"),
    [
        ("api.example:50051", [("api.example", 50051)]),
        ("api.example", [("api.example", 443)]),
        ("dns:///api.example:1", [("api.example", 1)]),
        ("dns://8.8.8.8/api.example:1", [("api.example", 1)]),
        ("dns:api.example:1", [("api.example", 1)]),
        ("ipv4:192.0.2.1:1,192.0.2.2:2", [("192.0.2.1", 1), ("192.0.2.2", 2)]),
        ("ipv6:[2001:db8::1]:1", [("2001:db8::1", 1)]),
        ("[::1]:50051", [("::1", 50051)]),
        ("unix:/tmp/its.sock", []),
        ("unix:///tmp/its.sock", []),
    ],
)
def test_where_a_target_of_grpc_leads(target: str, addresses: list[tuple[str, int]]) -> None:
    """Every form of a target is understood."""
    assert grpc_addresses(target) == addresses
