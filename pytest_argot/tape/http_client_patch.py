# pyright: basic
"""http.client (and so urllib): its connections get a socket that asks the switchboard.

``HTTPConnection.connect`` and ``HTTPSConnection.connect`` are what opens a connection; those of
urllib3 and other libraries have a ``connect`` of their own and are left alone. A connection that
was opened before there was a tape is taken over where it begins its next request.
"""

from __future__ import annotations

import functools
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING, Any

from pytest_argot.tape.live import DIRECT
from pytest_argot.tape.patching import replaced
from pytest_argot.tape.taped_socket import TapedSocket, origin

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pytest_argot.tape.switchboard import Switchboard


@contextmanager
def patch_http_client(switchboard: Switchboard) -> Generator[None]:
    """Patch the connections of http.client."""
    patch = _Connections(switchboard)
    with ExitStack() as stack:
        for owner, name, make in (
            (HTTPConnection, "connect", patch.connect),
            (HTTPSConnection, "connect", patch.connect_tls),
            (HTTPConnection, "putrequest", patch.putrequest),
        ):
            stack.enter_context(replaced(owner, name, make))
        yield


@dataclass(frozen=True)
class _Connections:
    switchboard: Switchboard

    def connect(self, original: Callable[[Any], None]) -> Callable[[Any], None]:
        """Make ``HTTPConnection.connect``; below TLS it is what it was."""

        @functools.wraps(original)
        def connect(conn: Any) -> None:
            if isinstance(conn, HTTPSConnection) or not self._minds(conn):
                original(conn)
            else:
                conn.sock = TapedSocket(conn, original, self.switchboard)

        return connect

    def connect_tls(self, original: Callable[[Any], None]) -> Callable[[Any], None]:
        """Make ``HTTPSConnection.connect``."""

        @functools.wraps(original)
        def connect(conn: Any) -> None:
            if self._minds(conn):
                conn.sock = TapedSocket(conn, original, self.switchboard)
            else:
                original(conn)

        return connect

    def putrequest(self, original: Callable[..., None]) -> Callable[..., None]:
        """Make ``putrequest``, which begins a request."""

        @functools.wraps(original)
        def putrequest(conn: Any, *args: Any, **named: Any) -> None:
            own = type(conn).connect in {HTTPConnection.connect, HTTPSConnection.connect}
            foreign = conn.sock is not None and not isinstance(conn.sock, TapedSocket)
            if own and foreign and self._minds(conn):
                conn.sock = TapedSocket(conn, type(conn).connect, self.switchboard, conn.sock)
            original(conn, *args, **named)

        return putrequest

    def _minds(self, conn: Any) -> bool:
        return not hasattr(conn, DIRECT) and self.switchboard.is_concerned(origin(conn))
