"""``argot record``: one request, recorded without a test."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot import use_cassette
from pytest_argot.cassette.reader import load
from pytest_argot.cli import main
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_argot.cassette.interaction import Interaction
    from tests.servers.completions import CompletionsServer

MASKER = Masker()
KEY = "sk-" + "proj-8fK2mQ7wZ1xV5nB3cR9tL4yH"
REQUEST = {"model": "gpt-3.5-turbo-instruct", "prompt": "a haiku", "temperature": 0}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a request; the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    tmp_path.joinpath("argot.toml").write_text("", encoding="utf-8")
    tmp_path.joinpath("request.json").write_text(json.dumps(REQUEST), encoding="utf-8")
    return tmp_path


def run(server: CompletionsServer, *options: str, name: str = "haiku") -> int:
    """Record the request."""
    return main(["record", name, "request.json", "--url", f"{server.base}/completions", *options])


def held(project: Path, name: str = "haiku") -> list[Interaction]:
    """Give what the cassette holds."""
    return list(load(project / "cassettes" / f"{name}.yaml", MASKER).interactions)


def spy(server: CompletionsServer, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Collect the headers the server is sent."""
    seen: list[dict[str, str]] = []
    handler = server._server.RequestHandlerClass  # noqa: SLF001 - the tests' own server
    post = handler.do_POST  # type: ignore[attr-defined]

    def noting(self: Any) -> None:
        seen.append({name.lower(): value for name, value in self.headers.items()})
        post(self)

    monkeypatch.setattr(handler, "do_POST", noting)
    return seen


def test_records_masked_and_judged(
    project: Path, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exchange is in the cassette as a test's would be; the key went out and stayed out."""
    seen = spy(server, monkeypatch)
    server.text = f"your key is {KEY}"
    assert run(server, name="poems/haiku") == 0
    assert seen[0]["authorization"] == f"Bearer {KEY}"
    text = project.joinpath("cassettes", "poems", "haiku.yaml").read_text(encoding="utf-8")
    assert KEY not in text
    (recorded,) = held(project, "poems/haiku")
    assert json.loads(recorded.request.body) == REQUEST
    assert recorded.response.status == 200
    assert (recorded.ordinal, recorded.tests) == (1, ())
    assert main(["check"]) == 0


def test_what_only_reads_finds_it(
    project: Path, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cassette is one like any other: its completion is read without a server or a key."""
    assert run(server) == 0
    server.stop()
    monkeypatch.delenv("OPENAI_API_KEY")
    with use_cassette("haiku", allow_unplayed=True) as tape:
        assert tape.path == project / "cassettes" / "haiku.yaml"
        assert tape.completions[0].choices[0].text == server.text
        assert tape.recorded_at is not None


def test_an_equal_request_is_refused_before_it_is_paid(
    project: Path, server: CompletionsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the cassette answers already is neither asked nor replaced unless --rewrite."""
    assert run(server) == 0
    first = held(project)[0]
    assert run(server) == 2
    assert server.posts == 1
    assert "--rewrite" in capsys.readouterr().err
    server.text = "another"
    assert run(server, "--rewrite") == 0
    (second,) = held(project)
    assert second.response != first.response
    assert b"another" in second.response.body


def test_another_request_joins(project: Path, server: CompletionsServer) -> None:
    """A request the cassette does not know is added to it."""
    assert run(server) == 0
    project.joinpath("request.json").write_text(
        json.dumps({**REQUEST, "prompt": "an ode"}), encoding="utf-8"
    )
    assert run(server) == 0
    assert len(held(project)) == 2


def test_stream_asks_for_events(project: Path, server: CompletionsServer) -> None:
    """--stream sets it in the request; the events are stored as they came."""
    assert run(server, "--stream") == 0
    (recorded,) = held(project)
    assert json.loads(recorded.request.body)["stream"] is True
    assert recorded.response.body.rstrip().endswith(b"data: [DONE]")


def test_standard_input(
    project: Path, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dash reads the request from standard input."""
    data = io.TextIOWrapper(io.BytesIO(json.dumps(REQUEST).encode()))
    monkeypatch.setattr(sys, "stdin", data)
    assert main(["record", "haiku", "-", "--url", f"{server.base}/completions"]) == 0
    assert len(held(project)) == 1


def test_a_header_takes_the_place_of_the_key(
    project: Path,
    server: CompletionsServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With a header that carries a key the one of the environment is not sent; both are masked."""
    seen = spy(server, monkeypatch)
    assert run(server, "--header", "api-key: 0a1b2c3d4e5f60718293", "--header", "x-own: 1") == 0
    assert "authorization" not in seen[0]
    assert (seen[0]["api-key"], seen[0]["x-own"]) == ("0a1b2c3d4e5f60718293", "1")
    assert run(server, "--rewrite", "--header", "x-own: 2") == 0
    assert seen[1]["authorization"] == f"Bearer {KEY}"
    told = capsys.readouterr()
    for secret in (KEY, "0a1b2c3d4e5f60718293"):
        assert secret not in (project / "cassettes" / "haiku.yaml").read_text(encoding="utf-8")
        assert secret not in told.out + told.err


def test_drift_is_kept_beside(
    project: Path, server: CompletionsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer that drifts is reported, kept as rejected, and promoted once it is accepted."""
    server.change = lambda answer: answer["choices"][0].update(finish_reason="end_of_text")
    assert run(server) == 1
    told = capsys.readouterr().err
    assert "end_of_text" in told
    assert "cassettes/haiku.rejected.yaml:" in told
    assert "re-record: argot record haiku request.json --url http" in told
    assert not project.joinpath("cassettes", "haiku.yaml").exists()
    assert main(["accept", "cassettes/haiku.rejected.yaml", "--all", "--reason", "new"]) == 0
    assert main(["keep", "--accepted"]) == 0
    assert len(held(project)) == 1
    server.text = "again"
    assert run(server, "--rewrite") == 0


def test_an_error_is_kept_beside(
    project: Path, server: CompletionsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error is no recording unless it is wanted: argot keep makes it one."""
    project.joinpath("request.json").write_text('{"model": "missing"}', encoding="utf-8")
    assert run(server) == 1
    told = capsys.readouterr().err
    assert "the answer is an error: 404" in told
    assert "argot keep cassettes/haiku.rejected.yaml" in told
    assert not project.joinpath("cassettes", "haiku.yaml").exists()
    assert main(["keep"]) == 0
    assert held(project)[0].response.status == 404


def test_a_secret_is_kept_beside_blanked(
    project: Path, server: CompletionsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """What still looks like a secret is blanked and kept beside the cassette."""
    secret = "api_key=Zk83hfQ91mZpLw02xVt7Rs"  # noqa: S105 - made up
    server.text = secret
    assert run(server) == 1
    told = capsys.readouterr()
    kept = project.joinpath("cassettes", "haiku.rejected.yaml").read_text(encoding="utf-8")
    assert secret not in kept + told.out + told.err
    assert main(["keep"]) == 1


def test_an_unknown_api_is_recorded_and_said(
    project: Path, server: CompletionsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """An API no model knows is recorded; that nothing was judged is said."""
    url = f"{server.base}/chat/completions"
    assert main(["record", "chat", "request.json", "--url", url]) == 0
    assert "nothing was judged" in capsys.readouterr().err
    assert len(held(project, "chat")) == 1


NOBODY = "http://127.0.0.1:9/"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["../haiku", "request.json", "--url", NOBODY], "cannot be the name"),
        (["haiku", "nowhere.json", "--url", NOBODY], "nowhere.json"),
        (["haiku", "list.json", "--url", NOBODY], "no JSON object"),
        (["haiku", "broken.json", "--url", NOBODY], "no JSON: "),
        (["haiku", "request.json", "--url", "ftp://127.0.0.1:9/"], "no complete URL"),
        (["haiku", "request.json", "--url", "127.0.0.1:9"], "no complete URL"),
        (["haiku", "request.json", "--url", "http://127.0.0.1:x/"], "no complete URL"),
        (["haiku", "request.json", "--url", f"{NOBODY} b"], "no complete URL"),
        (["haiku", "request.json", "--url", "http://me:pw@127.0.0.1:9/"], "holds a password"),
        (["haiku", "request.json", "--url", NOBODY, "--header", "no colon"], "'name: value'"),
        (["haiku", "request.json", "--url", NOBODY, "--header", "a: b\r\nc: d"], "'name: value'"),
        (["haiku", "request.json", "--url", f"{NOBODY}?api_key=abcdefgh12345678"], "argot-masked"),
        (["haiku", "request.json"], "--url"),
    ],
)
def test_wrong_use_or_no_answer_is_2(
    project: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong use, or nobody who answers, is 2, without a traceback, a secret or a file."""
    project.joinpath("list.json").write_text("[]", encoding="utf-8")
    project.joinpath("broken.json").write_bytes(b'{"a": \xff')
    assert main(["record", *options]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert "pw@" not in told
    assert "abcdefgh12345678" not in told
    assert not project.joinpath("cassettes").exists()


def test_a_broken_cassette_or_setting_costs_nothing(
    project: Path, server: CompletionsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """What can be known to fail fails before anything is asked."""
    broken = project / "cassettes" / "haiku.yaml"
    broken.parent.mkdir()
    broken.write_text("argot:\n", encoding="utf-8")
    assert run(server) == 2
    assert run(server, "--rewrite") == 2
    project.joinpath("argot.toml").write_text(
        '[[routes]]\nmatch = "POST *"\nmodel = "no.such:Model"\n', encoding="utf-8"
    )
    assert run(server, name="other") == 2
    assert server.posts == 0
    assert broken.read_text(encoding="utf-8") == "argot:\n"
    assert "no.such" in capsys.readouterr().err


def test_a_disk_that_refuses_does_not_lose_the_answer(
    project: Path,
    server: CompletionsServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An answer that was paid for and cannot be written is kept beside, where that is possible."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "the file is read-only")

    monkeypatch.setattr("pytest_argot.cassette.store.write", refused)
    assert run(server) == 2
    assert "kept in cassettes/haiku.rejected.yaml" in capsys.readouterr().err
    assert main(["keep"]) == 2
    monkeypatch.undo()
    monkeypatch.chdir(project)
    assert main(["keep"]) == 0
    assert len(held(project)) == 1
