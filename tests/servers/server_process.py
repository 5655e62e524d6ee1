"""Start a real server in a process group of its own, wait until it answers, always stop it.

POSIX only: the group is what makes sure that no child of the server outlives the test.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

HERE = Path(__file__).parent
LOOPBACK = "127.0.0.1"
READY_WITHIN = 180.0  # seconds; a cold start of torch on a busy two-core machine took 40
STOP_WITHIN = 10.0  # seconds between the polite signal and the final one
FINDS_ALL = "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1:])))"


class ServerNotInstalled(LookupError):  # noqa: N818 - says what it is
    """What a server needs is not importable; the message says how to install it."""


class ServerFailed(RuntimeError):  # noqa: N818 - says what it is
    """A server or model maker that ended or stayed silent; the message ends with its log."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run: its arguments, its working directory and what it adds to the environment.

    The working directory keeps paths short: a model named relative to it is what shows up in
    requests and responses.
    """

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]

    def variables(self) -> dict[str, str]:
        """Give the environment of the process."""
        return {**os.environ, **self.environment}


def interpreter(variable: str) -> str:
    """Give the Python to run a server with: what environment ``variable`` names, else this."""
    return os.environ.get(variable) or sys.executable


def can_import(python: str, *names: str) -> bool:
    """Tell whether ``python`` finds all top-level modules ``names``; nothing of them is imported."""
    if os.name != "posix":
        return False
    try:
        tried = subprocess.run([python, "-c", FINDS_ALL, *names], check=False, capture_output=True)
    except OSError:
        return False
    return tried.returncode == 0


def require(python: str, names: Sequence[str], install: str) -> None:
    """Raise ``ServerNotInstalled`` unless ``python`` finds all modules ``names``."""
    if not can_import(python, *names):
        raise ServerNotInstalled(f"{python} lacks one of {', '.join(names)}: {install}")


def free_port() -> int:
    """Find a loopback port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def run(command: Command) -> None:
    """Run a model maker to its end; raise ``ServerFailed`` when it does not succeed."""
    done = subprocess.run(
        command.arguments,
        cwd=command.folder,
        env=command.variables(),
        check=False,
        capture_output=True,
        text=True,
        timeout=READY_WITHIN,
    )
    if done.returncode:
        raise ServerFailed(f"{command.arguments} ended with {done.returncode}\n{done.stderr}")


def answers(port: int, path: str) -> bool:
    """Tell whether ``GET path`` on ``port`` is answered with 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def await_ready(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    """Return once the server answers; raise ``ServerFailed`` when it ends or takes too long."""
    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        if answers(port, path):
            return
        time.sleep(0.2)
    said = log.read_text(encoding="utf-8", errors="replace")[-4000:]
    how = "is silent" if process.returncode is None else f"ended with {process.returncode}"
    raise ServerFailed(f"{process.args!r} {how} after at most {READY_WITHIN} s\n{said}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the whole process group: first politely, then for good."""
    for final in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, final)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_WITHIN)


@contextlib.contextmanager
def listening(command: Command, port: int, ready: str) -> Generator[str]:
    """Run a server on loopback ``port`` and give its base URL once ``GET ready`` is answered.

    Its output goes to ``server.log`` in the command's folder. Raises ``ServerFailed``.
    """
    log = command.folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command.arguments,
            cwd=command.folder,
            env=command.variables(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        await_ready(process, port, ready, log)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        stop(process)
