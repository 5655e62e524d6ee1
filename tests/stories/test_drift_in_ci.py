"""Promise: a response that no longer fits its model fails the test, and says what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cassette_tree import body, write

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

TEST = """
    import httpx
    from pytest_argot import argot_cassette

    @argot_cassette("plain")
    def test_http():
        httpx.post("{base}/completions", json={{"model": "m", "prompt": "hi"}})

    @argot_cassette("plain")
    def test_data(completion):
        assert completion.object == "text_completion"
"""


def record(house: House, server: CompletionsServer) -> None:
    """Record a clean cassette."""
    house.write("test_plain.py", TEST.format(base=server.base))
    house.run("--argot-record=once", "-k", "http").assert_outcomes(passed=1)
    server.stop()


def edit(house: House, old: str, new: str) -> int:
    """Change the recorded response by hand; give the 1-based line of the change."""
    path = house.cassettes / "plain.yaml"
    text = path.read_text(encoding="utf-8")
    at = text.rindex(old)
    path.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")
    return text.count("\n", 0, at) + 1


@pytest.mark.parametrize(
    ("kind", "path", "old", "new"),
    [
        ("field.missing", "created", '"created": 1763800000,\n', "\n"),
        ("type.changed", "created", '"created": 1763800000', '"created": []'),
        ("type.coercible", "created", '"created": 1763800000', '"created": "1763800000"'),
        ("enum.unknown", "choices[*].finish_reason", '"stop"', '"tool_calls"'),
        ("null.unexpected", "model", '"model": "m"', '"model": null'),
        ("const.changed", "object", '"text_completion"', '"chat.completion"'),
        ("field.renamed", "choices[*].finish_reason", '"finish_reason"', '"finishReason"'),
        ("number.fractional", "usage.prompt_tokens", '"prompt_tokens": 5', '"prompt_tokens": 5.5'),
        ("body.not_json", "", '"usage"', "usage"),
    ],
)
def test_drift_fails_both_kinds_of_test(
    plain_house: House, server: CompletionsServer, kind: str, path: str, old: str, new: str
) -> None:
    """Each kind of drift FAILS the replaying test and the data test, with kind, path and line."""
    record(plain_house, server)
    line = edit(plain_house, old, new)
    result = plain_house.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines([f"*{kind}*"])
    text = result.stdout.str()
    assert path in text
    assert f"plain.yaml:{line}" in text or kind in {"field.missing", "body.not_json"}
    assert text.count("re-record: pytest test_plain.py::test_http --argot-record=rewrite") == 2
    assert "argot accept" in text


def test_the_report_is_a_failure_without_a_traceback(
    house: House, server: CompletionsServer
) -> None:
    """Drift shows as FAILED with the report alone; the verdict is the line of the short summary."""
    record(house, server)
    edit(house, '"stop"', '"tool_calls"')
    result = house.run()
    result.assert_outcomes(failed=2)
    text = result.stdout.str()
    assert "Traceback" not in text
    assert "pytest_argot/" not in text
    result.stdout.fnmatch_lines(["FAILED *test_plain.py::test_http - *plain.yaml no longer fits*"])
    result.stdout.fnmatch_lines(["*- argot -*", "*1 drift, 1 cassette*"])


def test_the_body_still_runs_and_its_failure_comes_first(
    house: House, server: CompletionsServer
) -> None:
    """When the body fails too, that failure is shown with the drift in a section below it."""
    record(house, server)
    edit(house, '"stop"', '"tool_calls"')
    file = house.root / "test_plain.py"
    text = file.read_text(encoding="utf-8").replace('"hi"})', '"hi"})\n    assert 1 == 2')
    file.write_text(text, encoding="utf-8")
    result = house.run("-k", "http")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 1 == 2*", "*argot drift*", "*enum.unknown*"])


def test_interactions_nobody_plays_are_judged_too(house: House, server: CompletionsServer) -> None:
    """Drift in an interaction the test does not ask for fails the test all the same."""
    record(house, server)
    edit(house, '"created": 1763800000', '"created": "soon"')
    house.write(
        "test_plain.py",
        """
        from pytest_argot import argot_cassette

        @argot_cassette("plain", allow_unplayed=True)
        def test_nothing():
            pass
        """,
    )
    house.run().assert_outcomes(failed=1)


def test_a_drifting_recording_is_not_taken(house: House, server: CompletionsServer) -> None:
    """A recording that drifts fails while recording and is kept beside the cassette."""

    def drift(answer: dict[str, Any]) -> None:
        answer["choices"][0]["finish_reason"] = "eos"

    server.change = drift
    house.write("test_plain.py", TEST.format(base=server.base))
    result = house.run("--argot-record=once", "-k", "http")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*enum.unknown*", "*plain.rejected.yaml*"])
    assert not (house.cassettes / "plain.yaml").exists()


def test_warn_and_info_do_not_fail(house: House, server: CompletionsServer) -> None:
    """A level below fail_on is a DriftWarning (warn) or one summary line (info)."""
    record(house, server)
    edit(house, '"object"', '"service_tier": "flex",\n          "object"')
    result = house.run()
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*field.added*"])
    house.write("argot.toml", '[levels]\n"field.added" = "warn"\n')
    result = house.run()
    result.assert_outcomes(passed=2, warnings=2)
    result.stdout.fnmatch_lines(["*DriftWarning*field.added*"])
    strict = house.run("-W", "error::pytest_argot.DriftWarning")
    strict.assert_outcomes(failed=2)
    strict.stdout.fnmatch_lines(["FAILED *DriftWarning: field.added*"])
    assert "pytest_argot/" not in strict.stdout.str()
    house.run("--argot-fail-on=warn").assert_outcomes(failed=2)
    house.run("--argot-fail-on=never").assert_outcomes(passed=2, warnings=2)


def test_accepted_drift_passes_and_check_agrees(house: House, server: CompletionsServer) -> None:
    """argot accept turns the tests and argot check green, with a reason in a reviewed file."""
    record(house, server)
    edit(house, '"stop"', '"tool_calls"')
    house.run().assert_outcomes(failed=2)
    check = house.python("-m", "pytest_argot", "check", "--format", "json")
    assert check.ret == 1
    assert json.loads(check.stdout.str())["findings"][0]["kind"] == "enum.unknown"
    accepted = house.python("-m", "pytest_argot", "accept", "--all", "--reason", "tools are new")
    assert accepted.ret == 0
    house.run().assert_outcomes(passed=2)
    assert house.python("-m", "pytest_argot", "check").ret == 0


def test_a_clean_run_says_nothing(house: House, server: CompletionsServer) -> None:
    """Without drift there is no argot section."""
    record(house, server)
    result = house.run()
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*- argot -*")


def test_an_error_answer_is_judged_as_an_error(house: House, server: CompletionsServer) -> None:
    """A recorded 404 is judged against ErrorResponse, never against the completion model."""
    house.write("test_plain.py", TEST.format(base=server.base).replace('"m"', '"missing"'))
    house.run("--argot-record=once", "-k", "http").assert_outcomes(passed=1)
    edit(house, '"message": "no such model"', '"message": 1')
    result = house.run("-k", "http")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*error.message*"])


def test_drift_reaches_junit(plain_house: House, server: CompletionsServer) -> None:
    """The JUnit file carries the cassette and the number of drifts as properties."""
    record(plain_house, server)
    edit(plain_house, '"stop"', '"tool_calls"')
    plain_house.run("--junitxml=out.xml")
    text = (plain_house.root / "out.xml").read_text(encoding="utf-8")
    assert '<property name="argot.cassette" value="cassettes/plain.yaml"' in text
    assert '<property name="argot.drift" value="1"' in text


def test_a_profile_holds_for_tests(house: House) -> None:
    """Under profile = strict a new field fails, under lax a coercible type does not."""
    house.write(
        "test_it.py",
        """
        from pytest_argot import argot_cassette

        @argot_cassette("added")
        def test_added(completion): ...

        @argot_cassette("coercible")
        def test_coercible(completion): ...
        """,
    )
    write(house.cassettes / "added.yaml", body(service_tier="default"))
    write(house.cassettes / "coercible.yaml", body(created="1763800000"))
    for profile, failed in (("lax", ""), ("default", "coercible"), ("strict", "added coercible")):
        result = house.run(f"--argot-profile={profile}", "-rf")
        lines = [line for line in result.outlines if line.startswith("FAILED")]
        assert sorted(line.split("test_")[-1].split(" ")[0] for line in lines) == failed.split()
    house.run("--argot-profile=loose").stderr.fnmatch_lines(["*lax, default, strict*"])
