"""Promise: what fails says why, what must raise has to, and what is wrong with a plan is told."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from pytest_argot.drift.known import accept_variants
from tests.cassette_tree import BODY, body, interaction
from tests.fuzz_house import files, outcomes, recorded, suite

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

SECRET = "sk-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2mN5pQ8sT1"

FAILING = f"""
    import app

    @argot_cassette("haiku", fuzz=Fuzz("usage", "choices[0].text", families={{"valid", "content"}}, limit=60))
    def test_it(monkeypatch):
        answer = CLIENT.post(URL, headers={{"authorization": "Bearer {SECRET}"}},
            json={{"model": "gpt-3.5-turbo-instruct", "prompt": "a haiku " * 100}}).json()
        app.check(answer)
"""

APP = """
    def total(usage):
        return usage["total_tokens"] + usage["completion_tokens"]

    def check(answer):
        assert total(answer["usage"]) > 1
        if not answer["choices"][0]["text"].strip():
            raise ValueError("blank")
"""


def test_failures_are_grouped_by_the_users_own_line(house: House) -> None:
    """One line an own line and error, the simplest variant named; values are short and masked."""
    recorded(house, "haiku", interaction(body(), prompt="a haiku " * 100))
    house.write("app.py", APP)
    suite(house, FAILING)
    result = house.run("-p", "no:cacheprovider", "--junitxml=report.xml", "-o", "pythonpath=.")
    text = result.stdout.str()
    result.stdout.fnmatch_lines(
        ["fuzz: * variants, * failed (valid *, * failed; content *, * failed)"]
    )
    groups = [line for line in result.outlines if line.startswith("  app.py:")]
    assert groups == [
        "  app.py:7 ValueError ← 3 variants, simplest: text empty",
        "  app.py:5 KeyError ← 1 variant, simplest: usage absent",
        "  app.py:2 KeyError ← 1 variant, simplest: usage.completion_tokens absent",
    ]
    assert SECRET not in text
    lines = [line for line in result.outlines if line.startswith(("changed: ", "  in the answer"))]
    assert lines
    assert max(map(len, lines)) < 500
    cases = ET.parse(house.root / "report.xml").iter("testcase")  # noqa: S314 - written by pytest
    wanted = {
        case.attrib["name"]: case.find(".//property[@name='argot.variant']") for case in cases
    }
    assert wanted["test_it[recorded]"] is None
    told = wanted["test_it[usage=absent]"]
    assert told is not None
    assert told.attrib["value"] == "usage=absent"


STRICT = """
    class AppError(Exception):
        pass

    def parse(answer):
        try:
            return answer["choices"][0]["text"], answer["usage"]["total_tokens"] + 1
        except (KeyError, TypeError, IndexError) as error:
            raise AppError from error

    @argot_cassette("haiku", fuzz=Fuzz("usage", families={"drift"}, raises=AppError))
    def test_raises():
        parse(ask())

    @argot_cassette("haiku", fuzz=Fuzz("usage", raises=AppError))
    def test_valid_is_no_excuse():
        parse(ask())

    @argot_cassette("haiku", fuzz=Fuzz("choices[0].finish_reason", expect={
        "choices[*].finish_reason=content_filter": AppError, "finish_reason=length": AppError}))
    def test_expect():
        if ask()["choices"][0]["finish_reason"] == "content_filter":
            raise AppError

    @argot_cassette("haiku", fuzz=Fuzz("choices[0].finish_reason", limit=0,
        expect={"finish_reason=content_filter": AppError}))
    def test_group():
        if ask()["choices"][0]["finish_reason"] == "content_filter":
            raise ExceptionGroup("two", [AppError(), ExceptionGroup("in", [AppError()])])

    @argot_cassette("haiku", fuzz=Fuzz("usage", families={"drift"}, limit=1, raises=AppError))
    def test_mixed_group():
        if not ask().get("usage"):
            raise ExceptionGroup("two", [AppError(), ValueError()])

    @argot_cassette("haiku", fuzz=Fuzz("usage", families={"drift"}, limit=1, raises=BaseException))
    def test_called_off():
        if not ask().get("usage"):
            pytest.fail("it took too long")

    @argot_cassette("haiku", fuzz=Fuzz("usage", limit=0, expect={"usage=absent": AppError}))
    def test_other():
        ask()["usage"]

    class TestUnit(unittest.TestCase):
        @argot_cassette("haiku", fuzz=Fuzz("choices[0].finish_reason", expect={
            "choices[0].finish_reason=content_filter": AppError, "finish_reason=length": AppError}))
        def test_expect(self):
            if ask()["choices"][0]["finish_reason"] == "content_filter":
                raise AppError

    class TestAsync(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self):
            self.parsed = parse(await ask_async())

        @argot_cassette("haiku", fuzz=Fuzz("usage", families={"drift"}, limit=2, raises=AppError))
        async def test_raises(self):
            assert self.parsed

    @pytest.fixture
    def parsed():
        return parse(ask())

    @argot_cassette("haiku", fuzz=Fuzz("usage", families={"drift"}, limit=2, raises=AppError))
    def test_fixture(parsed):
        assert parsed

    @argot_cassette("haiku", fuzz=Fuzz("usage", families={"drift"}, limit=1))
    def test_fixture_fails(parsed):
        assert parsed
"""


def test_what_may_and_what_must_be_raised(plain_house: House) -> None:
    """`raises` is for invalid answers, `expect` fails what does not raise; groups hold only those."""
    recorded(plain_house)
    suite(plain_house, STRICT)
    result = plain_house.run("-rA")
    found = outcomes(result).items()
    assert {test.partition("::")[2]: how for test, how in found if how != "passed"} == {
        "test_valid_is_no_excuse[usage=absent]": "failed",
        "test_expect[finish_reason=length]": "failed",
        "test_mixed_group[usage=null]": "failed",
        "test_called_off[usage=null]": "failed",
        "test_other[usage=absent]": "failed",
        "TestUnit::test_expect(finish_reason=length)": "failed",
        "test_fixture_fails[usage=null]": "error",
    }
    result.assert_outcomes(passed=59, failed=6, errors=1, skipped=2)
    result.stdout.fnmatch_lines(
        [
            "under its variant the test had to raise AppError, and did not",
            'changed: choices[[]0[]].finish_reason: "stop" → "length"*',
            "expected: AppError, but KeyError was raised",
            "SKIPPED [[]*[]] test_it.py:*: the set-up raised AppError, as it may under this variant",
        ]
    )


TWICE = """
    @argot_cassette("haiku", fuzz="choices[0].finish_reason")
    def test_it():
        assert ask()["choices"][0]["finish_reason"] == ask()["choices"][0]["finish_reason"]
"""


def test_equal_requests_are_told_apart(plain_house: House) -> None:
    """The report says in the answer to which of several equal requests something was changed."""
    recorded(plain_house, "haiku", body(), replace(interaction(body(id="cmpl-2")), ordinal=2))
    suite(plain_house, TWICE)
    result = plain_house.run()
    told = [line for line in result.outlines if line.startswith("  in the answer to POST ")]
    assert [line.rpartition("  ")[2] for line in told] == ["(1st of 2)", "(2nd of 2)"] * 2


KNOWN = [
    ("test_known[usage=absent]", "free plans: issue 12", 2),
    ("test_known[finish_reason=length]", "mended meanwhile", 0),
    ("TestUnit::test_unit(usage=absent)", "free plans", 0),
    ("test_expired[usage=absent]", "should be over", -2),
]

PINNED = """
    PLAN = Fuzz("usage", "choices[0].finish_reason", limit=3)

    @argot_cassette("haiku", fuzz=PLAN)
    def test_known():
        assert ask()["usage"]

    @argot_cassette("haiku", fuzz=PLAN)
    def test_expired():
        assert ask()["usage"]

    @argot_cassette("haiku", fuzz=PLAN)
    def test_marked():
        assert ask()["usage"]

    class TestUnit(unittest.TestCase):
        @argot_cassette("haiku", fuzz=PLAN)
        def test_unit(self):
            assert ask()["usage"]
"""

CONFTEST = """
    import pytest

    def pytest_collection_modifyitems(items):
        for item in items:
            if "test_marked" in item.nodeid and item.name.endswith("[usage=absent]"):
                item.add_marker(pytest.mark.xfail(reason="by id", strict=True))
            if "test_marked" in item.nodeid and "length" in item.name:
                item.add_marker(pytest.mark.skip(reason="by id"))
"""


def test_known_variants_fail_strictly(house: House) -> None:
    """A known variant is an xfail with its reason; one that passes or has expired fails."""
    recorded(house)
    suite(house, PINNED)
    house.write("conftest.py", CONFTEST)
    today = datetime.now(UTC).date()
    for test, reason, days in KNOWN:
        last_day = today + timedelta(days) if days else None
        file = house.cassettes / "argot-accepted.toml"
        accept_variants(file, [f"test_it.py::{test}"], reason, last_day)
    result = house.run("-rA")
    found = {test: how for test, how in outcomes(result).items() if how != "passed"}
    assert found == {
        "test_it.py::test_known[usage=absent]": "xfail",
        "test_it.py::test_known[finish_reason=length]": "failed",
        "test_it.py::test_expired[usage=absent]": "failed",
        "test_it.py::test_marked[usage=absent]": "xfail",
        "test_it.py::TestUnit::test_unit(usage=absent)": "xfail",
    }
    result.assert_outcomes(passed=10, failed=2, xfailed=3, skipped=1)
    result.stdout.fnmatch_lines(
        ["XFAIL test_it.py::test_known[[]usage=absent[]] - free plans: issue 12"]
    )
    result.stdout.fnmatch_lines(
        [
            "  test_it.py:* passed, though it is known to fail ← 1 variant, simplest: finish_reason length"
        ]
    )
    over = today - timedelta(2)
    result.stdout.fnmatch_lines_random(
        [
            "run it again: pytest 'test_it.py::test_expired[[]usage=absent[]]'",
            f"its acceptance expired on {over} (should be over): mend it, or",
            "known to fail: argot accept 'test_it.py::test_expired[[]usage=absent[]]' *",
            "run it again: pytest 'test_it.py::test_known[[]finish_reason=length[]]'",
            "no longer known to fail: take it out of cassettes/argot-accepted.toml",
        ]
    )
    assert result.stdout.str().count("known to fail: argot accept") == 1


def test_a_known_variant_of_two_minds_is_a_usage_error(plain_house: House) -> None:
    """An entry whose path was changed alone names its place, and the fingerprint it should have."""
    recorded(plain_house)
    suite(plain_house, PINNED)
    file = plain_house.cassettes / "argot-accepted.toml"
    accept_variants(file, ["test_it.py::test_old[usage=absent]"], "issue 12")
    file.write_text(file.read_text("utf-8").replace("test_old", "test_known"), "utf-8")
    result = plain_house.run()
    assert result.ret == 4
    result.stderr.fnmatch_lines(
        [
            "*the fingerprint * is not that of path 'test_it.py::test_known[[]usage=absent[]]'",
            "*cassettes/argot-accepted.toml:2*",
            "*write fingerprint = *",
        ]
    )


FAULTS = """
    import urllib.request

    @argot_cassette("haiku", fuzz=Fuzz(families={"http"}, limit=60))
    def test_httpx():
        ask()

    @argot_cassette("haiku", fuzz=Fuzz(families={"http"}, limit=60))
    def test_urllib():
        asked = httpx.Request("POST", URL, json={"model": "MODEL", "prompt": "a haiku"})
        headers = {"content-type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(URL, asked.read(), headers)) as answer:
            answer.read()
"""


def test_tracebacks_are_those_of_the_client(house: House) -> None:
    """A client's error under a fault shows the client's frames and the test's, none of ours."""
    recorded(house)
    suite(house, FAULTS.replace("MODEL", BODY["model"]))
    house.run("-k", "recorded and not then").assert_outcomes(passed=2)
    result = house.run("-k", "connect or timeout or reset")
    assert int(result.parseoutcomes()["failed"]) > 9
    ours = [line for line in result.outlines if "pytest_argot" in line]
    assert [line for line in ours if ".py:" in line] == []


def test_known_variants_that_are_gone_are_told(house: House) -> None:
    """A run of whole files tells of entries whose test is gone, a full one of gone variants too."""
    recorded(house)
    suite(house, PINNED)
    there = "test_it.py::test_known[usage=absent]"
    no_file, no_test = "test_old.py::test_it[usage=absent]", "test_it.py::test_old[usage=absent]"
    no_variant = "test_it.py::TestUnit::test_unit(usage=sent)"
    file = house.cassettes / "argot-accepted.toml"
    accept_variants(file, [there, no_file, no_test, no_variant], "issue 12")
    head = "*known failing variant* that no test has any more, take out of argot-accepted.toml: "
    run = house.run("-k", "recorded or TestUnit")
    run.stdout.fnmatch_lines([f"2{head}{_literal(no_test)}, {_literal(no_file)}"])
    run = house.run("--argot-fuzz=full")
    said = ", ".join(_literal(each) for each in (no_variant, no_test, no_file))
    run.stdout.fnmatch_lines([f"3{head}{said}"])
    run = house.run(there)
    run.stdout.fnmatch_lines([f"1{head}{_literal(no_file)}"])


def _literal(text: str) -> str:
    return text.replace("[", "[[]")


LATER = """
    import httpx, pytest
    from pytest_argot import argot_cassette

    def ask():
        return httpx.post("{base}/completions", json={{"model": "m", "prompt": "hi"}}).json()

    @argot_cassette("later", fuzz="choices[0].finish_reason")
    @pytest.mark.parametrize("size", [1])
    def test_later(size):
        ask()

    @argot_cassette("torn", fuzz=True)
    def test_torn():
        ask()

    @argot_cassette("{base}".rpartition(":")[2].partition("/")[0], fuzz=True)
    def test_data(completion):
        pass

    @argot_cassette("later", fuzz="choices[0].finish_reason")
    class TestLater:
        def test_pure(self):
            pass
"""


def test_without_a_recording_there_is_one_item_that_says_so(
    house: House, server: CompletionsServer
) -> None:
    """A missing cassette is one skipped test with the command that works, a torn one the usual error."""
    house.write("test_it.py", LATER.format(base=server.base))
    house.write("cassettes/torn.yaml", "interactions:\n- request: [\n")
    result = house.run("-rA")
    result.assert_outcomes(passed=1, skipped=2, errors=1)
    result.stdout.fnmatch_lines(["CassetteCorrupt: *", "*torn.yaml:3"])
    waiting = "test_it.py::test_data[[]recorded[]], test_it.py::test_later[[]1[]]"
    result.stdout.fnmatch_lines([f"2 fuzz tests wait for a recording: {waiting}"])
    (said,) = [
        line for line in result.outlines if "record first: pytest" in line and "later" in line
    ]
    command = shlex.split(said.partition("record first: ")[2])
    recorded_now = house.run(*command[1:])
    recorded_now.assert_outcomes(passed=1)
    server.stop()
    house.run("-k", "later").assert_outcomes(passed=6)


EMPTY = """
    import httpx
    from pytest_argot import Fuzz, argot_cassette

    @argot_cassette("later", fuzz=Fuzz("choices[0].finish_reason", families={{"valid", "drift"}}))
    def test_later():
        httpx.post("{base}/completions", json={{"model": "m", "prompt": "hi"}})

    @argot_cassette("later", fuzz=True)
    def test_data(completion):
        pass
"""


def test_an_empty_cassette_is_recorded_first(plain_house: House, server: CompletionsServer) -> None:
    """A cassette without interactions is as good as none: skipped, with the command that fills it."""
    plain_house.write("test_it.py", EMPTY.format(base=server.base))
    plain_house.write("cassettes/later.yaml", "version: 1\ninteractions: []\n")
    for mode in ("none", "once"):
        result = plain_house.run("-rs", f"--argot-record={mode}")
        result.assert_outcomes(skipped=2)
        result.stdout.fnmatch_lines(["2 fuzz tests wait for a recording: *"])
    said = [line for line in result.outlines if "record first: pytest" in line]
    commands = {line.partition("record first: ")[2].partition(", or")[0] for line in said}
    (command,) = commands
    plain_house.run(*shlex.split(command)[1:]).assert_outcomes(passed=1)
    server.stop()
    assert plain_house.run().parseoutcomes()["passed"] > 10


MISTAKES = [
    (
        "fuzz='usage.nonsense'",
        ["*usage.nonsense*matches nothing*", "*test_it.py*test_wrong*", "*use one of: *"],
    ),
    ("fuzz=Fuzz(families={'stream'})", ["*nothing to fuzz*stream*", "*test_wrong*"]),
    ("fuzz=3", ["*fuzz = 3 is not allowed*", "*test_wrong*", "*use True, a selector*"]),
    (
        "fuzz=Fuzz(expect={'usage=gone': ValueError})",
        ["*expect names no variant: 'usage=gone'*", "*test_wrong*", "*use an id or a path and*"],
    ),
    (
        "fuzz=Fuzz(expect={'429-for-ever': ValueError})",
        ["*test_wrong*", "*429-for-ever is of family http: add it to families"],
    ),
    (
        "fuzz=Fuzz('choices', expect={'usage=absent': ValueError})",
        ["*test_wrong*", "*the selectors leave it out: add one that names usage"],
    ),
]

WRONG = """
    @argot_cassette("haiku", {option})
    def test_wrong():
        ask()
"""


@pytest.mark.parametrize(("option", "lines"), MISTAKES, ids=[each for each, _ in MISTAKES])
def test_mistakes_in_a_plan_are_usage_errors(
    plain_house: House, option: str, lines: list[str]
) -> None:
    """What names nothing or gives nothing ends the collection, naming test and what is allowed."""
    recorded(plain_house)
    suite(plain_house, WRONG.format(option=option))
    result = plain_house.run()
    assert result.ret == 4
    result.stderr.fnmatch_lines(lines)


def test_mistakes_are_usage_errors_for_workers_too(house: House) -> None:
    """Under xdist the controller ends with the same message."""
    recorded(house)
    suite(house, WRONG.format(option="fuzz='usage.nonsense'"))
    result = house.run()
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*'usage.nonsense' matches nothing*", "*test_wrong*"])


def test_more_mistakes(plain_house: House) -> None:
    """Unknown families, fuzz in one parameter, and flags without a meaning are told, too."""
    recorded(plain_house)
    suite(plain_house, WRONG.format(option="fuzz=True"))
    for flag, value, allowed in (
        ("fuzz", "maybe", "off, on, full"),
        ("fuzz-time", "soon", "60s, 5m or 500ms"),
        ("fuzz-seed", "!", "a whole number"),
    ):
        result = plain_house.run(f"--argot-{flag}={value}")
        assert result.ret == 4
        result.stderr.fnmatch_lines([f"*--argot-{flag} cannot be '{value}'*", f"*{allowed}*"])
    suite(
        plain_house,
        """
        @pytest.mark.parametrize("size", [pytest.param(1, marks=argot_cassette("haiku", fuzz=True))])
        def test_wrong(size):
            ask()
        """,
    )
    result = plain_house.run()
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*fuzz cannot be said in pytest.param*", "*test_wrong*"])
    suite(plain_house, WRONG.format(option="fuzz=Fuzz(families={'valid', 'vald'})"))
    result = plain_house.run()
    assert result.ret == 4
    result.stderr.fnmatch_lines(
        [
            "*no fuzz family 'vald'",
            "*where: test_it.py:*",
            "*valid, content, observed, drift, stream, http*",
        ]
    )
    assert list(files(plain_house.cassettes)) == ["haiku.yaml"]
