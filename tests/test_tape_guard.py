"""Promise: while a tape replays nothing leaves the machine, and what stays on it is let be."""

from __future__ import annotations

import asyncio
import socket
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from pytest_argot import NetworkBlocked, use_cassette
from pytest_argot.errors import NetworkBlockedInThread
from pytest_argot.tape.hosts import is_loopback
from pytest_argot.tape.passthrough import host_passes
from pytest_argot.tape.switchboard import SWITCHBOARD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.servers.completions import CompletionsServer

# Addresses and names that are nobody's: RFC 5737, RFC 3849, RFC 6761. Nothing is sent to them.
FAR = ("192.0.2.1", 443)
FAR6 = ("2001:db8::1", 443, 0, 0)
NAME = "far.invalid"

pytestmark = pytest.mark.filterwarnings("ignore::pytest_argot.UnplayedWarning")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory without CI in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "ARGOT_RECORD"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def cassette(here: Path, server: CompletionsServer) -> str:
    """A cassette that holds one answer of the server."""
    del here
    with use_cassette("held", record="once"):
        httpx.post(f"{server.base}/completions", json={"model": "m", "prompt": "hi"})
    return "held"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server on loopback that no cassette knows."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def tcp() -> None:
    """Connect."""
    with socket.socket() as client:
        client.connect(FAR)


def tcp_ex() -> None:
    """Connect with an error code for an answer."""
    with socket.socket() as client:
        client.connect_ex(FAR)


def tcp6() -> None:
    """Connect over IPv6."""
    with socket.socket(socket.AF_INET6) as client:
        client.connect(FAR6)


def udp() -> None:
    """Send a datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", FAR)


def udp_message() -> None:
    """Send a datagram in parts."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendmsg([b"x"], [], 0, FAR)


def open_streams(host: str) -> Callable[[], None]:
    """Connect with asyncio."""

    async def main() -> None:
        await asyncio.open_connection(host, 443)

    return lambda: asyncio.run(main())


WAYS: dict[str, Callable[[], object]] = {
    "connect": tcp,
    "connect_ex": tcp_ex,
    "IPv6": tcp6,
    "UDP": udp,
    "UDP sendmsg": udp_message,
    "create_connection": lambda: socket.create_connection((NAME, 443)),
    "getaddrinfo": lambda: socket.getaddrinfo(NAME, 443),
    "gethostbyname": lambda: socket.gethostbyname(NAME),
    "gethostbyname_ex": lambda: socket.gethostbyname_ex(NAME),
    "reverse look-up": lambda: socket.gethostbyaddr(FAR[0]),
    "bytes": lambda: socket.getaddrinfo(NAME.encode(), 443),
    "urllib": lambda: urllib.request.urlopen(f"ftp://{FAR[0]}/file"),
    "asyncio address": open_streams(FAR[0]),
    "asyncio name": open_streams(NAME),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_nothing_leaves_while_a_tape_replays(cassette: str, way: Callable[[], object]) -> None:
    """Connections, datagrams and look-ups are blocked, and the tape keeps the first of them."""
    with pytest.raises(NetworkBlocked) as left, use_cassette(cassette) as tape:
        with pytest.raises(NetworkBlocked) as inside:
            way()
        assert tape.miss is inside.value
    assert left.value is tape.miss
    said = str(left.value)
    assert FAR[0] in said or FAR6[0] in said or NAME in said
    assert "held.yaml (mode none)" in said
    assert "passthrough" in said


def test_a_thread_is_blocked_with_an_exception(cassette: str) -> None:
    """In another thread the error is an Exception, and fails the test all the same."""
    with pytest.raises(NetworkBlocked), use_cassette(cassette), ThreadPoolExecutor(1) as pool:
        assert isinstance(pool.submit(tcp).exception(), NetworkBlockedInThread)


@pytest.mark.parametrize("mode", ["once", "new_episodes", "update", "rewrite"])
def test_a_recording_tape_blocks_nothing(here: Path, server: CompletionsServer, mode: str) -> None:
    """Modes that record let every connection be."""
    del here
    port = int(server.base.rpartition(":")[2].partition("/")[0])
    with use_cassette("new", record=mode) as tape:
        SWITCHBOARD.guard.consider(*FAR)
        SWITCHBOARD.guard.consider(NAME, 0)
        socket.create_connection(("127.0.0.1", port)).close()
        assert tape.miss is None


def test_verify_blocks_nothing(cassette: str, server: CompletionsServer) -> None:
    """Mode verify asks the live API as well."""
    with use_cassette(cassette, record="verify") as tape:
        SWITCHBOARD.guard.consider(*FAR)
        httpx.post(f"{server.base}/completions", json={"model": "m", "prompt": "hi"})
        assert tape.miss is None
    assert server.posts == 2


def test_loopback_passes(cassette: str, listener: socket.socket) -> None:
    """Servers on this machine are reached, by address and by name, TCP, UDP and asyncio."""
    port = listener.getsockname()[1]

    async def main() -> None:
        _, writer = await asyncio.open_connection("localhost", port)
        writer.close()
        await writer.wait_closed()

    with use_cassette(cassette) as tape:
        for host in ("127.0.0.1", "localhost", "0.0.0.0"):  # noqa: S104 - an address to connect to
            socket.create_connection((host, port)).close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(b"x", ("127.0.0.1", 9))
        asyncio.run(main())
        socket.getaddrinfo(None, 80)
        socket.getaddrinfo(socket.gethostname(), 80)
        assert tape.miss is None


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets here")
def test_unix_sockets_pass(cassette: str) -> None:
    """A Unix socket is this machine's own."""
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as client:
        listening.bind("its.sock")
        listening.listen()
        with use_cassette(cassette) as tape:
            client.connect("its.sock")
            assert tape.miss is None


@pytest.mark.skipif(not hasattr(socket, "AF_NETLINK"), reason="no netlink here")
def test_sockets_of_no_network_pass(cassette: str) -> None:
    """Addresses of other families are tuples, too, and lead nowhere."""
    try:
        client = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    except OSError:
        pytest.skip("no netlink here")
    with client, use_cassette(cassette) as tape:
        client.connect((0, 0))
        assert tape.miss is None


def test_a_recorded_server_on_loopback_is_blocked(cassette: str, server: CompletionsServer) -> None:
    """What the cassette answers for must not be asked live by a client nobody patches."""
    port = int(server.base.rpartition(":")[2].partition("/")[0])
    with pytest.raises(NetworkBlocked), use_cassette(cassette):
        socket.create_connection(("localhost", port))


@pytest.mark.parametrize("rule", ["localhost", "localhost:{port}", "local*", "127.0.0.1:*"])
def test_passthrough_names_pass(cassette: str, server: CompletionsServer, rule: str) -> None:
    """A rule lets names, and the addresses they have, pass."""
    port = int(server.base.rpartition(":")[2].partition("/")[0])
    with use_cassette(cassette, passthrough=[rule.format(port=port)]) as tape:
        socket.create_connection(("localhost", port)).close()
        assert tape.miss is None


def test_an_address_passes_by_the_name_in_the_rule(
    cassette: str, server: CompletionsServer
) -> None:
    """Names that were looked up before the tape opened are known by their addresses."""
    port = int(server.base.rpartition(":")[2].partition("/")[0])
    with use_cassette(cassette, passthrough=["localhost"]) as tape:
        socket.create_connection(("127.0.0.1", port)).close()
        assert tape.miss is None


def test_what_passed_for_one_tape_does_not_pass_for_the_next(
    cassette: str, server: CompletionsServer
) -> None:
    """Addresses learned under one rule are no rule for others."""
    port = int(server.base.rpartition(":")[2].partition("/")[0])
    with use_cassette(cassette, passthrough=["localhost"]):
        socket.create_connection(("localhost", port)).close()
    with pytest.raises(NetworkBlocked), use_cassette(cassette, passthrough=["elsewhere.invalid"]):
        socket.create_connection(("127.0.0.1", port))


def test_other_ports_of_a_passing_host_do_not_pass(cassette: str) -> None:
    """A rule with a port is about that port; looking the name up is allowed."""
    with pytest.raises(NetworkBlocked), use_cassette(cassette, passthrough=["192.0.2.1:9200"]):
        SWITCHBOARD.guard.consider("192.0.2.1", 9200)
        tcp()


def test_nothing_is_blocked_without_a_tape(cassette: str) -> None:
    """Before and after, connections are nobody's business."""
    with use_cassette(cassette):
        pass
    SWITCHBOARD.guard.consider(*FAR)
    SWITCHBOARD.guard.consider(NAME, 0)


@pytest.fixture
def guarded() -> Iterator[None]:
    """A guarded session."""
    SWITCHBOARD.guard.session(("far.example",))
    try:
        yield
    finally:
        SWITCHBOARD.guard.session(None)


def test_a_guarded_session_needs_no_tape(guarded: None, listener: socket.socket) -> None:
    """It blocks everywhere, also in threads, but loopback and its own passthrough."""
    del guarded
    with pytest.raises(NetworkBlocked, match="block_network"):
        tcp()
    with ThreadPoolExecutor(1) as pool:
        assert isinstance(pool.submit(tcp).exception(), NetworkBlockedInThread)
    socket.create_connection(listener.getsockname()).close()
    SWITCHBOARD.guard.consider("far.example", 0)


def test_a_guarded_session_steps_aside_for_a_tape_that_records(here: Path, guarded: None) -> None:
    """In a recording tape's context, connections are made; an older thread's are not."""
    del here, guarded
    go, blocked = threading.Event(), list[BaseException]()

    def older() -> None:
        go.wait(60)
        try:
            tcp()
        except NetworkBlockedInThread as error:
            blocked.append(error)

    thread = threading.Thread(target=older)
    thread.start()
    with use_cassette("new", record="once"):
        SWITCHBOARD.guard.consider(*FAR)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(SWITCHBOARD.guard.consider, *FAR).result()
        go.set()
        thread.join()
    assert len(blocked) == 1
    with pytest.raises(NetworkBlocked):
        tcp()


def test_two_recording_tapes_look_names_up_in_threads(here: Path) -> None:
    """asyncio looks names up in threads that could be of either tape: both record, both may."""
    del here

    async def work(name: str, turn: asyncio.Barrier) -> None:
        with use_cassette(name, record="once") as tape:
            await turn.wait()
            await asyncio.get_running_loop().getaddrinfo("localhost", 80)
            await asyncio.to_thread(SWITCHBOARD.guard.consider, NAME, 0)
            await asyncio.get_running_loop().run_in_executor(
                None, SWITCHBOARD.guard.consider, NAME, 0
            )
            await turn.wait()
            assert tape.miss is None

    async def main() -> None:
        turn = asyncio.Barrier(2)
        await asyncio.gather(work("a", turn), work("b", turn))

    asyncio.run(main())


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.8.9.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost.", True),
        ("app.localhost", True),
        ("10.0.0.1", False),
        ("::ffff:192.0.2.1", False),
        ("fe80::1%eth0", False),
        ("localhost.example.com", False),
    ],
)
def test_what_is_loopback(host: str, own: bool) -> None:  # noqa: FBT001 - a column of the table
    """Loopback is what never leaves this machine."""
    assert is_loopback(host) is own


@pytest.mark.parametrize(
    ("host", "port", "rule", "passing"),
    [
        ("db", 5432, "db", True),
        ("db", 5432, "db:5432", True),
        ("db", 5433, "db:5432", False),
        ("db", 0, "db:5432", True),
        ("DB", 5432, "db", True),
        ("o1.sentry.io", 443, "*.sentry.io", True),
        ("sentry.io", 443, "*.sentry.io", False),
        ("::1", 443, "[::1]", True),
        ("::1", 443, "[::1]:443", True),
        ("::1", 80, "[::1]:443", False),
        ("2001:db8::7", 80, "[2001:db8::*]", True),
        ("127.0.0.1", 8000, "*:8000", True),
    ],
)
def test_what_a_rule_lets_pass(host: str, port: int, rule: str, *, passing: bool) -> None:
    """Rules are of hosts and of ports, and of IPv6 addresses in brackets."""
    assert host_passes(host, port, (rule,)) is passing
