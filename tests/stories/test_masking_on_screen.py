"""Promise: nothing pytest or argot prints of a decorated test shows a key or a private value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

KEY = "sk-" + "proj-" + "Zz1Yy2Xx3Ww4Vv5Uu6Tt7Ss8"
PASSWORD = "hunter2-but-longer"  # noqa: S105 - made up
PRIVATE = "ada-4711"
HIDDEN = (KEY[8:20], KEY[-8:], PASSWORD[:7], PASSWORD[-9:], PRIVATE)
RULES = 'mask = ["re:ada-[0-9]+", "query:tenant", "header:x-tenant"]\nkeep_headers = ["x-tenant"]\n'
TELLING = ("-vv", "--showlocals", "-rA", "--junitxml=report.xml")

SETUP = """
    import logging, os, warnings
    import httpx
    import pytest
    from pytest_argot import argot_cassette

    KEY, PASSWORD = os.environ["KEY"], os.environ["PASSWORD"]
    PRIVATE = os.environ["PRIVATE"]

    def ask(url="{base}/completions", prompt="a haiku"):
        return httpx.post(
            url,
            params={{"api_key": PASSWORD, "tenant": PRIVATE}},
            headers={{"authorization": f"Bearer {{KEY}}", "x-tenant": PRIVATE}},
            json={{"model": "m", "prompt": f"{{prompt}} for {{PRIVATE}}, who has {{KEY}}"}},
        )
"""


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests get their secrets from the environment, as real ones do."""
    for name, value in (("KEY", KEY), ("PASSWORD", PASSWORD), ("PRIVATE", PRIVATE)):
        monkeypatch.setenv(name, value)


def shown(house: House, result: pytest.RunResult) -> list[str]:
    """Give the lines on the screen and in the JUnit file that show a secret."""
    xml = (house.root / "report.xml").read_text(encoding="utf-8").splitlines()
    lines = [*result.outlines, *result.errlines, *xml]
    return [line for line in lines if any(hidden in line for hidden in HIDDEN)]


def write(house: House, server: CompletionsServer, tests: str) -> None:
    """Write the settings and the story's tests."""
    house.write("argot.toml", RULES)
    house.write("test_it.py", SETUP.format(base=server.base) + tests)


ASSERTS = """
    @argot_cassette("requests")
    def test_requests(argot):
        ask()
        assert argot.requests == []

    @argot_cassette("completions")
    def test_completions(argot):
        ask()
        assert argot.completions == []

    @argot_cassette("interactions")
    def test_interactions(argot):
        answer = ask()
        if argot.recorded:
            assert KEY in answer.text and PRIVATE in answer.text
        assert argot.played + argot.recorded == ["a haiku"]
"""


def test_diffs_of_tape_data(house: House, server: CompletionsServer) -> None:
    """What a tape gives is masked in every diff, while the client under test got the truth."""
    server.text = f"{PRIVATE} may not tell {KEY}"
    write(house, server, ASSERTS)
    for mode in ("once", "none"):
        result = house.run(f"--argot-record={mode}", *TELLING)
        result.assert_outcomes(failed=3)
        result.stdout.fnmatch_lines(["*api_key=argot-masked&tenant=argot-*"])
        result.stdout.fnmatch_lines(["*Completion*argot-* may not tell argot-masked*"])
        assert not shown(house, result)
        for refused in house.cassettes.glob("*.rejected.yaml"):
            refused.rename(refused.with_name(refused.name.replace(".rejected", "")))


GROUPS = """
    @argot_cassette("groups")
    def test_plain():
        ask()
        raise ExceptionGroup("two", [ValueError("one"), KeyError("other")])

    @argot_cassette("secret_groups")
    def test_secret():
        ask()
        raise ExceptionGroup("two", [ValueError(f"for {PASSWORD}"), KeyError(f"with {KEY}")])
"""


def test_groups_of_errors(house: House, server: CompletionsServer) -> None:
    """A group of errors is printed as the tree it is, masked or not."""
    write(house, server, GROUPS)
    result = house.run("--argot-record=once", *TELLING)
    result.assert_outcomes(failed=2)
    for first, second in (
        ("ValueError: one", "KeyError: 'other'"),
        ("ValueError: for argot-masked", "KeyError: 'with argot-masked'"),
    ):
        tree = ["*| ExceptionGroup: two (2 sub-exceptions)", "*+-+---* 1 ---*", f"*| {first}"]
        result.stdout.fnmatch_lines([*tree, "*+---* 2 ---*", f"*| {second}", "*+---*"])
    assert not shown(house, result)


def test_misses(house: House, server: CompletionsServer) -> None:
    """A miss names its request and the closest recording, masked; so does one of mode verify."""
    test = """
    @argot_cassette("it")
    def test_it():
        ask(prompt=os.environ.get("PROMPT", "a haiku"))
"""
    write(house, server, test)
    house.run("--argot-record=once").assert_outcomes(passed=1)
    server.stop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMPT", "a sonnet")
        result = house.run(*TELLING)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no recorded answer for POST*argot-masked*", "*haiku*sonnet*"])
    assert not shown(house, result)
    result = house.run("--argot-record=verify", *TELLING)
    result.stdout.fnmatch_lines(["*live API did not answer*", "*where: *tenant=argot-*"])
    assert not shown(house, result)


def test_drift(house: House, server: CompletionsServer) -> None:
    """The drift report, the warnings, the summary and argot's own reports show no secret."""

    def change(answer: dict[str, object]) -> None:
        answer["created"] = f"by {PRIVATE} with {KEY}"
        answer["object"] = f"{PRIVATE} {KEY}"
        answer[f"of_{PRIVATE}"] = KEY
        answer[KEY] = PRIVATE

    test = """
    @argot_cassette("it")
    def test_it():
        ask()

    @argot_cassette("warned", fail_on="never", levels={{"type.changed": "warn"}})
    def test_warned():
        ask()
"""
    server.change = change
    write(house, server, test.format())
    result = house.run("--argot-record=once", *TELLING)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*no longer fits*", "*DriftWarning*", "*kept as*"])
    assert not shown(house, result)
    for command in (["check", "--format", "json"], ["check"], ["show", "cassettes/warned.yaml"]):
        told = house.python("-m", "pytest_argot", *command)
        assert "argot-masked" in told.stdout.str()
        assert not [line for line in told.outlines if any(each in line for each in HIDDEN)]


def test_argot_masks_old_recordings(plain_house: House, server: CompletionsServer) -> None:
    """`argot show` and `argot check` mask by today's rules what a file still holds."""
    server.change = lambda answer: answer["choices"][0].update(finish_reason=PRIVATE)
    test = """
    @argot_cassette("it", fail_on="never")
    def test_it():
        ask()
"""
    write(plain_house, server, test)
    plain_house.write("argot.toml", "")
    plain_house.run("--argot-record=once").assert_outcomes(passed=1)
    assert PRIVATE in (plain_house.cassettes / "it.yaml").read_text(encoding="utf-8")
    plain_house.write("argot.toml", f'[[overrides]]\ntests = "test_it.py"\n{RULES}')
    for command in (["check", "--format", "json"], ["show", "--full", "cassettes/it.yaml"]):
        told = plain_house.python("-m", "pytest_argot", *command)
        assert "argot-" in told.stdout.str()
        assert PRIVATE not in told.stdout.str()


FAILS = """
    PEM = "-----BEGIN PRIV" + "ATE KEY-----\\n" + (KEY[8:] * 4 + "\\n") * 9 + "-----END PRIV" + "ATE KEY-----"

    @pytest.fixture
    def leaving():
        yield
        print("left with", KEY)

    @argot_cassette("answer")
    def test_answer(argot, caplog, record_property):
        caplog.set_level(logging.INFO)
        answer = ask().json()
        headers = {"authorization": f"Bearer {KEY}", "padding": "x" * 400}
        padded = {"padding": "x" * 400, "authorization": f"Basic {PASSWORD}"}
        record_property("said", answer["choices"][0]["text"])
        print("I know", PASSWORD)
        assert answer["choices"][0]["text"] == "nothing"

    @argot_cassette("chain")
    def test_chain(argot):
        try:
            ask("http://127.0.0.1:9/v1/completions")
        except httpx.ConnectError as error:
            raise RuntimeError(f"nobody at http://127.0.0.1:9/v1?api_key={PASSWORD}") from error

    @argot_cassette("subtests")
    def test_subtests(argot, subtests):
        ask()
        with subtests.test("one"):
            print("inner", PASSWORD)
            assert KEY == "another"

    @argot_cassette("passes")
    def test_passes(argot, leaving):
        print("I say", ask().text)
        warnings.warn(f"never send {PASSWORD} again")

    @argot_cassette("group")
    def test_group():
        ask()
        raise ExceptionGroup(KEY, [ValueError(PASSWORD)])

    @argot_cassette("pem")
    def test_pem():
        ask()
        assert PEM == "none"

    @argot_cassette("odd name")
    def test_set_up(leaving, nowhere):
        pass
"""


def test_what_a_test_itself_shows(house: House, server: CompletionsServer) -> None:
    """Tracebacks, locals, output and logs of a decorated test lose keys and its credentials."""
    server.text = f"you sent {KEY} and {PASSWORD}"
    write(house, server, FAILS)
    public = [each for each in HIDDEN if each != PRIVATE]
    for mode, color in (("once", "yes"), ("rewrite", "no")):
        result = house.run(f"--argot-record={mode}", f"--color={color}", *TELLING)
        lines = [line for line in shown(house, result) if any(each in line for each in public)]
        assert not lines
    result.stdout.fnmatch_lines(["*HTTP Request: POST http://*api_key=argot-masked&tenant=argot-*"])
