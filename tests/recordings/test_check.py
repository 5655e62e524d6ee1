"""Promise: ``argot check`` judges real recordings rightly: no false alarm, and no drift missed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CASSETTES = Path(__file__).resolve().parents[2] / "cassettes"


def check(folder: str, *options: str) -> dict[str, Any]:
    """Run ``argot check`` on recordings; give its report, the exit code in the summary."""
    command = [sys.executable, "-m", "pytest_argot", "check", str(CASSETTES / folder)]
    done = subprocess.run(
        [*command, "--format", "json", *options], capture_output=True, check=False, text=True
    )
    report: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == report["summary"]["exit"], done.stderr
    return report


def without_routes(folder: Path) -> str:
    """Write settings that know no dialect, so that OpenAI's schema judges."""
    settings = folder / "argot.toml"
    settings.write_text("", encoding="utf-8")
    return f"--config={settings}"


def test_every_recording_fits_the_dialect_of_its_server() -> None:
    """All recordings are judged, and none gives a finding of any level."""
    report = check("", "--fail-on=info")
    assert report["findings"] == []
    assert report["summary"]["unmodelled"] == 0
    assert report["summary"]["judged"] == report["summary"]["interactions"] > 25


def test_llama_cpp_is_no_drift_by_openai_either(tmp_path: Path) -> None:
    """llama-cpp-python keeps to OpenAI's schema: without its dialect there is no finding either."""
    report = check("llama_cpp", without_routes(tmp_path), "--fail-on=info")
    assert report["findings"] == []


def test_transformers_is_drift_by_openai(tmp_path: Path) -> None:
    """Without its dialect every habit of transformers serve is found, in each recording."""
    report = check("transformers", without_routes(tmp_path))
    found = {(each["kind"], each["path"]) for each in report["findings"]}
    found.discard(("stream.id_changed", "created"))  # there if a second ended within a stream
    assert found == {
        ("field.missing", "choices[*].finish_reason"),
        ("field.missing", "choices[*].logprobs"),
        ("field.missing", "error"),
        ("field.added", "detail"),
        ("stream.no_done", ""),
    }
    (plain,) = [each for each in report["findings"] if each["cassette"].endswith("/plain.yaml")]
    assert (plain["count"], plain["interactions"]) == (1, [0])
