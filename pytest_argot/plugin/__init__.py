"""The pytest plugin; loaded by every pytest session, so it imports nothing heavy."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pytest_argot.errors import Misuse
from pytest_argot.plugin.blocking import block_network
from pytest_argot.plugin.fixtures import argot, completion, completions, response, responses
from pytest_argot.plugin.flags import add_flags, flag
from pytest_argot.plugin.lifecycle import (
    MISUSE,
    pytest_collection_modifyitems,
    pytest_fixture_setup,
    pytest_runtest_setup,
    pytest_runtest_teardown,
)
from pytest_argot.plugin.marker import SIGNATURE
from pytest_argot.plugin.search import pytest_pyfunc_call
from pytest_argot.plugin.session import SESSION, WORKER_STARTED, start
from pytest_argot.plugin.terminal import Summary
from pytest_argot.plugin.unittest_variants import pytest_make_collect_report
from pytest_argot.plugin.variants import pytest_generate_tests
from pytest_argot.plugin.verdict import pytest_runtest_call, pytest_runtest_makereport

if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "argot",
    "completion",
    "completions",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_fixture_setup",
    "pytest_generate_tests",
    "pytest_make_collect_report",
    "pytest_pyfunc_call",
    "pytest_report_header",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
    "pytest_testnodedown",
    "response",
    "responses",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the flags."""
    add_flags(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and begin the session."""
    config.addinivalue_line("markers", SIGNATURE)
    try:
        start(config)
        block_network(config)
    except Misuse as error:
        raise pytest.UsageError(str(error)) from None
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Summary(), "argot-summary")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker when the whole session began."""
    node.workerinput[WORKER_STARTED] = node.config.stash[SESSION].started


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """End the run with the usage error an xdist worker found."""
    text = getattr(node, "workeroutput", {}).get(MISUSE)
    if text:
        raise pytest.UsageError(text)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say so when the run may write cassettes, and when ``CI`` keeps it from doing so."""
    asked = flag(config, "record")
    ambient = os.environ.get("ARGOT_RECORD")
    if asked is None and ambient and ambient != "none" and os.environ.get("CI"):
        return f"argot: ARGOT_RECORD={ambient} does not count while CI is set (the flag does)"
    return f"argot: record={asked}" if asked and asked != "none" else None
