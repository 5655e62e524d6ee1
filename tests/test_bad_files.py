"""Bad input: what happened, where, and the command that fixes it; nothing lost, nothing leaked."""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
import sys
import textwrap
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import BaseModel, field_validator, model_validator

from pytest_argot import ArgotError, CassetteCorrupt, use_cassette
from pytest_argot.cassette import corruption, lifting
from pytest_argot.cassette.cassette import Cassette
from pytest_argot.cassette.naming import named, unnamed
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.rejected import rejected_path
from pytest_argot.cassette.store import save
from pytest_argot.cassette.unfit import unfit
from pytest_argot.drift.judge import judge
from pytest_argot.drift.levels import Levels
from pytest_argot.drift.parse import chunks, parse
from pytest_argot.drift.routes import Routes
from pytest_argot.errors import Misuse, SchemaDrift
from pytest_argot.settings import Settings
from pytest_argot.wire.mask_rule import parse_rule
from pytest_argot.wire.masking import Masker
from tests.bad_cassettes import FIELDS, FILES, GOOD, ODD, THEIRS, interaction

if TYPE_CHECKING:
    from pytest_argot.cassette.interaction import Interaction
    from tests.servers.completions import CompletionsServer

MASKER = Masker()
MODES = ("none", "once", "new_episodes")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as the working directory; gives the folder of its cassettes."""
    for name in ("CI", "ARGOT_RECORD"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "argot.toml").touch()
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "cassettes"
    folder.mkdir()
    return folder


def complain(error: ArgotError) -> None:
    """Check that an error has its three parts, each short enough to be read."""
    assert error.what
    assert error.where
    assert error.fix
    assert len(str(error)) < 1000


def refused(path: Path, content: bytes) -> CassetteCorrupt:
    """Write a file, see every way to it refused and the file left alone; give the reader's error."""
    path.write_bytes(content)
    with pytest.raises(CassetteCorrupt) as caught:
        load(path, MASKER)
    for mode in MODES:
        with pytest.raises(CassetteCorrupt), use_cassette(path.stem, record=mode):
            pytest.fail("a cassette that cannot be trusted was opened")
    with pytest.raises(CassetteCorrupt):
        save(path, lambda _: [interaction()], masker=MASKER)
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    complain(caught.value)
    file, _, line = caught.value.where.rpartition(":")
    assert file == os.path.join("cassettes", path.name)  # noqa: PTH118 - as it is printed
    assert 1 <= int(line) <= content.count(b"\n") + 1
    return caught.value


@pytest.mark.parametrize(("content", "told"), FILES.values(), ids=FILES.keys())
def test_files_that_cannot_be_trusted(project: Path, content: bytes, told: str) -> None:
    """What is no whole cassette is refused in every mode with file, line and way out, untouched."""
    assert told in refused(project / "it.yaml", content).what


@pytest.mark.parametrize(("content", "told"), FIELDS.values(), ids=FIELDS.keys())
def test_wrong_types_inside(project: Path, content: bytes, told: str) -> None:
    """So is a cassette with a wrong type in any one field."""
    assert told in refused(project / "it.yaml", content).what


@pytest.mark.parametrize("content", ODD.values(), ids=ODD.keys())
def test_odd_values_load_and_can_be_written(project: Path, content: bytes) -> None:
    """Odd values a tool may have written are read, and what was read is what is written back."""
    path = project / "it.yaml"
    path.write_bytes(content)
    before = load(path, MASKER)
    extra = replace(interaction(), request=replace(interaction().request, body=b"{}"))

    def merge(present: Cassette | None) -> list[Interaction]:
        return [*(present.interactions if present else ()), extra]

    written = save(path, merge, masker=MASKER)
    after = load(path, MASKER)
    assert after.interactions == written.interactions
    assert after.interactions[0].response.status == before.interactions[0].response.status == 200
    assert after.interactions[0].request.method == "POST"


@pytest.mark.parametrize("text", [GOOD, THEIRS], ids=["ours", "vcrpy's"])
def test_truncated_at_every_byte(project: Path, text: str) -> None:
    """A file cut anywhere, and cut files with line ends added, are refused; none is half read."""
    path = project / "it.yaml"
    for size in range(len(text) - 1):
        path.write_text(text[:size], encoding="utf-8")
        with pytest.raises(CassetteCorrupt) as caught:
            load(path, MASKER)
        complain(caught.value)


def test_a_large_cassette_is_read_a_huge_one_refused(project: Path) -> None:
    """8 MB in one body are read, 200 MB are refused unread."""
    path = project / "it.yaml"
    answer = json.dumps({"text": "lorem ipsum " * 700_000}).encode()
    save(path, lambda _: [interaction(answer)], masker=MASKER)
    assert len(load(path, MASKER).interactions[0].response.body) > 8_000_000
    with path.open("r+b") as file:
        file.truncate(200 * 2**20)
    with pytest.raises(CassetteCorrupt, match="200 MB; at most 128 MB") as caught:
        load(path, MASKER)
    complain(caught.value)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(b"argot:\n", b"\n...\n"), (b"argot:\n", b""), (b"interactions:\n", b"\n...\n"), (b"", b"")],
    ids=["looks like ours", "cut", "vcrpy's", "zeros"],
)
def test_a_file_that_fills_the_disk_is_refused(project: Path, begins: bytes, ends: bytes) -> None:
    """Gigabytes are refused unread, whatever they look like."""
    path = project / "it.yaml"
    with path.open("wb") as file:
        file.write(begins)
        file.seek(3 * 2**30)
        file.write(ends or b"\0")
    with pytest.raises(CassetteCorrupt, match=r"3072 MB; at most (1024|128) MB") as caught:
        load(path, MASKER)
    complain(caught.value)


def test_large_bodies_of_ours_may_be_larger(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long stream is written and read back where as much of anything else would be refused."""
    monkeypatch.setattr(corruption, "LARGEST", 100_000)
    monkeypatch.setattr(lifting, "FROM", 100_000)
    monkeypatch.setattr(lifting, "LEAST", 50_000)
    path = project / "it.yaml"
    body = b'data: {"id": 1}\n\n' * 10_000
    written = save(path, lambda _: [interaction(body)], masker=MASKER)
    assert load(path, MASKER) == written
    assert written.interactions[0].response.body == body
    text = path.read_bytes().replace(b"data: ", b"da: ").replace(b'{"id": 1}', b'{"id": 1}\r')
    for other in (text, text.replace(b"argot:", b"argot :", 1), path.read_bytes()[:-5]):
        path.write_bytes(other)
        with pytest.raises(CassetteCorrupt, match="at most 0 MB are read") as caught:
            load(path, MASKER)
        complain(caught.value)
    with pytest.raises(ArgotError, match="was not written: the cassette has 0 MB"):
        save(project / "b.yaml", lambda _: [interaction(b"a\rb\n" * 50_000)], masker=MASKER)


def test_what_could_not_be_read_is_not_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording that would make the cassette too large to be read is kept beside it."""
    path = project / "it.yaml"
    save(path, lambda _: [interaction()], masker=MASKER)
    before = path.read_bytes()
    monkeypatch.setattr(corruption, "LARGEST", 10_000)
    with pytest.raises(ArgotError, match="was not written") as caught:
        save(path, lambda _: [interaction(b"long" * 5000)], masker=MASKER)
    complain(caught.value)
    assert path.read_bytes() == before
    assert b"longlong" in rejected_path(path).read_bytes()


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("folder", "a directory is in the cassette's place"),
        ("loop of links", "symbolic links"),
        ("file in place of the folder", "a file is in the place of its folder"),
    ],
)
def test_something_else_in_its_place(project: Path, place: str, told: str) -> None:
    """What stands in the cassette's place is named and left alone."""
    path = project / "it.yaml"
    if place == "folder":
        path.mkdir()
    elif place == "loop of links":
        path.symlink_to("it.yaml")
    else:
        project.rmdir()
        project.write_text("a file")
    with pytest.raises(CassetteCorrupt) as read:
        load(path, MASKER)
    with pytest.raises(CassetteCorrupt) as written:
        save(path, lambda _: [interaction()], masker=MASKER)
    for caught in (read.value, written.value):
        complain(caught)
        assert told in caught.what
        assert "move it away" in caught.fix
    assert path.is_dir() or path.is_symlink() or project.read_text() == "a file"


def test_a_link_to_nothing_is_recorded_through(project: Path) -> None:
    """A dangling link is a missing cassette; recording makes its target and keeps the link."""
    (project / "it.yaml").symlink_to("other.yaml")
    save(project / "it.yaml", lambda _: [interaction()], masker=MASKER)
    assert (project / "it.yaml").is_symlink()
    assert len(load(project / "other.yaml", MASKER).interactions) == 1


UNPRIVILEGED = """
import os, sys, tempfile, resource
from pathlib import Path
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.rejected import reject
from pytest_argot.cassette.store import save
from pytest_argot.errors import ArgotError
from pytest_argot.wire.masking import Masker
from tests.bad_cassettes import interaction

folder, masker = Path(sys.argv[1]), Masker()
tempfile.tempdir = str(folder / "locks")
Path(tempfile.tempdir).mkdir()

def small(_present): return [interaction()]
def large(_present): return [interaction(b"x" * 100_000)]

def attempt(label, action):
    try:
        action()
    except ArgotError as error:
        print(label, type(error).__name__, error.what, "|", error.where, "|", error.fix)
    else:
        print(label, "passed")

for name in ("full", "unreadable", "read-only", "folder/it"):
    save(folder / f"{name}.yaml", small, masker=masker)
(folder / "unreadable.yaml").chmod(0)
(folder / "read-only.yaml").chmod(0o444)
if os.getuid() == 0:
    os.chown(folder, 65534, 65534)
    for each in folder.rglob("*"):
        os.chown(each, 65534, 65534)
    os.setuid(65534)
(folder / "folder").chmod(0o555)
attempt("unreadable", lambda: load(folder / "unreadable.yaml", masker))
(folder / "locks").chmod(0o555)
attempt("lock", lambda: save(folder / "full.yaml", large, masker=masker))
(folder / "locks").chmod(0o755)
attempt("read-only", lambda: save(folder / "read-only.yaml", large, masker=masker))
attempt("folder", lambda: save(folder / "folder" / "it.yaml", large, masker=masker))
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
attempt("full", lambda: save(folder / "full.yaml", large, masker=masker))
attempt("kept", lambda: reject(folder / "full.yaml", [interaction(b"x" * 100_000)],
                               reason="r", masker=masker))
(folder / "folder").chmod(0o755)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions and limits of POSIX")
def test_a_disk_that_refuses(project: Path) -> None:
    """Unreadable, read-only, full: the error says so, old files stay, nothing is left behind."""
    import tempfile

    with tempfile.TemporaryDirectory() as made:  # pytest's own folders are closed to others
        done = subprocess.run(
            [sys.executable, "-c", UNPRIVILEGED, made],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        folder = project / "was"
        subprocess.run(["cp", "-r", made, folder], check=True)  # noqa: S607
    assert done.returncode == 0, done.stderr
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    for label, told, fix in [
        ("unreadable", "CassetteCorrupt the cassette cannot be read: Permission den", "chmod u+r"),
        ("lock", "ArgotError there is no room for the lock of a cassette: Perm", "set TMPDIR"),
        ("read-only", "ArgotError the cassette could not be written: the file is re", "writable"),
        ("folder", "ArgotError the cassette could not be written: Permission denied", "writable"),
        ("full", "ArgotError the cassette could not be written: File too large", "make room"),
        ("kept", "ArgotError the cassette could not be written: File too large", "make room"),
    ]:
        assert lines[label].startswith(told)
        assert fix in lines[label].rpartition("|")[2]
        assert f"{label}.yaml" in lines[label] or label in {"kept", "folder", "lock"}
    for name in ("full.yaml", "read-only.yaml", "folder/it.yaml"):
        assert len(load(folder / name, MASKER).interactions[0].response.body) < 100
    left = {each.name for each in folder.rglob("*") if each.is_file() and each.suffix != ".lock"}
    assert left == {"full.yaml", "unreadable.yaml", "read-only.yaml", "it.yaml"}


@pytest.mark.parametrize(
    "name",
    [
        *("../up", "a/../../up", "..", "/etc/it", "C:/it", "C:it", "\\\\host\\it", "a\\..\\b"),
        *("", "/", "a//b", ".", "a/", "a/.yaml", "a" * 300, "é" * 150, "a/" + "b" * 300 + "/c"),
        *("it.", "it ", "it. .", "a./b", "CON", "con.it", "a/nul", "Com1.x", "LPT³"),
        *("a\0b", "a\nb", "a\x7f", "a:b", "a?", "it.rejected", "it.Rejected", "\ud800"),
    ],
    ids=lambda name: ascii(name)[1:20],
)
def test_names_that_are_refused(name: str, tmp_path: Path) -> None:
    """A name that leaves the folder, or that some file system cannot hold, is refused."""
    with pytest.raises(Misuse) as caught, use_cassette(name, record="once"):
        pytest.fail("opened")
    assert "cassette" in caught.value.what
    assert caught.value.fix.startswith(("use a ", "name the file"))
    assert len(str(caught.value)) < 500
    assert sorted(each.name for each in tmp_path.iterdir()) == ["argot.toml", "cassettes"]


def test_links_that_lead_out(project: Path, tmp_path: Path) -> None:
    """A link to a place outside is not followed, be it a folder or the file itself."""
    (tmp_path / "outside.yaml").write_text(GOOD, encoding="utf-8")
    (project / "up").symlink_to(tmp_path)
    (project / "it.yaml").symlink_to(tmp_path / "outside.yaml")
    for name in ("up/it", "it"):
        with pytest.raises(Misuse, match="symbolic link"):
            named(project, name)


@pytest.mark.parametrize("name", ["🦜", "poème/ß", "日本語", "a b", "it.v2", "CONSOLE", "é" * 97])
def test_unusual_names_that_work(project: Path, name: str) -> None:
    """Emoji, accents, spaces, dots inside: the file is there under its name."""
    path = named(project, name)
    save(path, lambda _: [interaction()], masker=MASKER)
    assert path == project / f"{name}.yaml"
    with use_cassette(name, allow_unplayed=True, fail_on="never") as tape:
        assert len(tape.interactions) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [("haiku", "Haiku"), ("Poems/a", "poems/b"), ("strasse", "straße"), ("é", "e\u0301")],
    ids=ascii,
)
def test_case_twins(project: Path, old: str, new: str) -> None:
    """A new file that others could not tell from one that is there is not made; nothing is lost."""
    save(named(project, old), lambda _: [interaction()], masker=MASKER)
    path = named(project, new)
    if path.exists():
        pytest.skip("this file system takes one for the other")
    with pytest.raises(ArgotError, match="would be taken for") as caught:
        save(path, lambda _: [interaction(b'{"id": 2}')], masker=MASKER)
    complain(caught.value)
    assert not path.exists()
    assert len(load(rejected_path(path), MASKER).interactions) == 1
    save(named(project, old), lambda _: [interaction(), interaction(b"{}")], masker=MASKER)


def test_a_folder_made_meanwhile_is_no_twin(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that another writer makes between our look and our listing is the one we want."""
    path = project / "poems" / "haiku.yaml"
    plain = Path.is_dir

    def slow_look(self: Path) -> bool:
        if self == project:
            path.parent.mkdir(exist_ok=True)
        return plain(self)

    monkeypatch.setattr(Path, "is_dir", slow_look)
    assert unfit(path, 0) == ""
    assert path.parent.is_dir()


def test_parameter_ids_that_sanitise_alike(project: Path) -> None:
    """Ids that look alike once made safe, or differ by case or accents only, never share a file."""
    ids = ["a/b", "a\\b", "a:b", "a b", "a-b", "A-b", "a-B", "a--b", "a-b.", "", "-", "\x00", "..",
           "é", "e\u0301", "🦜", "x" * 300, "x" * 301, "con", "CON", "\ud800", "\udc80"]  # fmt: skip
    files = [unnamed(project, "tests/test_it.py", "test_it", each) for each in ids]
    assert len({unicodedata.normalize("NFC", str(each)).casefold() for each in files}) == len(ids)
    for file in files:
        assert file.parent == project / "tests" / "test_it"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


BODIES: dict[str, bytes] = {
    "lone surrogates": b'{"text": "\xed\xa0\x80"}',
    "escaped lone surrogates": b'{"text": "\\ud800"}',
    "CR": b"one\rtwo\r\nthree\r",
    "CR, not in ASCII": "é\rb\x0b\x0c".encode(),
    "NUL": b"a\0b",
    "NEL": "a\x85b\n".encode(),
    "U+2028": "a\u2028b\u2029".encode(),
    "BOM": "\ufeff{}".encode(),
    "control characters": bytes(range(32)),
    "every byte": bytes(range(256)),
    "a line of 1 MB": b"x" * 1_000_000,
    "a line of 1 MB, quoted": b"\x1b" + b"y z " * 250_000,
    "base64 of 3 MB": b'{"b64_json": "' + base64.b64encode(bytes(range(256)) * 12_000) + b'"}',
    "white space": b" \n \n\t",
    "YAML": b"--- !x\n...\n&a *a\n<<<<<<< HEAD\n",
    "a cassette": GOOD.encode(),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_bodies_come_back_as_they_were(project: Path, body: bytes) -> None:
    """Whatever bytes a server sends, the cassette gives them back."""
    path = project / "it.yaml"
    written = save(path, lambda _: [interaction(body, body)], masker=MASKER)
    (back,) = load(path, MASKER).interactions
    assert back.response.body == body
    assert back.request.body == written.interactions[0].request.body
    judge(load(path, MASKER), Routes.build(Settings(root=project)), Levels())


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (b'{"id": 1}', "gzip"),
        (gzip.compress(b'{"id": 1}'), ""),
        (gzip.compress(b'{"id": 1}'), "gzip"),
        (gzip.compress(b'{"id": 1}'), "identity"),
        (b'{"id": 1}', "gzip, br, nonsense"),
    ],
    ids=["header lies", "header lost", "both", "identity", "nonsense"],
)
def test_codings_that_lie(project: Path, body: bytes, coding: str) -> None:
    """A gzip header over a plain body, and the reverse, are read for what the bytes are."""
    packed = base64.b64encode(body).decode()
    header = f"headers: {{content-encoding: [{coding!r}]}}" if coding else "headers: {}"
    text = THEIRS.replace("headers: {}\n    body: {", f"{header}\n    body: {{", 1)
    path = project / "it.yaml"
    path.write_text(text.replace("{string: '{}'}", f"{{string: !!binary {packed}}}"))
    (read,) = load(path, MASKER).interactions
    assert read.response.body == b'{"id": 1}'


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"<!doctype html><title>502</title>", "text/html", "body.not_json"),
        (b"<html>", "application/json", "body.not_json"),
        (b'data: {"id": "x"}\n\ndata: [DONE]\n\n', "application/json", "http.content_type"),
        (b"{}", "text/event-stream", "http.content_type"),
        (b"", "application/json", "body.empty"),
        (b'{"a": 1, "a": 2}', "application/json", "key.duplicate"),
    ],
)
def test_answers_that_are_not_what_they_say(
    project: Path, body: bytes, content_type: str, kind: str
) -> None:
    """HTML with 200, a stream labelled JSON and the like are findings, never crashes."""
    answer = replace(interaction().response, body=body, headers={"content-type": [content_type]})
    path = project / "it.yaml"
    save(path, lambda _: [replace(interaction(), response=answer)], masker=MASKER)
    verdict = judge(load(path, MASKER), Routes.build(Settings(root=project)), Levels())
    assert kind in {finding.kind for finding in verdict.findings}


def test_header_names_and_values_with_newlines(project: Path) -> None:
    """A header never spans lines: it cannot add one of its own, to the file or to a request."""
    path = project / "it.yaml"
    evil = {"x-a\r\nx-b": ["v\r\nset-cookie: a=b\n\nbody", "\0"], "": [""], "é\n": ["\u2028"]}
    bad = replace(interaction(), response=replace(interaction().response, headers=evil))
    save(path, lambda _: [bad], masker=MASKER)
    (back,) = load(path, MASKER).interactions
    assert back.response.headers["x-a x-b"] == ["v set-cookie: a=b body", ""]
    assert not any(set("\r\n\0") & set(name) for name in back.response.headers)


class Raising(BaseModel):
    """A response model whose validators crash."""

    id: str

    @field_validator("id")
    @classmethod
    def _crash(cls, value: str) -> str:
        raise KeyError(value)


class Recursing(BaseModel):
    """A response model that never ends."""

    @model_validator(mode="before")
    @classmethod
    def _loop(cls, value: Any) -> Any:
        return cls._again(value)

    @classmethod
    def _again(cls, value: Any) -> Any:
        return cls._again(value)


class Unbuildable:
    """A response model pydantic cannot even read."""

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        """Crash."""
        raise RuntimeError("no schema today")


@pytest.mark.parametrize("model", [Raising, Recursing, list[Raising]], ids=str)
@pytest.mark.parametrize("body", [b'{"id": "secret"}', b'[{"id": "secret"}]', b"no"])
def test_a_response_model_that_raises(project: Path, model: Any, body: bytes) -> None:
    """A crash in the user's model is a finding, and the response can still be looked at."""
    routes = Routes.build(Settings(root=project), model=model)
    route = routes.find(interaction().request)
    assert route is not None
    cassette = Cassette(project / "it.yaml", (interaction(body),), text=GOOD)
    found = judge(cassette, routes, Levels()).findings
    assert found
    assert "secret" not in repr(found)
    try:
        parse(interaction(body), route)
        chunks(interaction(body), route)
    except SchemaDrift:
        assert body == b"no"


def test_a_response_model_that_cannot_be_built(project: Path) -> None:
    """A model pydantic cannot read is a misuse that names it, with pydantic's reason."""
    with pytest.raises(Misuse, match="Unbuildable cannot be a response model: no schema today"):
        Routes.build(Settings(root=project), model=Unbuildable)


@pytest.mark.parametrize(
    "rule",
    [
        *("", "nonsense", "boddy:$.user", "header:", "header:a b", "query:", "body:", "body:user"),
        *(
            "body:$.a[?(@.b)]",
            "body:$.a=@nonsense",
            "host:a/b",
            "host:a=b c",
            "re:",
            "re:[",
            "re:*",
        ),
        *("re:a*", "re:.=xy", "re:(a", "re:=x", "body:$.", "\0", "body:$..", "header:\n=x"),
    ],
    ids=ascii,
)
def test_a_mask_rule_that_does_not_parse(project: Path, rule: str) -> None:
    """A wrong rule is refused before anything is opened, and says what is allowed."""
    with pytest.raises(Misuse) as caught:
        parse_rule(rule)
    assert caught.value.fix
    with pytest.raises(Misuse), use_cassette("it", record="once", mask=[rule]):
        pytest.fail("opened")
    assert not list(project.iterdir())


def test_two_users_of_one_name_with_different_options(
    project: Path, server: CompletionsServer
) -> None:
    """One cassette under different options: each sees it its way, neither loses the other's."""

    def ask(prompt: str) -> None:
        httpx.post(
            f"{server.base}/completions", json={"model": "m", "prompt": prompt, "user": "u1"}
        )

    with use_cassette("it", record="once", mask=["body:$.user"]):
        ask("one")
    with use_cassette("it", record="new_episodes", allow_unplayed=True, fail_on="never"):
        ask("two")
    with use_cassette("it", match_on=["method", "path"], mask=["re:one|two=<p>"]):
        ask("three")
        ask("four")
    with use_cassette("it", mask=["body:$.user"]):
        ask("two")
        ask("one")
    bodies = [each.request.body for each in load(project / "it.yaml", MASKER).interactions]
    assert [b"u1" in body for body in bodies] == [False, True]
    assert server.posts == 2


KILLED = """
    import os, signal, sys
    import httpx
    from pytest_argot import use_cassette

    with use_cassette("it", record="new_episodes", allow_unplayed=True):
        httpx.post(sys.argv[1], json={"model": "m", "prompt": sys.argv[2]})
        if sys.argv[3] == "kill":
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
"""


def test_killed_in_the_middle(project: Path, server: CompletionsServer) -> None:
    """A process killed while recording leaves the old cassette, no debris and no lock."""

    def run(prompt: str, end: str) -> int:
        url = f"{server.base}/completions"
        script = textwrap.dedent(KILLED)
        return subprocess.run(
            [sys.executable, "-c", script, url, prompt, end], check=False, timeout=60
        ).returncode

    assert run("one", "kill") != 0
    assert not list(project.iterdir())
    assert run("one", "live") == 0
    before = (project / "it.yaml").read_bytes()
    assert run("two", "kill") != 0
    assert (project / "it.yaml").read_bytes() == before
    assert run("two", "live") == 0
    assert len(load(project / "it.yaml", MASKER).interactions) == 2
    assert [each.name for each in project.iterdir()] == ["it.yaml"]
