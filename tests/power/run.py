"""Record the consumers, fuzz them, and read what came of it: three runs of pytest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers.expat import ParserCreate

from tests.power import project
from tests.power.server import PowerServer

ROOT = Path(__file__).parents[2]
QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "anyio", "-p", "argot")
LIMIT = 900.0
"""Seconds one run of pytest may take, on the slowest machine."""
ITEM = re.compile(r"test_power\.py::test_(\w+?)(?:\[(.*)\])?$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """One test that was run: the function, the variant, and what it failed with."""

    function: str
    variant: str
    outcome: str
    told: str


@dataclass
class Outcome:
    """What came of all runs.

    ``within``: the variants of each function within the limit, in order. ``cases``: what was run
    without a limit, in order.
    """

    within: dict[str, list[str]] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)


def measured(workers: int = 2) -> Outcome:
    """Record, plan and fuzz all consumers in a temporary project."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        project.write(here)
        with PowerServer() as server:
            base = server.base
            _pytest(here, base, "--argot-record=once", "-k", "_twin or _program", passes=True)
        planned = _pytest(here, base, "--collect-only", "--argot-fuzz=on", passes=True)
        for function, variant in ITEM.findall(planned):
            outcome.within.setdefault(function, []).append(variant)
        report = here / "report.xml"
        many = ("-p", "xdist", f"-n{workers}") if workers else ()
        _pytest(here, base, *many, "--argot-fuzz=full", "--tb=short", f"--junitxml={report}")
        outcome.cases = cases(report)
    return outcome


def _pytest(here: Path, base: str, *args: str, passes: bool = False) -> str:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"CI", "ARGOT_RECORD", "PYTEST_ADDOPTS", "PYTEST_PLUGINS"}
    }
    environment |= {
        "PYTHONPATH": str(ROOT),
        "POWER_BASE": base,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", *QUIET, *args]
    run = subprocess.run(
        command,
        cwd=here,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=LIMIT,
    )
    if run.returncode not in ({0} if passes else {0, 1}):
        raise RuntimeError(f"{' '.join(args)}\n{run.stdout[-6000:]}\n{run.stderr[-2000:]}")
    return run.stdout


def cases(report: Path) -> list[Case]:
    """Read the tests of a JUnit report."""
    read = _Report()
    parser = ParserCreate()
    parser.StartElementHandler = read.start
    parser.EndElementHandler = read.end
    parser.CharacterDataHandler = read.text
    parser.Parse(report.read_bytes(), True)  # noqa: FBT003 - expat takes it by place only
    return read.cases


class _Report:
    """Collects the cases of a JUnit report as they are read."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self._name = ""
        self._outcome = "passed"
        self._told: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "testcase":
            self._name, self._outcome, self._told = attributes["name"], "passed", []
        elif tag in {"failure", "error", "skipped"}:
            self._outcome = tag
            self._told = [attributes.get("message", ""), "\n"]

    def text(self, words: str) -> None:
        self._told.append(words)

    def end(self, tag: str) -> None:
        if tag != "testcase":
            return
        function, _, variant = self._name.removeprefix("test_").partition("[")
        told = "".join(self._told)
        self.cases.append(Case(function, variant.removesuffix("]"), self._outcome, told))
