"""``block_network``: the guard for a whole session, whether or not a cassette is open."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pytest_argot.errors import Misuse
from pytest_argot.plugin.session import SESSION

if TYPE_CHECKING:
    import pytest

PATCHING = "pytest_argot.tape.switchboard"


def block_network(config: pytest.Config) -> None:
    """Guard from now to the end of the session where the root folder's settings say so.

    The controller of xdist runs no tests and may have to reach its workers: it is let be.
    """
    config.add_cleanup(_let_go)
    if getattr(config.option, "tx", None) and not hasattr(config, "workerinput"):
        return
    try:
        settings = config.stash[SESSION].book.of(config.rootpath / "conftest.py")
    except Misuse:
        if hasattr(config, "workerinput"):  # a worker that dies here says nothing; collection tells
            return
        raise
    if settings.block_network:
        from pytest_argot.tape.switchboard import SWITCHBOARD

        SWITCHBOARD.guard.session(settings.passthrough)


def _let_go() -> None:
    """End the guard, and let go of what threads of this session's tests still do."""
    module = sys.modules.get(PATCHING)
    if module is not None:
        module.SWITCHBOARD.guard.session(None)
        module.SWITCHBOARD.abandon()
