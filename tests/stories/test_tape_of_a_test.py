"""Promise: the tape tells a test everything, and the data fixtures give what was recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_argot.cassette.interaction import Response
from tests.cassette_tree import BODY, URL, body, finished, interaction, write

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

HEAD = f"""
    import httpx, pytest
    from pytest_argot import CreateCompletionResponse, ErrorResponse, Finding, Level, argot_cassette

    def ask(prompt="a haiku", url="{URL}"):
        body = {{"model": "gpt-3.5-turbo-instruct", "prompt": prompt}}
        return httpx.post(url, json=body)
"""

ERROR = b'{"error": {"message": "no", "type": "t", "param": null, "code": null}}'
REFUSED = replace(
    interaction(BODY, prompt="refused"),
    response=Response(404, "Not Found", {"content-type": ["application/json"]}, ERROR),
)


def test_the_tape_tells_everything(plain_house: House) -> None:
    """Path, mode, interactions, parsed responses, requests, what was played, findings, age."""
    write(plain_house.cassettes / "poems/haiku.yaml", finished("eos"), REFUSED, BODY)
    plain_house.write(
        "test_it.py",
        HEAD
        + """
    @argot_cassette("poems/haiku", fail_on="never", allow_unplayed=True)
    def test_it(argot, request):
        assert argot.path == request.config.rootpath / "cassettes" / "poems" / "haiku.yaml"
        assert argot.record == "none"
        assert argot.variant is None
        assert argot.recorded_at.isoformat() == "2026-11-22T13:50:00+00:00"
        assert [each.response.status for each in argot.interactions] == [200, 404, 200]
        assert [each.choices[0].finish_reason for each in argot.completions] == ["eos", "stop"]
        first, error, last = argot.responses
        assert isinstance(last, CreateCompletionResponse) and isinstance(error, ErrorResponse)
        assert [b'"refused"' in each.body for each in argot.requests] == [False, True, False]
        assert argot.requests[0].method == "POST" and argot.chunks == []
        assert argot.played == () and argot.unplayed == argot.interactions
        assert ask("refused").status_code == 404
        assert argot.played == argot.interactions[1:2]
        assert argot.unplayed == argot.interactions[::2]
        (finding,) = argot.findings
        assert isinstance(finding, Finding) and finding.level is Level.ERROR
        assert (finding.kind, finding.path) == ("enum.unknown", "choices[*].finish_reason")
""",
    )
    plain_house.run().assert_outcomes(passed=1)


def test_what_is_recorded_now_is_on_the_tape(plain_house: House, server: CompletionsServer) -> None:
    """While recording, the tape grows with every exchange and names the mode."""
    url = f"{server.base}/completions"
    plain_house.write(
        "test_it.py",
        HEAD
        + f"""
    @argot_cassette("new", record="once")
    def test_it(argot):
        assert argot.record == "once" and argot.recorded_at is None
        for count in (1, 2):
            answer = ask(str(count), {url!r}).json()
            assert len(argot.interactions) == len(argot.requests) == count
            assert argot.completions[-1].id == answer["id"]
""",
    )
    plain_house.run().assert_outcomes(passed=1)


def test_all_responses_in_the_order_of_the_file(plain_house: House) -> None:
    """completions holds what succeeded, responses errors too; the singular names its plural."""
    write(plain_house.cassettes / "three.yaml", body(id="b"), REFUSED, body(id="a"))
    write(plain_house.cassettes / "one.yaml", REFUSED)
    plain_house.write(
        "test_it.py",
        HEAD
        + """
    @argot_cassette("three")
    def test_completions(completions):
        assert [each.id for each in completions] == ["b", "a"]

    @argot_cassette("three")
    def test_responses(responses, completions):
        assert [type(each) for each in responses[::2]] == [type(each) for each in completions]
        assert responses[1].error.message == "no"

    @argot_cassette("one")
    def test_response(response, completions):
        assert response.error.message == "no" and completions == []

    @argot_cassette("three")
    def test_one_completion(completion): ...

    @argot_cassette("three")
    def test_one_response(response): ...

    @argot_cassette("one")
    def test_no_completion(completion): ...
""",
    )
    result = plain_house.run()
    result.assert_outcomes(passed=3, errors=3)
    for name, number in (("completion", 2), ("response", 3), ("completion", "no")):
        result.stdout.fnmatch_lines_random(
            [f"*'{name}' gives the one recorded {name}, and there are {number}*"]
        )
        result.stdout.fnmatch_lines_random([f"*ask for the fixture '{name}s'*"])


def test_a_data_fixture_only_reads(plain_house: House, server: CompletionsServer) -> None:
    """In every mode a test that only reads asks nothing live and leaves the file's bytes alone."""
    own = replace(
        interaction(BODY, url=f"{server.base}/completions"), tests=("test_it.py::test_it",)
    )
    path = write(plain_house.cassettes / "haiku.yaml", own)
    path.write_text("# mine\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    before = path.read_bytes()
    data = """
    @argot_cassette("haiku")
    def test_it(completion):
        assert completion.id == "cmpl-1"
"""
    plain_house.write("test_it.py", HEAD + data)
    for mode in ("once", "new_episodes", "update", "rewrite", "verify"):
        plain_house.run(f"--argot-record={mode}").assert_outcomes(passed=1)
        assert path.read_bytes() == before, mode
    assert server.posts == 0
    assert [path.name for path in plain_house.cassettes.iterdir()] == ["haiku.yaml"]


def test_what_is_read_as_data_is_still_asked_for(
    plain_house: House, server: CompletionsServer
) -> None:
    """Mode update drops nothing that the test read as data, though no request asked for it."""
    own = replace(interaction(BODY), tests=("test_it.py::test_it",))
    path = write(plain_house.cassettes / "haiku.yaml", own)
    test = f"""
    @argot_cassette("haiku")
    def test_it(completion):
        assert completion.id == "cmpl-1"
        ask("new", "{server.base}/completions")
"""
    plain_house.write("test_it.py", HEAD + test)
    plain_house.run("--argot-record=update").assert_outcomes(passed=1)
    text = path.read_text(encoding="utf-8")
    assert [text.count(f'"prompt": "{prompt}"') for prompt in ("a haiku", "new")] == [1, 1]


def test_the_command_for_a_test_that_only_reads(
    plain_house: House, server: CompletionsServer
) -> None:
    """The missing-cassette message of a data test names the command that records without a test."""
    data = """
    @argot_cassette("poems/haiku")
    def test_it(completion):
        assert completion.usage.total_tokens == 11
"""
    plain_house.write("argot.toml", "")
    plain_house.write("test_it.py", HEAD + data)
    missing = plain_house.run()
    missing.assert_outcomes(errors=1)
    missing.stdout.fnmatch_lines(
        [
            "*CassetteMissing: *cassettes/poems/haiku.yaml*",
            "*argot record poems/haiku REQUEST.json --url URL",
        ]
    )
    plain_house.write("REQUEST.json", '{"model": "m", "prompt": "hi"}')
    command = ("record", "poems/haiku", "REQUEST.json", "--url", f"{server.base}/completions")
    assert plain_house.python("-m", "pytest_argot", *command).ret == 0
    server.stop()
    plain_house.run().assert_outcomes(passed=1)


def test_every_fixture_needs_the_decorator(plain_house: House) -> None:
    """Without the decorator each of the five fixtures is one clear error."""
    fixtures = ("argot", "completion", "completions", "response", "responses")
    plain_house.write(
        "test_it.py",
        "".join(f"def test_{each}({each}):\n    pass\n\n\n" for each in fixtures),
    )
    result = plain_house.run()
    result.assert_outcomes(errors=len(fixtures))
    for each in fixtures:
        result.stdout.fnmatch_lines(
            [
                f"*'{each}' reads a cassette, and test_it.py::test_{each} has none",
                "*@argot_cassette*",
            ]
        )


def test_every_wider_scope_runs_outside(house: House, server: CompletionsServer) -> None:
    """Class, module, package and session fixtures go live while the tests of them replay."""
    write(house.cassettes / "inside.yaml", BODY)
    scopes = ("class", "module", "package", "session")
    fixtures = "".join(
        f"""
    @pytest.fixture(scope="{scope}")
    def {scope}_wide():
        assert live("{scope} set-up")
        yield
        assert live("{scope} tear-down")
"""
        for scope in scopes
    )
    house.write(
        "test_it.py",
        HEAD
        + f"""
    def live(prompt):
        return ask(prompt, "{server.base}/completions").status_code == 200
{fixtures}
    @pytest.fixture
    def inside():
        yield ask().json()["id"]

    @argot_cassette("inside")
    class TestIt:
        def test_early(self, inside, {", ".join(f"{each}_wide" for each in scopes[:2])}):
            assert inside == "cmpl-1"

        def test_late(self, inside, request):
            for scope in {scopes[2:]!r}:
                request.getfixturevalue(scope + "_wide")
            assert inside == "cmpl-1"
""",
    )
    house.run().assert_outcomes(passed=2)
    assert server.posts == 2 * len(scopes)
