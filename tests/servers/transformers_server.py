"""``transformers serve`` with a tiny model of our own, for tests that want a real server.

Install with ``pip install --group servers``, into this environment or into another one whose
Python the environment variable ``TRANSFORMERS_PYTHON`` names.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import server_process

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

MODEL = "tiny-llama"  # what requests must say; responses say "tiny-llama@main"
NEEDS = ("transformers", "torch", "tokenizers", "fastapi", "uvicorn", "openai")
INSTALL = "pip install --group servers"
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "OMP_NUM_THREADS": "1",  # a model this small only loses by sharing its work
    "PYTHONDONTWRITEBYTECODE": "1",
}


def installed() -> bool:
    """Tell whether ``serving`` can work here."""
    return server_process.can_import(server_process.interpreter("TRANSFORMERS_PYTHON"), *NEEDS)


@contextlib.contextmanager
def serving(folder: Path) -> Generator[str]:
    """Make the model in ``folder``, serve it, give the base URL (without ``/v1``).

    Raises ``ServerNotInstalled`` or ``ServerFailed``; the server is stopped in any case.
    """
    python = server_process.interpreter("TRANSFORMERS_PYTHON")
    server_process.require(python, NEEDS, INSTALL)
    maker = [python, str(server_process.HERE / "make_tiny_model.py"), MODEL]
    server_process.run(server_process.Command(maker, folder, OFFLINE))
    port = server_process.free_port()
    server = [python, "-m", "transformers.cli.transformers", "serve", MODEL, "--device", "cpu"]
    server += ["--host", server_process.LOOPBACK, "--port", str(port)]
    command = server_process.Command(server, folder, OFFLINE)
    with server_process.listening(command, port, "/health") as url:
        yield url
