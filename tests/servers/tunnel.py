"""A proxy on loopback that knows CONNECT and nothing else."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager
from socket import SHUT_RDWR, create_connection, socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


class Tunnel(socketserver.StreamRequestHandler):
    """One tunnel."""

    def handle(self) -> None:
        """Connect both ends until one hangs up."""
        host, _, port = self.rfile.readline().split()[1].decode().rpartition(":")
        while self.rfile.readline().strip():
            pass
        with create_connection((host, int(port))) as there:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=pump, args=(there, self.connection))
            back.start()
            pump(self.connection, there)
            there.shutdown(SHUT_RDWR)
            back.join()


def pump(here: socket, there: socket) -> None:
    """Pass on what comes until nothing does."""
    while data := here.recv(4096):
        there.sendall(data)


@contextmanager
def proxying() -> Generator[tuple[str, int]]:
    """Run the proxy; give its host and port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as proxy:
        proxy.daemon_threads = True
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        host, port = proxy.server_address[:2]
        yield str(host), int(port)
        proxy.shutdown()
