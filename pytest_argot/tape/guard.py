"""No connection leaves the machine while a tape replays.

Seen are Python's own sockets, through the audit events they raise
(https://docs.python.org/3/library/audit_events.html), whoever imported what and when. An audit
hook cannot be taken away: there is one a process, and it only looks while a tape is open or the
whole session is guarded.
"""

from __future__ import annotations

import socket
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.errors import NetworkBlocked, NetworkBlockedInThread
from pytest_argot.tape.hosts import KnownAddresses, is_address, is_loopback

if TYPE_CHECKING:
    from pytest_argot.tape.line import Line
    from pytest_argot.tape.switchboard import Switchboard

LOOKUPS: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
SENDINGS: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
INTERNET: Final = frozenset({socket.AF_INET, socket.AF_INET6})


class Guard:
    """Watches the sockets of the process."""

    def __init__(self, switchboard: Switchboard) -> None:
        self._switchboard = switchboard
        self._inside = threading.local()
        self._known = KnownAddresses()
        self._session: tuple[str, ...] | None = None
        self._watching = False

    def watch(self) -> None:
        """Begin to look at what the process connects to; once is enough."""
        if not self._watching:
            self._watching = True
            sys.addaudithook(self._heard)

    def session(self, passthrough: tuple[str, ...] | None) -> None:
        """Guard everything, tape or none, except the given hosts; ``None`` ends that."""
        self._session = passthrough
        if passthrough is not None:
            self.watch()

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in LOOKUPS and event not in SENDINGS:
            return
        if not (self._switchboard.busy or self._session is not None):
            return
        if getattr(self._inside, "now", False):
            return
        self._inside.now = True
        try:
            self._check(event, arguments)
        finally:
            self._inside.now = False

    def _check(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in LOOKUPS:
            host = _text(arguments[0])
            if event == "socket.gethostbyaddr" or not is_address(host):
                self.consider(host, 0)
            return
        sender, address = arguments[:2]
        if not (isinstance(address, tuple) and getattr(sender, "family", None) in INTERNET):
            return
        host, port = arguments[1][:2]
        try:
            self.consider(_text(host), port)
        except NetworkBlocked:
            if event == "socket.connect":
                sender.close()  # Python's own create_connection closes after an OSError only
            raise

    def consider(self, host: str, port: int, how: str = "") -> None:
        """Raise ``NetworkBlocked`` unless a connection may be made; port 0: a name is looked up.

        ``how`` names a client that makes its connections outside Python's sockets.
        """
        __tracebackhide__ = True
        if is_loopback(host) and not port:
            return
        lines, own = self._switchboard.candidates()
        stopping = [line for line in lines if self._stops(line, host, port)]
        # A look-up in an executor's thread may be of any open tape; its connection is one's.
        if stopping and (port or len(stopping) == len(lines)):
            raise self._refused(lines, stopping, _asked(host, port, how), own=own)
        if self._session is None or (lines and own):
            return
        if not (is_loopback(host) or self._known.passes(host, port, self._session)):
            raise _blocked_in_session(_asked(host, port, how))

    def _stops(self, line: Line, host: str, port: int) -> bool:
        """Whether a tape forbids a connection; loopback passes unless its answers are recorded."""
        traffic = line.traffic
        if not traffic.guards or (is_loopback(host) and port not in traffic.loopback_ports):
            return False
        return not self._known.passes(host, port, traffic.plan.passthrough)

    def _refused(
        self, lines: list[Line], stopping: list[Line], asked: str, *, own: bool
    ) -> NetworkBlocked:
        from pytest_argot.tape.switchboard import ambiguous, outlived

        first = stopping[0]
        if len(lines) > 1:
            text = ambiguous(lines, asked)
        elif self._switchboard.is_open(first):
            text = _explained(asked, first)
        else:
            text, own = outlived(first, asked), False
        error = first.traffic.block(f"NetworkBlocked: {text}", own=own)
        for line in stopping[1:]:
            line.traffic.remember(error, own=own)
        return error


def _asked(host: str, port: int, how: str) -> str:
    client = f" through {how}" if how else ""
    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return f"a connection to {shown}{client}" if port else f"a look-up of {host}{client}"


def _text(host: Any) -> str:
    if host is None:
        return ""
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


def _explained(asked: str, line: Line) -> str:
    from pytest_argot.tape.miss import caller

    plan = line.traffic.plan
    lines = (
        f"{asked}: nothing may leave the machine while tests replay",
        f"  asked at: {caller(plan.settings.root)}",
        f"  cassette: {plan.name} (mode {plan.record})",
        "  fix:      let the host through with passthrough, or record: "
        + plan.record_command("new_episodes"),
    )
    return "\n".join(lines)


def _blocked_in_session(asked: str) -> NetworkBlocked:
    text = (
        f"{asked}: nothing may leave the machine (block_network = true)\n"
        "  fix:   name the host in passthrough, or run with --argot-block-network=false"
    )
    main = threading.current_thread() is threading.main_thread()
    return NetworkBlocked(text) if main else NetworkBlockedInThread(text)
