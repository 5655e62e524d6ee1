"""Promise: a search ends when it should, says why, and never passes without having searched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.cassette_tree import body
from tests.fuzz_house import outcomes, recorded, suite

if TYPE_CHECKING:
    import pytest

    from tests.conftest import House

ALARM = """
    import signal

    alarms = []

    def ring(signum, frame):
        pytest.fail("Timeout (>0.1s) of another plugin")

    @pytest.fixture
    def alarm():
        before = signal.signal(signal.SIGALRM, ring)
        alarms[:] = ["one"]
        yield
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    def set_alarm():
        if alarms:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            alarms.clear()

    @argot_cassette("haiku", fuzz=Fuzz(limit=0, search=30))
    def test_hangs(alarm):
        if not ask()["choices"]:
            set_alarm()
            while True:
                threading.Event().wait(0.1)

    @pytest.mark.asyncio
    @argot_cassette("haiku", fuzz=Fuzz(limit=0, search=30))
    async def test_hangs_async(alarm):
        if not (await ask_async())["choices"]:
            set_alarm()
            await asyncio.Event().wait()

    @argot_cassette("haiku", fuzz=Fuzz(limit=0, search=30))
    def test_exits():
        if not ask()["choices"]:
            raise SystemExit(3)

    @argot_cassette("haiku", fuzz=Fuzz("usage", "choices[0].finish_reason", limit=0, search=60))
    def test_own_failure():
        answer = ask()
        if "usage" not in answer and answer["choices"][0]["finish_reason"] == "length":
            pytest.fail("both")
"""


def test_a_timeout_ends_a_search(plain_house: House) -> None:
    """The alarm of a timeout comes once: the search is left, and names what it had changed."""
    plain_house.with_plugins("asyncio")
    recorded(plain_house)
    suite(plain_house, ALARM)
    result = plain_house.run("-rA", "-k", "search", timeout=60)
    found = {test.partition("::")[2]: how for test, how in outcomes(result).items()}
    names = ("test_hangs", "test_hangs_async", "test_exits", "test_own_failure")
    assert found == {f"{name}[search]": "failed" for name in names}
    text = result.stdout.str()
    for name in names[:3]:
        told = _sections(text)[name]
        assert re.search(r"changed: .*choices: .*→ \[\]", told), told
    assert text.count("Timeout (>0.1s) of another plugin") >= 2
    both = _sections(text)["test_own_failure"]
    assert "usage" in both
    assert "finish_reason" in both


def _sections(text: str) -> dict[str, str]:
    """Give the section about variants of each failed test, by the test's plain name."""
    parts = re.split(r"^_+ (test_\w+)\S* _+$", text, flags=re.MULTILINE)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return {name: told.rpartition("argot variant")[2] for name, told in pairs}


INTERRUPTED = """
    @argot_cassette("haiku", fuzz=Fuzz(limit=0, search=30))
    def test_stopped():
        if not ask()["choices"]:
            raise KeyboardInterrupt
"""


def test_a_key_ends_a_search(plain_house: House) -> None:
    """Ctrl-C ends the session, as everywhere."""
    recorded(plain_house)
    suite(plain_house, INTERRUPTED)
    assert plain_house.run(timeout=60).ret == 2


FIXTURES = """
    PLAN = Fuzz(limit=0, search=20)

    @pytest.fixture
    def parsed(completion):
        return completion.usage

    @argot_cassette("haiku", fuzz=PLAN)
    def test_parsed(parsed):
        assert parsed is not None

    @pytest.fixture
    def fetched(request):
        return request.getfixturevalue("completion").usage

    @argot_cassette("haiku", fuzz=PLAN)
    def test_fetched(fetched):
        assert fetched is not None

    @pytest.fixture
    def answer():
        return ask()

    @argot_cassette("haiku", fuzz=PLAN)
    def test_answer(answer):
        assert "usage" in answer

    @pytest.fixture
    def held(argot):
        return argot.completions

    @argot_cassette("haiku", fuzz=PLAN)
    def test_held(held):
        assert held[0].usage

    @argot_cassette("haiku", fuzz=PLAN)
    def test_late(request):
        assert request.getfixturevalue("completion").usage

    class TestUnit(unittest.TestCase):
        def setUp(self):
            self.answer = ask()

        @argot_cassette("haiku", fuzz=PLAN)
        def test_unit(self):
            self.assertIn("usage", self.answer)

    class TestPlain:
        def setup_method(self):
            self.answer = ask()

        @argot_cassette("haiku", fuzz=PLAN)
        def test_plain(self):
            assert "usage" in self.answer
"""


def test_what_is_set_up_once_is_not_searched(plain_house: House) -> None:
    """A fixture that holds the answer, as data or by asking for it, is named: nothing would vary."""
    recorded(plain_house)
    suite(plain_house, FIXTURES)
    result = plain_house.run("-rA", "-k", "search")
    assert set(outcomes(result).values()) == {"failed"}
    said = set(re.findall(r"^a search cannot vary what (.*) holds?: ", _text(result), re.MULTILINE))
    assert said == {
        "the fixture 'parsed'",
        "the fixture 'fetched'",
        "the fixture 'answer'",
        "the fixture 'held'",
        "request.getfixturevalue",
        "setUp",
        "setup_method",
    }
    assert "nothing was intercepted" not in _text(result)
    assert "argot variant" not in _text(result)


PART = """
    @pytest.fixture
    def first():
        return ask()

    @argot_cassette("haiku", fuzz=Fuzz("usage", limit=0, search=20))
    def test_second(first):
        text = first["choices"][0]["text"]
        assert "usage" in ask(f"translate: {text}")
"""


def test_what_the_test_asks_itself_is_searched(plain_house: House) -> None:
    """Beside a fixture that asks for another answer the test's own is varied."""
    from tests.fuzz_house import two_turns

    recorded(plain_house, "haiku", *two_turns())
    suite(plain_house, PART)
    result = plain_house.run("-k", "search")
    result.assert_outcomes(failed=1, deselected=1)
    assert "KeyError" not in _text(result)
    result.stdout.fnmatch_lines(["*changed: usage: * → absent *"])


def _text(result: pytest.RunResult) -> str:
    return result.stdout.str()


def test_nothing_to_combine_is_a_usage_error(plain_house: House) -> None:
    """Families that change no field cannot be searched; collection says so."""
    recorded(plain_house)
    for limit in (0, 24):
        plan = f'Fuzz(families={{"http"}}, search=20, limit={limit})'
        suite(plain_house, f'@argot_cassette("haiku", fuzz={plan})\ndef test_x():\n    ask()\n')
        result = plain_house.run()
        assert result.ret == 4
        result.stderr.fnmatch_lines(["*there is nothing to combine*", "*test_x*", "*fix:*valid*"])


KNOWN = """
    @argot_cassette("haiku", fuzz=Fuzz("usage", "choices[0].finish_reason", "!usage.*", search=40))
    def test_known():
        assert "usage" in ask()

    class TestUnit(unittest.TestCase):
        @argot_cassette("haiku", fuzz=Fuzz("usage", "!usage.*", search=40))
        def test_unit(self):
            self.assertIn("usage", ask())
"""


def test_known_failures_are_left_out_of_a_search(plain_house: House) -> None:
    """A variant that is known to fail fails no search; once its day is past it does."""
    recorded(plain_house)
    suite(plain_house, KNOWN)
    plain_house.run("-k", "search").assert_outcomes(failed=2, deselected=6)
    tests = [
        "test_it.py::test_known[usage=absent]",
        "test_it.py::TestUnit::test_unit(usage=absent)",
    ]
    for test in tests:
        plain_house.python("-m", "pytest_argot", "accept", test, "--reason", "issue 12")
    plain_house.run("-k", "search").assert_outcomes(passed=2, deselected=6)
    file = plain_house.cassettes / "argot-accepted.toml"
    file.write_text(file.read_text().replace("[[variant]]", "[[variant]]\nuntil = 2020-01-01"))
    plain_house.run("-k", "search").assert_outcomes(failed=2, deselected=6)


EXPECTING = """
    @argot_cassette("haiku", fuzz=Fuzz(
        "usage", "system_fingerprint", "choices[0].finish_reason", "!usage.*",
        search=60, limit=0, expect={"usage=absent": KeyError}))
    def test_expecting():
        ask()["usage"]
"""


def test_a_combination_may_raise_what_a_part_of_it_must(plain_house: House) -> None:
    """What `expect` says of one change holds beside others."""
    recorded(plain_house)
    suite(plain_house, EXPECTING)
    plain_house.run("-k", "search").assert_outcomes(passed=1, deselected=2)


ALWAYS = """
    @argot_cassette("haiku", fuzz=Fuzz(limit=0, search=30))
    def test_always():
        assert ask()["id"] == "another"
"""


def test_a_test_that_always_fails_accuses_no_change(plain_house: House) -> None:
    """The recorded answers come first; a failure under them is reported as it is."""
    recorded(plain_house)
    suite(plain_house, ALWAYS)
    result = plain_house.run("-k", "search")
    result.assert_outcomes(failed=1, deselected=1)
    assert " → " not in _text(result)
    result.stdout.fnmatch_lines(
        [
            "*nothing was changed: the test fails with the recorded answers*",
            "  test_it.py:* AssertionError ← 1 variant, simplest: recorded",
        ]
    )


TIMED = """
    import time

    @argot_cassette("haiku", fuzz=Fuzz(search=2000))
    def test_slow():
        ask()
        time.sleep(0.01)
"""


def test_a_search_ends_with_the_time_for_variants(plain_house: House) -> None:
    """What is left out is counted, variants and combinations."""
    recorded(plain_house)
    suite(plain_house, TIMED)
    result = plain_house.run("-k", "search", "--argot-fuzz-time=200ms")
    result.assert_outcomes(passed=1, deselected=25)
    (left,) = re.findall(r"([\d,]+) combinations left out \(--argot-fuzz-time\)", _text(result))
    assert 1900 < int(left.replace(",", "")) < 2000
    late = plain_house.run("--argot-fuzz-time=0ms")
    late.assert_outcomes(passed=1, skipped=25)
    late.stdout.fnmatch_lines(
        [
            "fuzz: 0 variants, 24 variants and 2,000 combinations left out (--argot-fuzz-time)",
        ]
    )


GROUPED = """
    def check(answer):
        if "usage" not in answer and answer["choices"][0]["finish_reason"] == "length":
            raise ValueError("both")
        if answer["choices"][0]["finish_reason"] == "content_filter":
            raise KeyError("filtered")

    PLAN = Fuzz("usage", "choices[0].finish_reason", "!usage.*", limit=0, search=60)

    @argot_cassette("haiku", fuzz=PLAN)
    def test_grouped():
        check(ask())
"""


def test_each_failure_of_a_search_has_its_own_line(plain_house: House) -> None:
    """The section names the own line and the shrunk changes; no frames of the search are printed."""
    recorded(plain_house)
    suite(plain_house, GROUPED)
    result = plain_house.run("-k", "search")
    result.stdout.fnmatch_lines(["*2 distinct failures*"])
    lines = [line for line in result.outlines if line.startswith("  test_it.py:")]
    assert len(lines) == 2
    assert re.search(
        r"ValueError ← 1 variant, simplest: [^+]+ \+ [^+]+$", "\n".join(lines), re.MULTILINE
    )
    assert any(
        line.endswith("KeyError ← 1 variant, simplest: finish_reason content_filter")
        for line in lines
    )
    assert not re.search(r"File .*pytest_argot/plugin", _text(result))
    assert not re.search(r"File .*hypothesis/", _text(result))


SEVERAL = """
    PLAN = Fuzz("usage", "choices[0].finish_reason", "!usage.*", limit=0, search=60)

    @argot_cassette("haiku", fuzz=PLAN)
    def test_both():
        answer = ask()
        assert "usage" in answer or answer["choices"][0]["finish_reason"] != "length"

    @argot_cassette("haiku", fuzz=PLAN)
    def test_other():
        assert ask()

    class TestUnit(unittest.TestCase):
        @argot_cassette("haiku", fuzz=PLAN)
        def test_unit(self):
            self.assertTrue(ask())
"""


def test_a_blob_of_another_search_is_told_plainly(plain_house: House) -> None:
    """The search it belongs to fails, the others are skipped, and no frames are shown."""
    recorded(plain_house)
    suite(plain_house, SEVERAL)
    found = plain_house.run("-k", "search and both")
    (blob,) = re.findall(r"@reproduce_failure\('[^']*', (b'[^']+')\)", _text(found))
    result = plain_house.run("-rA", "-k", "search", f"--argot-fuzz-seed={blob}")
    result.assert_outcomes(failed=1, skipped=2, deselected=3)
    assert _text(result).count("the blob given as --argot-fuzz-seed fails nothing here") == 2
    assert "DidNotReproduce" not in _text(result)
    broken = plain_house.run("-k", "search and both", "--argot-fuzz-seed=abcd")
    broken.assert_outcomes(failed=1, deselected=5)
    assert "is no blob of a failure" in _text(broken)
    assert "Traceback" not in _text(broken)


FIRST = """
    @argot_cassette("haiku", fuzz=Fuzz(limit=0, search=50, seed={seed}))
    def test_first(completion):
        assert completion.choices
"""


def test_the_likeliest_single_changes_come_first(plain_house: House) -> None:
    """Whatever the seed, a likely change is among the first."""
    recorded(plain_house, "haiku", body())
    for seed in (0, 4, 5):
        suite(plain_house, FIRST.format(seed=seed))
        result = plain_house.run("-k", "search", "-p", "no:cacheprovider")
        result.assert_outcomes(failed=1, deselected=1)
        result.stdout.fnmatch_lines(["*changed: choices: * → [[][]] *"])
