"""Promise: against a completions server nobody here wrote, the whole story holds.

``transformers serve`` with a tiny model of our own is started once, recorded from through the
openai client, and stopped; everything else happens without it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from filelock import FileLock

from tests.servers import transformers_server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import House

KEY = "local-key-0815-4711"
CASSETTES = ["plain.yaml", "stream.yaml", "stream_async.yaml"]

FILES = {
    "pytest.ini": """
        [pytest]
        asyncio_default_fixture_loop_scope = function
    """,
    "poet.py": """
        import openai

        BASE = "{base}/v1"
        HAIKU = {{"model": "tiny-llama", "temperature": 0, "prompt": "Write a haiku about tapes."}}

        def write():
            with openai.OpenAI(base_url=BASE, max_retries=0) as client:
                return client.completions.create(**HAIKU).choices[0].text

        def dictate():
            with openai.OpenAI(base_url=BASE, max_retries=0) as client:
                chunks = client.completions.create(**HAIKU, stream=True)
                return "".join(chunk.choices[0].text for chunk in chunks)

        async def dictate_async():
            async with openai.AsyncOpenAI(base_url=BASE, max_retries=0) as client:
                chunks = await client.completions.create(**HAIKU, max_tokens=9, stream=True)
                return "".join([chunk.choices[0].text async for chunk in chunks])
    """,
    "test_poet.py": """
        import poet
        import pytest
        from pytest_argot import argot_cassette

        pytestmark = argot_cassette(dialect="transformers")

        @argot_cassette("plain")
        def test_plain(argot):
            assert poet.write().count("\\n") == 2
            assert argot.completions[0].usage.total_tokens == 21

        @argot_cassette("stream")
        def test_stream(argot):
            assert poet.dictate().endswith("nothing new was asked.")
            assert len(argot.chunks) == 15

        @pytest.mark.asyncio
        @argot_cassette("stream_async")
        async def test_stream_async(argot):
            assert (await poet.dictate_async()).startswith(" A borrowed tape")
            assert argot.completions[0].choices[0].finish_reason == "length"

        @argot_cassette("plain")
        def test_data(completion):
            assert completion.choices[0].finish_reason == "stop"
    """,
    "test_undeclared.py": """
        import poet
        from pytest_argot import argot_cassette

        @argot_cassette("undeclared")
        def test_undeclared():
            poet.write()
    """,
    "test_default.py": """
        import poet
        from pytest_argot import argot_cassette

        @argot_cassette("plain")
        def test_plain():
            assert poet.write()

        @argot_cassette("stream")
        def test_stream(completion):
            assert completion
    """,
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A user's project whose cassettes were recorded from the server, which is stopped by now."""

    project: Path

    @property
    def base(self) -> str:
        """The server's base URL."""
        return (self.project / "base.txt").read_text(encoding="utf-8")

    def said(self, test: str) -> str:
        """Give what pytest printed when it recorded a test file."""
        return (self.project / f"{test}.log").read_text(encoding="utf-8")

    def moved_into(self, house: House) -> House:
        """Copy the project into a house."""
        house.with_plugins("asyncio")
        shutil.copytree(self.project, house.root, dirs_exist_ok=True)
        return house


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """The recorded project: one server start, also when several workers ask for it."""
    if not transformers_server.installed():
        pytest.skip(f"transformers serve is not installed: {transformers_server.INSTALL}")
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with FileLock(shared / "real-server.lock"):
        project = shared / "real-server"
        if not project.exists():
            draft = tmp_path_factory.mktemp("project")
            record(draft, tmp_path_factory.mktemp("server"))
            draft.rename(project)
    return Recorded(project)


def record(project: Path, folder: Path) -> None:
    """Write a user's project and record its tests from the live server."""
    with transformers_server.serving(folder) as base:
        (project / "base.txt").write_text(base, encoding="utf-8")
        for name, text in FILES.items():
            plain = textwrap.dedent(text).lstrip()
            told = plain.format(base=base) if name == "poet.py" else plain
            (project / name).write_text(told, encoding="utf-8")
        for test in ("test_poet", "test_undeclared"):
            log = run_pytest(project, f"{test}.py", "--argot-record=once")
            (project / f"{test}.log").write_text(log, encoding="utf-8")


def run_pytest(project: Path, *arguments: str) -> str:
    """Run pytest on the project with a key in the environment; give what it printed."""
    ours = ("PYTEST_", "ARGOT_", "COV_", "CI", "GITHUB_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:randomly", *arguments],
        cwd=project,
        env={**kept, "OPENAI_API_KEY": KEY},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.stdout + done.stderr


def test_it_records_from_the_live_server(recorded: Recorded) -> None:
    """All three ways to ask are recorded; what is written is judged, and holds no key."""
    said = recorded.said("test_poet")
    assert "4 passed" in said, said
    assert "recorded 3 interactions" in said
    files = sorted(recorded.project.glob("cassettes/*.yaml"))
    assert [path.name for path in files if "rejected" not in path.name] == CASSETTES
    assert all(KEY not in path.read_text(encoding="utf-8") for path in files)


def test_it_replays_with_the_server_stopped(house: House, recorded: Recorded) -> None:
    """Without server and key every test passes, alone and spread over workers."""
    with pytest.raises(URLError):
        urlopen(f"{recorded.base}/health", timeout=5)
    recorded.moved_into(house).run("test_poet.py").assert_outcomes(passed=4)


def test_recording_without_the_dialect_is_refused(recorded: Recorded) -> None:
    """By OpenAI's schema the live answer is drift: FAILED, and kept beside the cassette."""
    said = recorded.said("test_undeclared")
    assert "1 failed" in said, said
    assert "field.missing" in said
    assert "choices[*].logprobs" in said
    assert KEY not in said
    names = [path.name for path in recorded.project.glob("cassettes/undeclared*")]
    assert names == ["undeclared.rejected.yaml"]


def test_replaying_without_the_dialect_fails(plain_house: House, recorded: Recorded) -> None:
    """By OpenAI's schema the recordings lack required keys: both kinds of test FAIL and say so."""
    result = recorded.moved_into(plain_house).run("test_default.py")
    result.assert_outcomes(failed=2)
    text = result.stdout.str()
    assert "plain.yaml no longer fits" in text
    assert "stream.yaml no longer fits" in text
    result.stdout.fnmatch_lines(["*error*choices[[]*[]].logprobs*", "*field.missing*"])
    for kind in ("choices[*].finish_reason", "stream.no_done"):
        assert kind in text


def test_the_dialect_excuses_nothing_else(plain_house: House, recorded: Recorded) -> None:
    """With the dialect, a value the server never sends is drift like any other."""
    house = recorded.moved_into(plain_house)
    path = house.cassettes / "plain.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"finish_reason": "stop"', '"finish_reason": "eos"'), "utf-8")
    result = house.run("test_poet.py")
    result.assert_outcomes(failed=2, passed=2)
    assert "enum.unknown" in result.stdout.str()


def test_check_agrees(plain_house: House, recorded: Recorded) -> None:
    """``argot check`` finds the same drift, and none once a route names the dialect."""
    house = recorded.moved_into(plain_house)
    result = house.python("-m", "pytest_argot", "check")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*error*choices[[]*[]].logprobs*"])
    route = f'[[routes]]\nmatch = "POST {recorded.base}/v1/*"\ndialect = "transformers"\n'
    house.write("argot.toml", route)
    assert house.python("-m", "pytest_argot", "check").ret == 0
    house.run("test_poet.py", "test_default.py").assert_outcomes(passed=6)
