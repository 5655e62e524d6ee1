"""Promise: nothing of a variant reaches a file, correct programs are not accused, nothing hangs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cassette_tree import body, interaction
from tests.drift_material import STREAM
from tests.fuzz_house import files, outcomes, recorded, suite, two_turns

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

EVERYTHING = """
    import os

    PLAN = Fuzz(families={"valid", "drift", "http", "content"}, limit=12)
    FAILS = os.environ.get("FAILS")

    @argot_cassette("haiku", fuzz=PLAN, allow_unplayed=True, allow_repeats=True, record_errors=True)
    def test_repeats():
        post_safely(), post_safely(), post_safely("another")
        assert not FAILS

    @argot_cassette("haiku", fuzz=PLAN)
    def test_secret():
        post_safely("sk-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2mN5pQ8sT1")

    @argot_cassette("data", fuzz=PLAN)
    def test_data(completion):
        assert not FAILS

    def post_safely(prompt="a haiku"):
        try:
            post(prompt)
        except httpx.HTTPError:
            pass
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--argot-record=none"],
        ["--argot-record=once"],
        ["--argot-record=none", "--argot-fuzz=full", "--argot-record-errors=true"],
    ],
    ids=" ".join,
)
def test_a_fuzz_run_leaves_every_file_as_it_was(
    house: House, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """Passing or failing, with secrets, repeats and unplayed ones: not a byte below cassettes."""
    recorded(house)
    recorded(house, "data")
    suite(house, EVERYTHING)
    before = files(house.cassettes)
    if "once" in arguments[0]:
        monkeypatch.setenv("FAILS", "1")
    result = house.run(*arguments, "-rA")
    assert len(outcomes(result)) >= 39
    assert files(house.cassettes) == before


HALVES = """
    import warnings

    @argot_cassette("haiku", fuzz=Fuzz("choices[*].text", families={"drift"}))
    def test_halves():
        text = ask()["choices"][0]["text"]
        if not isinstance(text, str) or not text.isascii():
            warnings.warn(f"odd: {text!s}")
            raise ValueError(f"odd: {text!s}")
"""


def test_half_a_character_crosses_process_borders(house: House) -> None:
    """A text that is no UTF-8 is printed escaped and ends no worker."""
    recorded(house)
    suite(house, HALVES)
    result = house.run("-rA", "-Wdefault")
    found = outcomes(result)
    assert found["test_it.py::test_halves[recorded]"] == "passed"
    assert found["test_it.py::test_halves[text=lone-surrogate]"] == "failed"
    assert len(found) > 3
    result.stdout.fnmatch_lines(["E *ValueError: odd: *ud83d"])


OTHERS = """
    from pytest_argot import use_cassette

    @argot_cassette("turns", fuzz=Fuzz("usage", "choices[*].finish_reason", limit=6))
    def test_one():
        assert "usage" in ask()

    @argot_cassette("turns", fuzz=Fuzz("usage", limit=2, expect={"usage=absent~2": KeyError}))
    def test_demanded():
        ask()

    @argot_cassette("turns", fuzz=Fuzz("usage", limit=2))
    class TestWide:
        def test_pure(self):
            pass
"""


def test_what_a_variant_changes_and_the_test_never_asks_for_is_no_pass(house: House) -> None:
    """It is skipped and counted; where something had to be raised, the test fails."""
    recorded(house, "turns", *two_turns())
    suite(house, OTHERS)
    result = house.run("-rA", "-Wignore")
    found = outcomes(result)
    assert {test: how for test, how in found.items() if "test_one" in test} == {
        "test_it.py::test_one[recorded]": "passed",
        "test_it.py::test_one[finish_reason=length]": "passed",
        "test_it.py::test_one[usage=absent]": "failed",
        "test_it.py::test_one[finish_reason=content_filter]": "passed",
    }
    result.assert_outcomes(passed=8, failed=2, skipped=3)
    assert found["test_it.py::test_demanded[usage=absent~2]"] == "failed"
    assert found["test_it.py::TestWide::test_pure[usage=absent~2]"] == "passed"
    result.stdout.fnmatch_lines(["fuzz: 10 variants, 2 failed, 3 unasked (valid 10, 2 failed)"])
    result.stdout.fnmatch_lines(
        ["SKIPPED [[]3] *: unasked: the test did not ask for what the variant*"]
    )


MODES = ["new_episodes", "update", "rewrite", "verify"]
"""Modes that may ask a live server."""

WRITES = """
    import os, pytest
    from pytest_argot import Fuzz, argot_cassette
    import httpx

    def ask():
        return httpx.post("{base}/completions", json={{"model": "m", "prompt": "hi"}}).json()

    @argot_cassette("one", fuzz=True)
    def test_flag(argot):
        assert argot.variant is None and ask()["usage"]

    @argot_cassette("two", fuzz=True, record=os.environ.get("OPTION"))
    def test_option(argot):
        assert argot.variant is None and ask()["usage"]
"""


@pytest.mark.parametrize("how", ["flag", "option", "setting", "environment"])
def test_while_recording_nothing_is_fuzzed(
    plain_house: House, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Whoever asks for a mode that writes gets the test once, with the server's own answers."""
    plain_house.write("test_it.py", WRITES.format(base=server.base))
    mode = dict(zip(("flag", "option", "setting", "environment"), MODES, strict=True))[how]
    plain_house.run("--argot-record=once").assert_outcomes(passed=2)
    if how == "flag":
        result = plain_house.run(f"--argot-record={mode}")
    elif how == "option":
        monkeypatch.setenv("OPTION", mode)
        result = plain_house.run("-k", "option")
    elif how == "setting":
        plain_house.write("argot.toml", f'record = "{mode}"\n')
        result = plain_house.run()
    else:
        monkeypatch.setenv("ARGOT_RECORD", mode)
        result = plain_house.run()
    result.assert_outcomes(passed=1 if how == "option" else 2)
    assert "fuzz:" not in result.stdout.str()


AGENT = """
    PLAN = Fuzz(families={"valid", "content", "observed", "http"}, limit=60,
                raises=(httpx.HTTPError, ValueError, KeyError, TypeError, IndexError))

    def text_of(answer):
        choices = answer.get("choices") or [{}]
        return (choices[0] or {}).get("text") or ""

    @argot_cassette("agent", fuzz=PLAN)
    def test_agent():
        ask("translate: " + text_of(ask()))

    @argot_cassette("haiku", fuzz=PLAN)
    def test_continues_on_length():
        prompt = "a haiku"
        for _ in range(5):
            answer = ask(prompt)
            choices = answer.get("choices") or [{}]
            prompt += text_of(answer)
            if (choices[0] or {}).get("finish_reason") != "length":
                break

    @argot_cassette("haiku", fuzz=PLAN)
    def test_retries():
        for _ in range(4):
            try:
                answer = post()
            except httpx.HTTPError:
                continue
            if answer.status_code == 200:
                break
"""


def test_correct_programs_are_never_accused(plain_house: House) -> None:
    """An agent of two turns, one that goes on after `length` and a retry loop pass every variant."""
    recorded(plain_house)
    recorded(plain_house, "agent", *two_turns())
    suite(plain_house, AGENT)
    result = plain_house.run("-rA", timeout=120)
    assert {test: how for test, how in outcomes(result).items() if how != "passed"} == {}
    result.stdout.fnmatch_lines(["fuzz: *improvised*"])
    assert "diverged" not in result.stdout.str()


DIVERGING = """
    PLAN = Fuzz("choices[0].finish_reason", raises=ValueError)

    def follow(answer):
        reason = answer["choices"][0]["finish_reason"]
        if reason == "length":
            ask(model="a larger one")
        if reason == "content_filter":
            ask(url="https://api.openai.com/v1/moderations")

    @argot_cassette("haiku", fuzz=PLAN)
    def test_plain():
        follow(ask())

    @argot_cassette("haiku", fuzz=PLAN)
    def test_swallows():
        try:
            follow(ask())
        except BaseException:
            pass

    @argot_cassette("haiku", fuzz=PLAN)
    def test_thread():
        answer = ask()
        done = threading.Event()
        def work():
            follow(answer)
            done.set()
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()

    @argot_cassette("haiku", fuzz=PLAN)
    def test_waits_for_a_thread():
        answer = ask()
        done = threading.Event()
        def work():
            follow(answer)
            done.set()
        threading.Thread(target=work, daemon=True).start()
        done.wait()

    @pytest.fixture
    def followed():
        follow(ask())

    @argot_cassette("haiku", fuzz=PLAN)
    def test_fixture(followed):
        pass

    @argot_cassette("haiku", fuzz=PLAN)
    def test_async():
        async def main():
            follow(await ask_async())
        asyncio.run(main())

    class TestUnit(unittest.TestCase):
        @argot_cassette("haiku", fuzz=PLAN)
        def test_unit(self):
            follow(ask())

    class TestAsync(unittest.IsolatedAsyncioTestCase):
        @argot_cassette("haiku", fuzz=PLAN)
        async def test_unit(self):
            follow(await ask_async())

    class TestSetUp(unittest.TestCase):
        def setUp(self):
            follow(ask())

        @argot_cassette("haiku", fuzz=PLAN)
        def test_unit(self):
            pass
"""


def test_what_nobody_recorded_is_skipped_as_diverged(plain_house: House) -> None:
    """Another LLM model or route ends the variant: skipped and counted, wherever it is asked."""
    recorded(plain_house)
    suite(plain_house, DIVERGING)
    result = plain_house.run("-rA", "-W", "ignore::pytest.PytestUnhandledThreadExceptionWarning")
    result.assert_outcomes(passed=9, skipped=18, warnings=result.parseoutcomes().get("warnings", 0))
    result.stdout.fnmatch_lines(
        ["SKIPPED*diverged: POST https://api.openai.com/v1/moderations was*"]
    )
    result.stdout.fnmatch_lines(['SKIPPED*completions for model "a larger one" was not recorded'])
    result.stdout.fnmatch_lines(["fuzz: 18 variants, 18 diverged (valid 18)"])


ENDLESS = """
    PLAN = Fuzz(families={"http"}, limit=60)

    def insist():
        while True:
            try:
                answer = post()
            except httpx.HTTPError:
                continue
            if answer.status_code < 400:
                return answer

    @argot_cassette("haiku", fuzz=PLAN)
    def test_insists():
        insist()

    @argot_cassette("haiku", fuzz=PLAN)
    def test_insists_in_a_thread():
        worker = threading.Thread(target=insist, daemon=True)
        worker.start()
        worker.join()
"""


def test_a_program_that_asks_for_ever_fails_and_does_not_hang(plain_house: House) -> None:
    """A retry loop without an end is told so under `503-for-ever`, and passes when it recovers."""
    recorded(plain_house)
    suite(plain_house, ENDLESS)
    result = plain_house.run("-rA", "-k", "503 or recorded", timeout=120)
    failed = [test for test, how in outcomes(result).items() if how == "failed"]
    assert failed == [
        f"test_it.py::{test}[{fault}-for-ever]"
        for test in ("test_insists", "test_insists_in_a_thread")
        for fault in ("503", "503-html", "503-empty")
    ]
    result.stdout.fnmatch_lines(["*is asked for again and again, without an end*"])


STALLS = """
    PLAN = Fuzz(families={"stream"}, limit=60)

    @argot_cassette("stream", fuzz=PLAN)
    def test_stall():
        with pytest.raises(httpx.ReadTimeout):
            with CLIENT.stream("POST", URL, json=BODY, timeout=None) as answer:
                list(answer.iter_raw())

    @argot_cassette("stream", fuzz=PLAN, pace="recorded")
    def test_stall_async():
        async def main():
            async with httpx.AsyncClient(timeout=None, verify=False) as client:
                async with client.stream("POST", URL, json=BODY) as answer:
                    return [piece async for piece in answer.aiter_raw()]
        with pytest.raises(httpx.ReadTimeout):
            asyncio.run(main())

    BODY = {"model": "gpt-3.5-turbo-instruct", "prompt": "a haiku", "stream": True}
"""


def test_a_stalled_stream_ends_at_once(plain_house: House) -> None:
    """A stream that says nothing more is the client's own timeout, without the wait."""
    recorded(plain_house, "stream", interaction(STREAM.decode(), stream=True))
    suite(plain_house, STALLS)
    items = [f"test_it.py::{test}[stall]" for test in ("test_stall", "test_stall_async")]
    result = plain_house.run(*items, timeout=60)
    result.assert_outcomes(passed=2)


NOTHING = """
    @argot_cassette("haiku", fuzz=Fuzz("usage", limit=1, search=3), allow_unplayed=True)
    def test_nothing():
        pass

    @argot_cassette("haiku", fuzz=Fuzz("usage", limit=1))
    class TestClass:
        def test_helper(self):
            pass
"""


def test_a_fuzz_test_that_plays_nothing_fails(plain_house: House) -> None:
    """Under a variant nothing excuses a test that asks for nothing, but helpers of a class pass."""
    recorded(plain_house)
    suite(plain_house, NOTHING)
    result = plain_house.run("-rA")
    assert outcomes(result) == {
        "test_it.py::test_nothing[recorded]": "passed",
        "test_it.py::test_nothing[usage=absent]": "failed",
        "test_it.py::test_nothing[search]": "failed",
        "test_it.py::TestClass::test_helper[recorded]": "passed",
        "test_it.py::TestClass::test_helper[usage=absent]": "passed",
    }
    result.stdout.fnmatch_lines(["*nothing was intercepted*"])


def test_the_recorded_answers_come_back_after_variants(plain_house: House) -> None:
    """Variants do not touch what tests after them get from the same cassette."""
    recorded(plain_house, "haiku", body())
    suite(
        plain_house,
        """
        @argot_cassette("haiku", fuzz=True)
        def test_it(argot):
            ask()

        @argot_cassette("haiku")
        def test_later(completion):
            assert completion.usage and ask()["usage"]
        """,
    )
    assert plain_house.run().ret == 0
