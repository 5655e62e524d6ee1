"""Promise: a recording that must not become a cassette is kept, said, and can be promoted."""

from __future__ import annotations

import shlex
import tomllib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

HEAD = """
    import httpx
    from pytest_argot import argot_cassette

    def ask(prompt):
        return httpx.post("{base}/completions", json={{"model": "m", "prompt": prompt}})
"""

FAILING = """
    @argot_cassette("haiku")
    def test_it():
        assert ask("hi").json()["choices"][0]["text"] == "something else"
"""

PASSING = """
    @argot_cassette("haiku")
    def test_it():
        assert ask("hi").json()["id"]
"""

HINT = "add [*].rejected.yaml to .gitignore: *"


def test_what_a_failing_test_paid_for_is_promoted(house: House, server: CompletionsServer) -> None:
    """The failure names the kept file, `argot keep` makes it the cassette, and it replays."""
    house.write("test_it.py", HEAD.format(base=server.base) + FAILING)
    result = house.run("--argot-record=once")
    result.assert_outcomes(failed=1)
    kept = "cassettes/haiku.rejected.yaml"
    result.stdout.fnmatch_lines([f"what was recorded is kept in {kept}", f"*kept as {kept}"])
    assert [path.name for path in house.cassettes.iterdir()] == ["haiku.rejected.yaml"]
    promoted = house.python("-m", "pytest_argot", "keep")
    assert promoted.ret == 0
    promoted.stdout.fnmatch_lines([f"{kept}: 1 interaction kept in cassettes/haiku.yaml"])
    assert [path.name for path in house.cassettes.iterdir()] == ["haiku.yaml"]
    server.stop()
    house.write("test_it.py", HEAD.format(base=server.base) + PASSING)
    house.run().assert_outcomes(passed=1)


def test_a_recording_that_drifts_is_kept_after_it_is_accepted(
    plain_house: House, server: CompletionsServer
) -> None:
    """Drift at the failing level keeps the recording; accepted, `argot keep` takes it."""
    server.change = lambda answer: answer.update(object="chat.completion")
    plain_house.write("test_it.py", HEAD.format(base=server.base) + PASSING)
    result = plain_house.run("--argot-record=once")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["kept: * cassettes/haiku.rejected.yaml holds what was recorded"])
    argot = ("-m", "pytest_argot")
    assert plain_house.python(*argot, "keep", "--accepted").ret == 1
    kept = "cassettes/haiku.rejected.yaml"
    assert plain_house.python(*argot, "accept", kept, "--all", "--reason", "new").ret == 0
    assert plain_house.python(*argot, "keep", "--accepted").ret == 0
    server.stop()
    plain_house.run().assert_outcomes(passed=1)


def test_one_is_told_to_ignore_them(house: House, server: CompletionsServer) -> None:
    """The first rejected recording tells the user to gitignore it, once; ignored, nothing does."""
    house.write(
        "test_it.py",
        HEAD.format(base=server.base)
        + FAILING
        + FAILING.replace("haiku", "ode").replace("_it", "_b"),
    )
    result = house.run("--argot-record=once")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*recording refused, kept as *haiku*", HINT])
    assert result.stdout.str().count(".gitignore") == 1
    house.write(".gitignore", "*.rejected.yaml\n")
    again = house.run("--argot-record=once")
    again.stdout.fnmatch_lines(["*recording refused, kept as *haiku*"])
    again.stdout.no_fnmatch_line(HINT)


@pytest.mark.parametrize("test", [FAILING, PASSING], ids=["failing", "passing"])
def test_secrets_are_blanked_in_what_is_kept(
    plain_house: House, server: CompletionsServer, test: str
) -> None:
    """Whether the test failed or only its secret stood in the way: no secret reaches the disk."""
    secret = "hunter2" + "Correct9Horse8Battery7Staple"
    server.text = f"the password: {secret} and no more"
    plain_house.write("test_it.py", HEAD.format(base=server.base) + test)
    result = plain_house.run("--argot-record=once")
    result.assert_outcomes(failed=1)
    (kept,) = plain_house.cassettes.iterdir()
    assert kept.name == "haiku.rejected.yaml"
    text = kept.read_text(encoding="utf-8")
    assert secret not in text
    assert "and no more" in text
    if test == PASSING:
        result.stdout.fnmatch_lines(["SecretFound: *named-secret*", "*haiku.rejected.yaml:*"])
        assert secret not in result.stdout.str()


def test_a_false_alarm_is_accepted_with_a_reason(
    plain_house: House, server: CompletionsServer
) -> None:
    """The message's own command lets what is no secret through, unblanked, until its last day."""
    harmless = "hunter2" + "Correct9Horse8Battery7Staple"
    server.text = f"the password: {harmless} and no more"
    plain_house.write("test_it.py", HEAD.format(base=server.base) + PASSING)
    result = plain_house.run("--argot-record=once")
    result.assert_outcomes(failed=1)
    (told,) = (line for line in result.outlines if "if it is no secret: argot accept" in line)
    command = told.partition("argot ")[2].partition(", then")[0]
    words = shlex.split(command.replace("'...'", "'a phrase of the manual'"))
    assert plain_house.python("-m", "pytest_argot", *words).ret == 0
    known = plain_house.cassettes / "argot-accepted.toml"
    assert harmless not in known.read_text(encoding="utf-8")
    assert tomllib.loads(known.read_text(encoding="utf-8"))["secret"][0]["kind"] == "named-secret"
    plain_house.run("--argot-record=once").assert_outcomes(passed=1)
    assert {path.name for path in plain_house.cassettes.iterdir()} == {"haiku.yaml", known.name}
    assert harmless in (plain_house.cassettes / "haiku.yaml").read_text(encoding="utf-8")
    assert plain_house.python("-m", "pytest_argot", "scrub", "--check").ret == 0
    plain_house.write("test_it.py", HEAD.format(base=server.base) + FAILING)
    plain_house.run("--argot-record=rewrite").assert_outcomes(failed=1)
    assert harmless in (plain_house.cassettes / "haiku.rejected.yaml").read_text(encoding="utf-8")
    with known.open("a", encoding="utf-8") as file:
        file.write("until = 2020-01-01\n")
    result = plain_house.python("-m", "pytest_argot", "scrub", "--check")
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"cassettes/haiku.yaml:*: named-secret:{words[3][-12:]}"])


def test_only_that_alarm_is_accepted(plain_house: House, server: CompletionsServer) -> None:
    """Another value of the same rule is refused as before, in tests, keep and argot record."""
    server.text = "the password: hunter2" + "Correct9Horse8Battery7Staple"
    argot = ("-m", "pytest_argot")
    other = ("accept", "--secret", "named-secret:0123456789ab", "--reason", "r")
    assert plain_house.python(*argot, *other).ret == 0
    plain_house.write("test_it.py", HEAD.format(base=server.base) + PASSING)
    plain_house.run("--argot-record=once").assert_outcomes(failed=1)
    assert plain_house.python(*argot, "accept", "--secret", "hunter2", "--reason", "r").ret == 2
    assert plain_house.python(*argot, *other[:3]).ret == 2


def test_a_new_recording_supersedes_what_was_kept(
    plain_house: House, server: CompletionsServer
) -> None:
    """A failing test leaves the old cassette; the passing one that follows takes the kept away."""
    plain_house.write("test_it.py", HEAD.format(base=server.base) + PASSING)
    plain_house.run("--argot-record=once").assert_outcomes(passed=1)
    before = (plain_house.cassettes / "haiku.yaml").read_bytes()
    fails = PASSING.replace('"hi"', '"ho"') + "        assert False\n"
    plain_house.write("test_it.py", HEAD.format(base=server.base) + fails)
    plain_house.run("--argot-record=rewrite").assert_outcomes(failed=1)
    assert (plain_house.cassettes / "haiku.yaml").read_bytes() == before
    plain_house.write("test_it.py", HEAD.format(base=server.base) + PASSING.replace("hi", "ho"))
    plain_house.run("--argot-record=update").assert_outcomes(passed=1)
    assert [path.name for path in plain_house.cassettes.iterdir()] == ["haiku.yaml"]
    assert server.posts == 3
