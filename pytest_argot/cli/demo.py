"""``argot demo``: record, replay, drift, accept, check, played by real commands."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pytest_argot.cli.demo_project import CASSETTE, REJECTED, write_project
from pytest_argot.cli.stand_in import stand_in
from pytest_argot.cli.story import Story, StoryBroken, say
from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Generator

MODEL = "gpt-3.5-turbo-instruct"
DEMO_KEY = "sk-demo-0123456789abcdefghijABCDEFGHIJ"
OFFICIAL_URL = "https://api.openai.com/v1"
REASON = "the new release says end_of_text"


@click.command(short_help="Play the whole story on a stand-in server.")
@click.option("--live", is_flag=True, help="Ask the real API (needs OPENAI_API_KEY; a few tokens).")
@click.option("--keep", type=click.Path(), metavar="DIR", help="Play in DIR and leave it there.")
def demo(*, live: bool, keep: str | None) -> int:
    """Play the whole story on a stand-in server, in a temporary folder.

    Records a test, replays it offline, lets the server drift, accepts the drift and checks. Exit
    code 0 when every step ended as the story says, else 1.
    """
    start = time.monotonic()
    key = os.environ.get("OPENAI_API_KEY", "")
    if live and not key:
        raise Misuse("--live needs a key", fix="OPENAI_API_KEY=… argot demo --live")
    try:
        with _folder(keep) as folder:
            story = Story(folder)
            _live(story, key) if live else _stand_in(story)
    except (StoryBroken, OSError) as error:
        say(f"\nthe demo broke: {error}", fg="red")
        return 1
    say(f"\nEvery step ended as told, in {time.monotonic() - start:.0f} s.", bold=True)
    return 0


@contextmanager
def _folder(keep: str | None) -> Generator[Path]:
    """Give an empty folder: a temporary one, or the one to keep."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="argot-demo-") as name:
            yield Path(name).resolve()
        return
    folder = Path(keep).absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fix = "name a folder that is empty, or not there yet"
        raise Misuse("the demo plays in an empty folder only", where=str(folder), fix=fix)
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


def _stand_in(story: Story) -> None:
    with stand_in() as server:
        _write(story, server.base_url)
        _record(story, DEMO_KEY)
        story.check(server.asked == 1, "the server was asked once")
    _replay(story, "the server is stopped, no key is set")
    _drift_by_server(story, server.port)
    _drift_in_ci(story)
    _accept(story)


def _live(story: Story, key: str) -> None:
    _write(story, os.environ.get("OPENAI_BASE_URL", OFFICIAL_URL).rstrip("/"))
    _record(story, key)
    _replay(story, "no key is set")
    _drift_by_hand(story)
    _drift_in_ci(story)
    _accept(story)


def _write(story: Story, base_url: str) -> None:
    story.chapter(f"A small test module, test_haiku.py, on {base_url}")
    say("")
    for line in write_project(story.folder, base_url=base_url, model=MODEL).splitlines():
        say(f"   | {line}".rstrip())


def _record(story: Story, key: str) -> None:
    story.chapter("Record: the first run asks the server and writes a cassette")
    story.pytest("--argot-record=once", exit_code=0, must_say=["passed"], key=key)
    text = story.read(CASSETTE)
    story.check(key not in text, "the key is not in the cassette")
    story.argot("show", CASSETTE.as_posix(), exit_code=0, must_say=[MODEL])


def _replay(story: Story, how: str) -> None:
    story.chapter(f"Replay: {how}, the cassette answers")
    before = story.read(CASSETTE)
    story.pytest(exit_code=0, must_say=["passed"])
    story.check(story.read(CASSETTE) == before, "replaying does not touch the cassette")


def _drift_by_server(story: Story, port: int) -> None:
    story.chapter("Drift: the server gets a new release, a colleague records again")
    with stand_in(port, drifting=True):
        story.remove(CASSETTE)
        story.pytest("--argot-record=once", exit_code=1, must_say=["enum.unknown"], key=DEMO_KEY)
    story.check(not story.has(CASSETTE), "a drifting recording does not become the cassette")
    say("\n   The recording was refused and kept beside. The colleague commits it all the same:")
    story.rename(REJECTED, CASSETTE)


def _drift_by_hand(story: Story) -> None:
    story.chapter("Drift: a copy of the recording edited by hand stands for a new release")
    text = story.read(CASSETTE)
    edited = text.replace('"created":', '"created_at":')
    for value in ("stop", "length"):
        edited = edited.replace(f'"finish_reason": "{value}"', '"finish_reason": "end_of_text"')
    story.check("created_at" in edited and "end_of_text" in edited, "the edits apply")
    story.folder.joinpath(CASSETTE).write_text(edited, encoding="utf-8")


def _drift_in_ci(story: Story) -> None:
    story.chapter("CI fails: the responses no longer fit the response model")
    drift = ["enum.unknown", "choices[*].finish_reason"]
    story.pytest(exit_code=1, must_say=["no longer fits", *drift, "2 failed"], in_ci=True)
    story.argot("check", exit_code=1, must_say=drift)


def _accept(story: Story) -> None:
    story.chapter("Accept: reviewed like code, in cassettes/argot-accepted.toml")
    story.argot("accept", "--all", "--reason", REASON, exit_code=0)
    story.pytest(exit_code=0, must_say=["passed"], in_ci=True)
    story.argot("check", exit_code=0)
