"""The small project the demo plays with: one module of tests, settings, nothing else."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

CASSETTE = Path("cassettes", "haiku.yaml")
REJECTED = Path("cassettes", "haiku.rejected.yaml")
TESTS = Path("test_haiku.py")

SETTINGS = """\
[tool.pytest.ini_options]
addopts = "-q -p argot"

[tool.argot]
cassettes = "cassettes"
"""

WITH_OPENAI = """\
import openai
from pytest_argot import argot_cassette


def write_haiku():
    client = openai.OpenAI(base_url="{base_url}")
    answer = client.completions.create(
        model="{model}", prompt="A haiku about a frog:\\n", max_tokens=24
    )
    return answer.choices[0].text
"""

WITH_URLLIB = """\
import json, os, urllib.request
from pytest_argot import argot_cassette


def write_haiku():
    asked = {{"model": "{model}", "prompt": "A haiku about a frog:\\n", "max_tokens": 24}}
    key = os.environ["OPENAI_API_KEY"]
    request = urllib.request.Request(
        "{base_url}/completions",
        data=json.dumps(asked).encode(),
        headers={{"content-type": "application/json", "authorization": "Bearer " + key}},
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)["choices"][0]["text"]
"""

THE_TESTS = """\


@argot_cassette("haiku")
def test_haiku():
    assert write_haiku().strip()


@argot_cassette("haiku")
def test_price(completion):  # the recorded response itself, typed: no client, no HTTP
    assert completion.usage.total_tokens < 100
"""


def write_project(folder: Path, *, base_url: str, model: str) -> str:
    """Write the project and give the text of its test module."""
    client = WITH_OPENAI if find_spec("openai") else WITH_URLLIB
    tests = client.format(base_url=base_url, model=model) + THE_TESTS
    folder.joinpath("pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    folder.joinpath(TESTS).write_text(tests, encoding="utf-8")
    return tests
