"""``llama-cpp-python[server]`` with a tiny model of our own, for tests that want a real server.

Install with ``pip install "llama-cpp-python[server]" gguf`` (a compiler is needed), into this
environment or into another one whose Python the environment variable ``LLAMA_CPP_PYTHON`` names.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import server_process

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

MODEL = "tiny-llama"  # what requests should say; any other name is answered all the same
NEEDS = ("llama_cpp", "gguf", "fastapi", "uvicorn", "sse_starlette")
INSTALL = 'pip install "llama-cpp-python[server]" gguf'
QUIET = {"PYTHONDONTWRITEBYTECODE": "1"}
OPTIONS = {
    "--model": f"{MODEL}.gguf",
    "--model_alias": MODEL,
    "--n_ctx": "512",
    "--n_threads": "1",
    "--logits_all": "true",  # without it a request for logprobs is refused
    "--host": server_process.LOOPBACK,
}


def installed() -> bool:
    """Tell whether ``serving`` can work here."""
    return server_process.can_import(server_process.interpreter("LLAMA_CPP_PYTHON"), *NEEDS)


@contextlib.contextmanager
def serving(folder: Path) -> Generator[str]:
    """Make the model in ``folder``, serve it, give the base URL (without ``/v1``).

    Raises ``ServerNotInstalled`` or ``ServerFailed``; the server is stopped in any case.
    """
    python = server_process.interpreter("LLAMA_CPP_PYTHON")
    server_process.require(python, NEEDS, INSTALL)
    maker = [python, str(server_process.HERE / "make_tiny_gguf.py"), OPTIONS["--model"]]
    server_process.run(server_process.Command(maker, folder, QUIET))
    port = server_process.free_port()
    options = [word for option in OPTIONS.items() for word in option]
    server = [python, "-m", "llama_cpp.server", *options, "--port", str(port)]
    command = server_process.Command(server, folder, QUIET)
    with server_process.listening(command, port, "/v1/models") as url:
        yield url
