"""Writing: all or nothing, nothing lost between processes, nothing secret on the disk."""

from __future__ import annotations

import os
import random
import stat
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.rejected import reject, rejected_path
from pytest_argot.cassette.store import save
from pytest_argot.errors import CassetteCorrupt, SecretFound
from tests.cassette_material import MASKER, SECRET, adding, made, prompts

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import sys
from pathlib import Path
from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.store import save
from pytest_argot.wire.masking import Masker

def made(prompt):
    request = Request("POST", "http://a/v1/completions", {}, prompt.encode() * 50)
    return Interaction(request, Response(200, "OK", {}, b'{"id": 1}'), tests=(prompt,))

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print("up", flush=True)
sys.stdin.read()
for number in range(count):
    new = made(f"{name}-{number} ")
    save(path, lambda present: [*(present.interactions if present else ()), new], masker=Masker())
"""


def test_creates_merges_and_says_what_it_wrote(tmp_path: Path) -> None:
    """Folders are made, the merge sees what is there, the result is the file."""
    path = tmp_path / "a" / "b" / "c.yaml"
    save(path, adding(made("one")), masker=MASKER)
    cassette = save(path, adding(made("two", body=b'{"a":1}')), masker=MASKER)
    assert prompts(path) == ["one", "two"]
    assert cassette == load(path, MASKER)
    assert cassette.interactions[1].response.body == b'{\n  "a": 1\n}'
    assert cassette.recorded_at == "2026-11-22T13:50:00Z"
    assert [each.name for each in path.parent.iterdir()] == ["c.yaml"]


def test_nothing_to_write_makes_no_file(tmp_path: Path) -> None:
    """Where there is no cassette and nothing was recorded, nothing appears."""
    assert save(tmp_path / "c.yaml", adding(), masker=MASKER).interactions == ()
    assert not list(tmp_path.iterdir())


def test_masks_what_it_writes(tmp_path: Path) -> None:
    """Credentials a request carries reach the disk neither there nor where they re-appear."""
    key = "abcdefgh12345678"
    request = Request("POST", "http://a/", {"authorization": [f"Bearer {key}"]}, b"")
    response = Response(401, "No", {}, f"wrong key {key}".encode())
    save(tmp_path / "c.yaml", adding(Interaction(request, response)), masker=MASKER)
    assert key not in (tmp_path / "c.yaml").read_text()


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_keeps_the_mode(tmp_path: Path) -> None:
    """An existing file keeps its mode; a new one gets what the umask leaves."""
    path = tmp_path / "c.yaml"
    old = os.umask(0o027)
    try:
        save(path, adding(made("one")), masker=MASKER)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    save(path, adding(made("two")), masker=MASKER)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_writes_through_a_link(tmp_path: Path) -> None:
    """A symbolic link stays one; the file it leads to is written."""
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    try:
        link.symlink_to(real)
    except OSError:
        pytest.skip("no symbolic links here")
    save(link, adding(made("one")), masker=MASKER)
    assert link.is_symlink()
    assert prompts(real) == ["one"]
    assert reject(link, [made("a")], reason="r", masker=MASKER) == tmp_path / "link.rejected.yaml"
    assert prompts(tmp_path / "link.rejected.yaml") == ["a"]


def test_corrupt_file_is_never_overwritten(tmp_path: Path) -> None:
    """What cannot be read is not replaced, even by a recording that was paid for."""
    path = tmp_path / "c.yaml"
    path.write_bytes(b"argot:\n  format: 1\n")
    with pytest.raises(CassetteCorrupt):
        save(path, adding(made("one")), masker=MASKER)
    assert path.read_bytes() == b"argot:\n  format: 1\n"


def test_file_in_place_of_a_folder(tmp_path: Path) -> None:
    """A file where the cassette's folder should be is told as that."""
    (tmp_path / "a").write_text("x")
    with pytest.raises(CassetteCorrupt, match="a file is in the place of its folder"):
        save(tmp_path / "a" / "c.yaml", adding(made("one")), masker=MASKER)


def test_secret_stops_the_write(tmp_path: Path) -> None:
    """What still looks like a secret is refused; the recording is kept with the secret blanked."""
    path = tmp_path / "c.yaml"
    save(path, adding(made("one")), masker=MASKER)
    before = path.read_bytes()
    with pytest.raises(SecretFound) as caught:
        save(path, adding(made(f"prompt\n{SECRET}")), masker=MASKER)
    kept = rejected_path(path)
    assert path.read_bytes() == before
    assert prompts(kept)[0] == "one"
    assert prompts(kept)[1].startswith("prompt\napi_key=")
    assert SECRET not in kept.read_text() + str(caught.value)
    line, column = map(int, caught.value.where.split(" ")[0].split(":")[-2:])
    assert kept.read_text().splitlines()[line - 1][: column - 1].endswith("api_key=")
    assert "one place in it still looks like a secret (named-secret)" in caught.value.what
    assert "c.rejected.yaml" in caught.value.where
    assert f"argot keep {kept} --force" in caught.value.fix


def test_threads_lose_nothing(tmp_path: Path) -> None:
    """Threads that save at once wait for each other."""
    path = tmp_path / "c.yaml"
    threads = [
        threading.Thread(target=save, args=(path, adding(made(f"p{n}"))), kwargs={"masker": MASKER})
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(prompts(path)) == [f"p{n}" for n in range(8)]


def test_processes_lose_nothing(tmp_path: Path) -> None:
    """Six processes that write one cassette at once keep every interaction of each."""
    path = tmp_path / "c.yaml"
    writers = [_writer(path, f"w{n}", 5) for n in range(6)]
    for writer in writers:
        _go(writer)
    assert [writer.wait(60) for writer in writers] == [0] * 6
    names = {prompt.split(" ")[0] for prompt in prompts(path)}
    assert names == {f"w{n}-{number}" for n in range(6) for number in range(5)}
    assert [each.name for each in tmp_path.iterdir()] == ["c.yaml"]


def test_killed_processes_leave_a_whole_file(tmp_path: Path) -> None:
    """Whenever a writer is killed, the file loads with everything that was there before."""
    path = tmp_path / "c.yaml"
    save(path, adding(*(made(f"old{n} ") for n in range(20))), masker=MASKER)
    chance = random.Random(7)  # noqa: S311 - the same moments in every run
    for number in range(6):
        before = prompts(path)
        writer = _writer(path, f"k{number}", 1000)
        _go(writer)
        time.sleep(chance.uniform(0.0, 0.25))
        writer.kill()
        writer.wait(60)
        assert prompts(path)[: len(before)] == before
    save(path, adding(made("last")), masker=MASKER)
    assert [each.name for each in tmp_path.iterdir()] == ["c.yaml"]


def _writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    """Start a process that will save ``count`` interactions when it is told to ``_go``."""
    command = [sys.executable, "-c", WRITER, str(path), name, str(count)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "up\n"
    return process


def _go(writer: subprocess.Popen[str]) -> None:
    """Let a waiting writer begin."""
    assert writer.stdin is not None
    writer.stdin.close()
