"""Record ``cassettes/<server>`` anew from a real server.

::

    python tests/servers/record.py transformers
    python tests/servers/record.py llama_cpp

Starts the server on its fixed port, runs ``tests/recordings/test_<server>.py`` and its part of
``test_servers.py`` without the old cassettes and with ``--argot-record=once``, then again with the
server stopped. If anything fails, or a path of this machine got into a cassette, the old cassettes
are put back.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import llama_cpp_server
import server_process
import transformers_server

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from contextlib import AbstractContextManager

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Studio:
    """A server to record from; ``port`` is fixed because it stands in the cassettes' URLs."""

    serving: Callable[[Path], AbstractContextManager[str]]
    port: int
    python: str


STUDIOS = {
    "transformers": Studio(transformers_server.serving, 8000, "TRANSFORMERS_PYTHON"),
    "llama_cpp": Studio(llama_cpp_server.serving, 8001, "LLAMA_CPP_PYTHON"),
}


class NotRecorded(RuntimeError):  # noqa: N818 - says what it is
    """The recording is not fit to be kept."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Record one server's cassettes; 0 when they are new, 1 when the old ones are back."""
    parser = argparse.ArgumentParser(description="Record cassettes from a real server.")
    parser.add_argument("server", choices=sorted(STUDIOS))
    name = parser.parse_args(arguments).server
    cassettes = ROOT / "cassettes" / name
    try:
        with set_aside(cassettes):
            record(name, STUDIOS[name], cassettes)
    except (NotRecorded, server_process.ServerFailed, server_process.ServerNotInstalled) as error:
        print(f"{error}\nnothing was changed in {cassettes.relative_to(ROOT)}", file=sys.stderr)
        return 1
    print(f"recorded {len(list(recordings(cassettes)))} cassettes: git diff cassettes/{name}")
    return 0


def recordings(folder: Path) -> Iterator[Path]:
    """Give the cassettes of a folder, without what earlier failures left there."""
    return (path for path in folder.glob("*.yaml") if not path.name.endswith(".rejected.yaml"))


@contextlib.contextmanager
def set_aside(folder: Path) -> Generator[None]:
    """Take the cassettes of ``folder`` away; put them back in place of the new ones on failure.

    Rejected recordings of the failure stay, to see what came; those of an earlier one go.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".aside-") as temporary:
        for path in folder.glob("*.yaml"):
            shutil.move(path, temporary)
        try:
            yield
        except BaseException:
            for path in recordings(folder):
                path.unlink()
            for path in recordings(Path(temporary)):
                shutil.move(path, folder)
            raise


def record(name: str, studio: Studio, cassettes: Path) -> None:
    """Run the recording tests against the server, then without it; raise ``NotRecorded``."""
    refuse_taken(studio.port)
    # The servers pick a free port of their own choice; what is recorded needs the fixed one.
    fixed = mock.patch.object(server_process, "free_port", return_value=studio.port)
    with tempfile.TemporaryDirectory() as folder, fixed, studio.serving(Path(folder)):
        run_tests(name, "--argot-record=once")
    run_tests(name)
    refuse_paths(cassettes, server_process.interpreter(studio.python))


def refuse_taken(port: int) -> None:
    """Raise ``NotRecorded`` when another program listens on ``port``: it would be recorded."""
    with socket.socket() as probe:
        if probe.connect_ex((server_process.LOOPBACK, port)) == 0:
            raise NotRecorded(f"something else listens on {server_process.LOOPBACK}:{port}")


def run_tests(name: str, *options: str) -> None:
    """Run the tests of one server's recordings; raise ``NotRecorded`` when one fails."""
    files = [f"tests/recordings/test_{each}.py" for each in (name, "servers")]
    command = [sys.executable, "-m", "pytest", *files, "-k", name, *options]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise NotRecorded(f"failed: {' '.join(command[1:])}")


def refuse_paths(cassettes: Path, python: str) -> None:
    """Raise ``NotRecorded`` when a cassette names a place of this machine."""
    home = str(Path.home())
    places = {str(ROOT), str(Path(python).parent), tempfile.gettempdir(), "site-packages"}
    places |= {sysconfig.get_path("stdlib"), *([home] if home != "/" else [])}
    for path in recordings(cassettes):
        text = path.read_text(encoding="utf-8")
        if found := sorted(place for place in places if place in text):
            raise NotRecorded(f"{path.relative_to(ROOT)} names {found[0]}")


if __name__ == "__main__":
    sys.exit(main())
