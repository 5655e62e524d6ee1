"""Promise: use_cassette does outside pytest what the decorator does inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from pytest_argot import (
    CassetteCorrupt,
    CassetteMissing,
    NoMatch,
    SchemaDrift,
    UnplayedWarning,
    use_cassette,
)
from pytest_argot.errors import ArgotError, Misuse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.completions import CompletionsServer


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory without CI in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "ARGOT_RECORD"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def ask(server: CompletionsServer, prompt: str = "hi") -> dict[str, object]:
    """Ask the server."""
    answer = httpx.post(f"{server.base}/completions", json={"model": "m", "prompt": prompt})
    return dict(answer.json())


def test_a_script_records_and_replays(here: Path, server: CompletionsServer) -> None:
    """record="once" records; the default replays with the server gone and gives the data."""
    with use_cassette("script", record="once"):
        recorded = ask(server)
    server.stop()
    with use_cassette("script") as tape:
        assert ask(server) == recorded
        assert tape.completions[0].id == recorded["id"]
    assert (here / "cassettes" / "script.yaml").is_file()


@pytest.mark.usefixtures("here")
def test_nothing_stays_patched(server: CompletionsServer) -> None:
    """After the block, also after an exception in it, requests go to the network again."""
    with pytest.raises(RuntimeError), use_cassette("script", record="once"):
        ask(server)
        raise RuntimeError
    assert ask(server)["id"]
    assert server.posts == 2


def test_an_exception_keeps_what_was_recorded_beside(here: Path, server: CompletionsServer) -> None:
    """After an exception the recording is kept as .rejected.yaml, never as the cassette."""
    with pytest.raises(ZeroDivisionError), use_cassette("script", record="once"):
        ask(server)
        _ = 1 / 0
    assert [path.name for path in (here / "cassettes").iterdir()] == ["script.rejected.yaml"]


@pytest.mark.usefixtures("here")
def test_missing_and_wrong_names_raise() -> None:
    """A missing cassette is CassetteMissing, a name outside the folder Misuse; the fix is a line."""
    with pytest.raises(CassetteMissing) as missing, use_cassette("poems/nothing"):
        pass
    assert missing.value.fix == 'use_cassette("poems/nothing", record="once")'
    with pytest.raises(Misuse), use_cassette("../outside"):
        pass
    with pytest.raises(Misuse, match="a cassette needs a name"), use_cassette(""):
        pass
    with pytest.raises(Misuse, match="unknown option"), use_cassette("it", recrod="once"):
        pass


@pytest.mark.usefixtures("here")
def test_a_swallowed_miss_comes_back_at_the_end(server: CompletionsServer) -> None:
    """A miss raises NoMatch at the request and again on leaving if the body swallowed it."""
    with use_cassette("script", record="once"):
        ask(server)
    with pytest.raises(NoMatch, match="bye"), use_cassette("script"):
        try:
            ask(server, "bye")
        except BaseException:  # noqa: BLE001, S110 - the swallowing is the story
            pass


def test_drift_raises_on_leaving(here: Path, server: CompletionsServer) -> None:
    """A drifted cassette raises SchemaDrift, an AssertionError, when the block ends."""
    with use_cassette("script", record="once"):
        ask(server)
    path = here / "cassettes" / "script.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('"stop"', '"eos"'), encoding="utf-8")
    with pytest.raises(SchemaDrift, match=r"enum\.unknown") as caught, use_cassette("script"):
        ask(server)
    assert isinstance(caught.value, AssertionError)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("cassettes/script.yaml no longer fits ")
    assert lines[-2] == 're-record: use_cassette("script", record="rewrite")'


def test_a_recording_that_drifts_is_told_where_it_is_kept(
    here: Path, server: CompletionsServer
) -> None:
    """Drift while recording names the file it is kept in, and what accepts and keeps it."""
    server.change = lambda answer: answer.update(object="drifted")
    with pytest.raises(SchemaDrift) as caught, use_cassette("script", record="once"):
        ask(server)
    kept = "cassettes/script.rejected.yaml"
    assert [path.name for path in (here / "cassettes").iterdir()] == ["script.rejected.yaml"]
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"{kept} no longer fits ")
    assert lines[-2] == 're-record: use_cassette("script", record="once")'
    assert lines[-1].endswith(f"--all --reason '...' && argot keep {kept}")


@pytest.mark.usefixtures("here")
def test_unplayed_interactions_warn(server: CompletionsServer) -> None:
    """Interactions the script did not ask for are an UnplayedWarning unless allowed."""
    with use_cassette("script", record="once"):
        ask(server)
    with pytest.warns(UnplayedWarning, match="1 recorded interaction the"), use_cassette("script"):
        pass
    with use_cassette("script", allow_unplayed=True):
        pass


def test_a_corrupt_cassette_raises(here: Path) -> None:
    """A corrupt cassette is CassetteCorrupt, in mode once too, and is left alone."""
    (here / "cassettes").mkdir()
    path = here / "cassettes" / "script.yaml"
    path.write_bytes(b"interactions: 3\n")
    with pytest.raises(CassetteCorrupt), use_cassette("script", record="once"):
        pass
    assert path.read_bytes() == b"interactions: 3\n"


def test_what_cannot_be_written_is_kept_beside(
    here: Path, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cassette that cannot be written is an error, and the paid answer is kept beside it."""
    from pytest_argot.cassette import store

    def full(path: Path, _text: str) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(store, "write", full)
    with pytest.raises(ArgotError, match="No space left"), use_cassette("script", record="once"):
        ask(server)
    assert [path.name for path in (here / "cassettes").iterdir()] == ["script.rejected.yaml"]
