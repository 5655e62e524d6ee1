"""Findings as data."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pytest_argot.drift.finding import Finding, Level, fingerprint, fingerprint_of_parts
from pytest_argot.errors import Misuse
from tests.drift_material import body, interaction, judged, put


def test_round_trip_through_json() -> None:
    """A finding comes back from JSON as it was, parts included."""
    found = judged(interaction(body(put("id", to=1))), interaction(body(put("id", to=[]))))
    for finding in found:
        assert Finding.from_dict(json.loads(json.dumps(finding.to_dict()))) == finding
    assert found[0].to_dict()["level"] == "error"
    assert "parts" in found[0].to_dict()


def test_level_words() -> None:
    """Levels are ordered and read from their words; another word is refused."""
    assert Level.parse("warn") is Level.WARN
    assert Level.INFO < Level.WARN < Level.ERROR
    with pytest.raises(Misuse) as caught:
        Level.parse("ERROR")
    assert "error, warn, info" in str(caught.value)


def test_fingerprints() -> None:
    """A fingerprint is 12 hex digits; that of parts does not depend on their order."""
    assert fingerprint("a", "b") == fingerprint("a", "b") != fingerprint("ab")
    assert len(fingerprint("a\ud800")) == 12
    assert fingerprint_of_parts(["b", "a"]) == fingerprint_of_parts(["a", "b", "a"])
    assert fingerprint_of_parts(["a"]) == "a"


def test_finding_is_cheap_to_import() -> None:
    """Reports and levels read findings without importing pydantic, yaml or tomlkit."""
    code = (
        "import sys, pytest_argot.drift.levels, pytest_argot.drift.known;"
        "sys.exit(bool({'pydantic', 'yaml', 'tomlkit', 'pytest'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
