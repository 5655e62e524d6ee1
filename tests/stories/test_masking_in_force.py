"""Promise: what a rule names, and every credential, never reaches a cassette, and replays match."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from tests.servers.echo import EchoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

ADA, BOB = "ada-4711", "bob-0815"
HERE, ELSEWHERE = "127.0.0.1", "llm.test"
SECRET, OTHER = "hunter2-but-longer", "correct-horse-battery"

TARGETS = {
    "header": "header:x-tenant",
    "query": "query:tenant",
    "body": "body:$.user",
    "host": "host:*",
    "re": "re:(ada|bob)-[0-9]+",
}
FORMS = {"text": "=someone", "hash": "=@hash", "none": ""}

ASKS = """
    import os
    import httpx
    from pytest_argot import argot_cassette

    VALUE, HOST = os.environ["VALUE"], os.environ["HOST"]

    def ask(host="127.0.0.1", body=(), **more):
        url = f"http://{{host}}:{port}/v1/completions"
        httpx.post(url, json={{"model": "m", "prompt": "a haiku", **dict(body)}}, **more)

    @argot_cassette("header"{header})
    def test_header():
        ask(headers={{"x-tenant": VALUE}})

    @argot_cassette("query"{query})
    def test_query():
        ask(params={{"tenant": VALUE}})

    @argot_cassette("body"{body})
    def test_body():
        ask(body={{"user": VALUE}})

    @argot_cassette("host"{host})
    def test_host():
        ask(host=HOST)

    @argot_cassette("re"{re})
    def test_re():
        ask(body={{"prompt": f"a haiku for {{VALUE}}, please"}})
"""


def write(house: House, base: str, form: str, *, as_option: bool) -> None:
    """Write one test for every kind of rule, in one form, with the settings they need."""
    rules = {where: f"{target}{FORMS[form]}" for where, target in TARGETS.items()}
    options = {where: f", mask=[{rule!r}]" if as_option else "" for where, rule in rules.items()}
    house.write(f"{form}/test_{form}.py", ASKS.format(port=port_of(base), **options))
    mask = "" if as_option else f"mask = {list(rules.values())!r}\n"
    house.write(f"{form}/argot.toml", f'keep_headers = ["x-tenant"]\n{mask}')


def port_of(base: str) -> str:
    """Give the port of a base URL."""
    return base.rpartition(":")[2].removesuffix("/v1")


def recording(house: House, form: str, where: str) -> str:
    """Give the text of a cassette."""
    return (house.root / form / "cassettes" / f"{where}.yaml").read_text(encoding="utf-8")


def hash_of(value: str) -> str:
    """Give the text a private value becomes."""
    return "argot-" + hashlib.sha256(value.encode()).hexdigest()[:12]


def run(house: House, value: str, host: str, *args: str) -> pytest.RunResult:
    """Run the story's tests with a private value and a host."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VALUE", value)
        patch.setenv("HOST", host)
        return house.run(*args)


@pytest.mark.parametrize("as_option", [True, False], ids=["options", "settings"])
def test_every_rule_in_every_form(
    house: House, server: CompletionsServer, *, as_option: bool
) -> None:
    """A text matches any value; a hash, which is the default too, the same value alone."""
    for form in FORMS:
        write(house, server.base, form, as_option=as_option)
    run(house, ADA, HERE, "--argot-record=once").assert_outcomes(passed=15)
    server.stop()
    for form in FORMS:
        for where in TARGETS:
            value = HERE if where == "host" else ADA
            text = recording(house, form, where)
            assert value not in text
            assert ("someone" if form == "text" else hash_of(value)) in text
    run(house, ADA, HERE).assert_outcomes(passed=15)
    other = run(house, BOB, ELSEWHERE, "-vv", "--showlocals")
    other.assert_outcomes(passed=7, failed=8)  # headers do not take part in matching
    other.stdout.fnmatch_lines(["*closest:*", f"*{hash_of(ADA)}*{hash_of(BOB)}*"])
    for form in ("hash", "none"):
        for where in set(TARGETS) - {"header"}:
            other.stdout.fnmatch_lines_random([f"FAILED {form}/test_{form}.py::test_{where} - *"])
    assert not [line for line in other.outlines if BOB in line or ELSEWHERE in line]


def test_a_new_rule_applies_to_old_recordings(house: House, server: CompletionsServer) -> None:
    """A rule that came later hides what the file still holds, and the file stays as it is."""
    write(house, server.base, "text", as_option=False)
    settings = house.root / "text" / "argot.toml"
    rules = settings.read_text(encoding="utf-8")
    settings.write_text('keep_headers = ["x-tenant"]\n', encoding="utf-8")
    run(house, ADA, HERE, "--argot-record=once").assert_outcomes(passed=5)
    server.stop()
    before = {where: recording(house, "text", where) for where in TARGETS}
    assert all((HERE if where == "host" else ADA) in text for where, text in before.items())
    settings.write_text(rules, encoding="utf-8")
    house.write(
        "text/test_tapes.py",
        """
        import pytest
        from pytest_argot import argot_cassette

        @pytest.mark.parametrize("name", [
            pytest.param(name, marks=argot_cassette(name, allow_unplayed=True))
            for name in ("header", "query", "body", "re")
        ])
        def test_tape(name, argot):
            assert "ada-4711" not in repr(argot.interactions)
            assert "someone" in repr(argot.interactions)
        """,
    )
    run(house, BOB, ELSEWHERE).assert_outcomes(passed=9)
    assert {where: recording(house, "text", where) for where in TARGETS} == before


@pytest.fixture
def echo() -> Iterator[EchoServer]:
    """A live server that echoes."""
    with EchoServer() as running:
        yield running


SENDS = """
    import gzip, json, os
    import httpx
    from pytest_argot import argot_cassette

    SECRET, VALUE = os.environ["SECRET"], os.environ["VALUE"]
    HOST = "127.0.0.1:{port}"
    FIELDS = {{"api_key": SECRET, "tenant": VALUE, "user": VALUE, "prompt": "hi"}}
    JSON = json.dumps(FIELDS).encode()
    CHARSET = {{"content-type": "application/json; charset=utf-8"}}

    def send(tape, credentials="", **more):
        answer = httpx.post(f"http://{{credentials}}{{HOST}}/v1/echo", **more)
        seen = repr((tape.interactions, tape.responses))
        assert SECRET not in seen and VALUE not in seen
        if tape.recorded and "params" not in more:
            assert SECRET in answer.text and VALUE in answer.text
            assert tape.recorded[0].response.body.count(b"argot-masked") == 1

    @argot_cassette("charset")
    def test_charset(argot):
        send(argot, content=JSON, headers=CHARSET)

    @argot_cassette("gzip")
    def test_gzip(argot):
        packed = {{**CHARSET, "content-encoding": "gzip"}}
        send(argot, content=gzip.compress(JSON), headers=packed)

    @argot_cassette("form")
    def test_form(argot):
        send(argot, data=FIELDS)

    @argot_cassette("multipart")
    def test_multipart(argot):
        send(argot, data=FIELDS, files={{"file": ("a.json", b'{{"n": 1}}', "application/json")}})

    @argot_cassette("url")
    def test_url(argot):
        send(argot, f"me:{{SECRET}}@", params=FIELDS)
"""


def test_bodies_and_urls_of_every_kind(house: House, echo: EchoServer) -> None:
    """JSON with a charset, gzip, forms, multipart and URLs are masked both ways, and match."""
    house.write(
        "argot.toml", 'mask = ["query:tenant", "query:user", "body:$.tenant", "body:$.user"]\n'
    )
    house.write("test_it.py", SENDS.format(port=echo.port))
    for secret, mode in ((SECRET, "once"), (SECRET, "none"), (OTHER, "none")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SECRET", secret)
            run(house, ADA, HERE, f"--argot-record={mode}").assert_outcomes(passed=5)
    for cassette in house.cassettes.iterdir():
        text = cassette.read_text(encoding="utf-8")
        assert SECRET not in text
        assert ADA not in text
        assert "argot-masked" in text
        assert hash_of(ADA) in text
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET", SECRET)
        run(house, BOB, HERE).assert_outcomes(failed=5)


def test_scrub_honours_overrides(plain_house: House, server: CompletionsServer) -> None:
    """A mask of an override is applied to the recordings of the tests it names, and to no other."""
    for folder in ("azure", "plain"):
        text = ASKS.format(port=port_of(server.base), **dict.fromkeys(TARGETS, ""))
        named = text.replace('argot_cassette("', f'argot_cassette("{folder}/')
        plain_house.write(f"tests/{folder}/test_{folder}.py", named)
    run(plain_house, ADA, HERE, "--argot-record=once").assert_outcomes(passed=10)
    plain_house.write(
        "argot.toml", '[[overrides]]\ntests = "tests/azure"\nmask = ["body:$.user=someone"]\n'
    )
    scrub = ("-m", "pytest_argot", "scrub")
    checked = plain_house.python(*scrub, "--check")
    assert checked.ret == 1
    checked.stdout.fnmatch_lines(["cassettes/azure/body.yaml: 1 interaction to be masked"])
    plain_house.python(*scrub).stdout.fnmatch_lines(["1 of 10 cassettes masked"])
    masked = (plain_house.cassettes / "azure/body.yaml").read_text(encoding="utf-8")
    assert ADA not in masked
    assert '"user": "someone"' in masked
    assert plain_house.python(*scrub, "--check").ret == 0
    server.stop()
    run(plain_house, ADA, HERE).assert_outcomes(passed=10)
