"""Promise: while tests replay, nothing they do reaches the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

LIMIT = 120
"""Seconds after which a run hangs, whatever machine it is on."""

SETUP = """
    import asyncio, socket, subprocess, sys, urllib.request
    import httpx, pytest
    from pytest_argot import NetworkBlocked, argot_cassette

    URL = "{base}/completions"
    PORT = {port}
    FAR = "192.0.2.1"  # nobody's: RFC 5737

    def ask():
        return httpx.post(URL, json={{"model": "m", "prompt": "hi"}}).json()["id"]

    @argot_cassette("held")
    def test_record():
        ask()
"""

TESTS = """
    def connect():
        socket.create_connection((FAR, 80))

    def look_up():
        socket.getaddrinfo("far.invalid", 80)

    def ftp():
        urllib.request.urlopen(f"ftp://{FAR}/x")

    def streams():
        asyncio.run(asyncio.open_connection(FAR, 80))

    def udp():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", (FAR, 53))

    def swallowed():
        try:
            connect()
        except BaseException:
            pass

    def recorded_port():
        socket.create_connection(("127.0.0.1", PORT))

    WAYS = [connect, look_up, ftp, streams, udp, swallowed, recorded_port]

    @pytest.mark.parametrize("way", WAYS)
    @argot_cassette("held", allow_unplayed=True)
    def test_blocked(way):
        ask()
        way()

    @argot_cassette("held")
    def test_let_be():
        ask()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            socket.create_connection(listener.getsockname()).close()

    @argot_cassette("held")
    def test_a_child_process_is_not_seen():
        ask()
        code = f"import socket; socket.create_connection(('127.0.0.1', {PORT})).close()"
        subprocess.run([sys.executable, "-c", code], check=True)

    @argot_cassette("held")
    def test_imported_only_here():
        import requests
        answer = requests.post(URL, json={"model": "m", "prompt": "hi"})
        assert answer.json()["id"] == answer.json()["id"]

    def test_undecorated():
        socket.create_connection(("127.0.0.1", PORT)).close()
"""


def write(house: House, server: CompletionsServer, tests: str) -> None:
    """Write the story's test file."""
    port = server.base.rpartition(":")[2].partition("/")[0]
    house.write("test_it.py", SETUP.format(base=server.base, port=port) + tests)


def test_nothing_leaves_the_machine(house: House, server: CompletionsServer) -> None:
    """Every way out fails the test with what it tried, where, and the two ways to allow it."""
    write(house, server, TESTS)
    house.run("--argot-record=once", "-k", "test_record").assert_outcomes(passed=1, deselected=None)
    result = house.run("-k", "not test_record", "-Werror", timeout=LIMIT)
    result.assert_outcomes(failed=7, passed=4)
    result.stdout.fnmatch_lines_random(
        [
            "NetworkBlocked: a connection to 192.0.2.1:80: nothing may leave the machine*",
            "NetworkBlocked: a look-up of far.invalid: *",
            "NetworkBlocked: a connection to 127.0.0.1:*",
            "  asked at: test_it.py:* in connect",
            "  cassette: cassettes/held.yaml (mode none)",
            "  fix: *passthrough*--argot-record=new_episodes",
        ]
    )
    assert server.posts == 1


def test_recording_and_verifying_are_not_guarded(house: House, server: CompletionsServer) -> None:
    """In the other modes the same connections are made."""
    write(
        house,
        server,
        """
    @argot_cassette("held")
    def test_free():
        ask()
        socket.create_connection(("127.0.0.1", PORT)).close()
""",
    )
    for mode in ("once", "verify", "rewrite", "update", "new_episodes"):
        house.run(f"--argot-record={mode}", "-k", "free").assert_outcomes(passed=1)
    house.run("-k", "free").assert_outcomes(failed=1)


SESSION = """
    @pytest.fixture(scope="session")
    def wide():
        with pytest.raises(NetworkBlocked, match="block_network"):
            socket.create_connection((FAR, 80))
        yield
        with pytest.raises(NetworkBlocked, match="block_network"):
            socket.getaddrinfo("far.invalid", 80)

    def test_undecorated_is_blocked():
        socket.create_connection((FAR, 80))

    def test_loopback(wide):
        socket.create_connection(("127.0.0.1", PORT)).close()

    @argot_cassette("held")
    def test_decorated(wide):
        ask()

    def test_passing_host():
        with pytest.raises(OSError):
            socket.getaddrinfo("passing.invalid", 80)
"""


@pytest.mark.parametrize("by", ["setting", "flag"])
def test_a_whole_session_can_be_guarded(house: House, server: CompletionsServer, by: str) -> None:
    """block_network guards undecorated tests and wide fixtures, and lets decorated ones record."""
    write(house, server, SESSION)
    setting = "block_network = true\n" if by == "setting" else ""
    house.write("argot.toml", f'{setting}passthrough = ["*.invalid.", "passing.invalid"]\n')
    flags = [] if by == "setting" else ["--argot-block-network=true"]
    for record in ([], ["--argot-record=once"], []):
        posts = server.posts
        result = house.run(*flags, *record, "-k", "not test_record", timeout=LIMIT)
        first = not record and not posts
        errors = {"errors": 1} if first else {}
        result.assert_outcomes(passed=2 if first else 3, failed=1, deselected=None, **errors)
        result.stdout.fnmatch_lines(
            [
                "*NetworkBlocked: a connection to 192.0.2.1:80: *(block_network = true)",
                "*name the host in passthrough, or run with --argot-block-network=false*",
            ]
        )
    assert server.posts == 1


def test_the_guard_ends_with_the_session(plain_house: House, server: CompletionsServer) -> None:
    """After pytest.main the process is as free as before."""
    write(plain_house, server, SESSION)
    plain_house.write("argot.toml", 'block_network = true\npassthrough = ["passing.invalid"]\n')
    plain_house.write(
        "script.py",
        """
        import socket, sys, pytest
        from pytest_argot.tape.switchboard import SWITCHBOARD

        ended = pytest.main(["-q", "-k", "loopback", *sys.argv[1:]])
        SWITCHBOARD.guard.consider("192.0.2.1", 80)
        try:
            socket.getaddrinfo("far.invalid", 80)
        except OSError:
            pass
        sys.exit(ended)
        """,
    )
    absent = [f"-pno:{name}" for name in ("anyio", "asyncio", "recording", "pytest_cov")]
    result = plain_house.python("script.py", *absent, timeout=LIMIT)
    assert result.ret == 0, result.stderr.str()


def test_a_mistake_in_the_root_settings_is_told(plain_house: House) -> None:
    """A wrong setting is a usage error, whatever the tests are."""
    plain_house.write("test_it.py", "def test_it(): pass\n")
    plain_house.write("argot.toml", "block_network = 3\n")
    result = plain_house.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*block_network = 3 is not allowed*", "*use true or false*"])
