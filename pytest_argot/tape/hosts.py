"""Names and addresses: what is this machine's own, and what passes by rule."""

from __future__ import annotations

import functools
import ipaddress
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_argot.tape.passthrough import host_of, host_passes

if TYPE_CHECKING:
    from collections.abc import Iterable

LOCAL_NAMES: Final = frozenset({"", "localhost", "localhost.localdomain"})


class KnownAddresses:
    """The names that were looked up, by the addresses they have: connections name only these."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def passes(self, host: str, port: int, patterns: Iterable[str]) -> bool:
        """Whether a connection or look-up (port 0) is allowed by patterns of hosts."""
        patterns = tuple(patterns)
        if host_passes(host, port, patterns):
            if not is_address(host):
                self._learn(host)
            return True
        return bool(patterns) and is_address(host) and self._by_name(host, port, patterns)

    def _by_name(self, address: str, port: int, patterns: tuple[str, ...]) -> bool:
        for name in map(host_of, patterns):  # it may have been looked up before anybody watched
            if not (is_address(name) or any(sign in name for sign in "*?[")):
                self._learn(name)
        names = self._names.get(address, ())
        return any(host_passes(name, port, patterns) for name in names)

    def _learn(self, name: str) -> None:
        for address in _addresses(name):
            self._names.setdefault(address, set()).add(name)


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own, and nobody else's."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return _is_local_name(host)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


def is_address(host: str) -> bool:
    """Whether nothing need be looked up."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_local_name(host: str) -> bool:
    lower = host.lower().rstrip(".")
    if lower in LOCAL_NAMES or lower.endswith(".localhost"):
        return True
    return lower == socket.gethostname().lower() or lower in _listed()


@functools.cache
def _listed() -> frozenset[str]:
    """Give the names the machine's own list gives a loopback address, ``ip6-localhost`` say."""
    windows = Path(os.environ.get("SYSTEMROOT", ""), "System32", "drivers", "etc", "hosts")
    file = windows if windows.is_file() else Path("/etc/hosts")
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    rows = [line.partition("#")[0].split() for line in lines]
    return frozenset(
        name.lower()
        for address, *names in filter(None, rows)
        if is_address(address) and is_loopback(address)
        for name in names
    )


def _addresses(name: str) -> set[str]:
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(name, None)}
    except (OSError, UnicodeError):
        return set()
