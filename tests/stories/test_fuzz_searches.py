"""Promise: a search finds what only several changes together break, and how to see it again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.cassette_tree import body
from tests.fuzz_house import files, outcomes, recorded, suite

if TYPE_CHECKING:
    import pytest

    from tests.conftest import House

TWO_FIELDS = """
    def broken(answer):
        reason = answer["choices"][0]["finish_reason"] if answer["choices"] else "stop"
        return reason == "length" and "usage" not in answer

    @argot_cassette("haiku", fuzz=Fuzz(limit=0, search=400))
    def test_two():
        assert not broken(ask())
"""


def test_a_bug_of_two_fields_is_found_and_shrunk(plain_house: House) -> None:
    """The two changes that matter are printed, the seed, the blob and the database repeat it."""
    recorded(plain_house)
    before = files(plain_house.cassettes)
    suite(plain_house, TWO_FIELDS)
    result = plain_house.run("-rA")
    assert outcomes(result) == {
        "test_it.py::test_two[recorded]": "passed",
        "test_it.py::test_two[search]": "failed",
    }
    changed = sorted(_changes(result))
    assert changed == ['choices[0].finish_reason: "stop" → "length"', "usage: {…} → absent"]
    first = _searched(result)
    (command,) = [line for line in result.outlines if line.startswith("run it again: ")]
    assert command == "run it again: pytest 'test_it.py::test_two[search]' --argot-fuzz-seed=0"
    (blob,) = re.findall(r"@reproduce_failure\('[^']*', (b'[^']+')\)", result.stdout.str())

    suite(plain_house, TWO_FIELDS.replace("400", "1"))
    kept = plain_house.run("test_it.py::test_two[search]")
    kept.assert_outcomes(failed=1)
    assert sorted(_changes(kept)) == changed

    _forget(plain_house)
    plain_house.run("test_it.py::test_two[search]").assert_outcomes(passed=1)
    suite(plain_house, TWO_FIELDS)
    seeded = plain_house.run("test_it.py::test_two[search]", "--argot-fuzz-seed=0")
    assert _searched(seeded) == first
    _forget(plain_house)
    one = plain_house.run("test_it.py::test_two[search]", f"--argot-fuzz-seed={blob}")
    one.assert_outcomes(failed=1)
    assert sorted(_changes(one)) == changed
    assert _searched(one) <= 2
    assert files(plain_house.cassettes) == before


def _changes(result: pytest.RunResult) -> set[str]:
    """Give what the report says was changed, without the values of usage and without verdicts."""
    lines = re.findall(r"^E? *changed: (.*?)  \(", result.stdout.str(), re.MULTILINE)
    return {re.sub(r"\{.*\}", "{…}", line) for line in lines}


def _searched(result: pytest.RunResult) -> int:
    (number,) = re.findall(r"searched: ([\d,]+) combination", result.stdout.str())
    return int(number.replace(",", ""))


def _forget(house: House) -> None:
    """Throw Hypothesis's database away."""
    import shutil

    shutil.rmtree(house.root / ".hypothesis", ignore_errors=True)


FORMS = """
    PLAN = Fuzz("usage", "choices[0].finish_reason", limit=0, search=60)

    def check(answer):
        if not answer.get("usage"):
            raise KeyError("usage")
        if answer["choices"][0]["finish_reason"] == "length":
            raise ValueError("length")

    @argot_cassette("haiku", fuzz=PLAN)
    def test_several():
        check(ask())

    @pytest.mark.asyncio
    @argot_cassette("haiku", fuzz=PLAN)
    async def test_asyncio():
        answer = await ask_async()
        assert not (answer.get("usage") is None
                    and answer["choices"][0]["finish_reason"] == "length")

    @pytest.mark.anyio
    @argot_cassette("haiku", fuzz=PLAN)
    async def test_anyio(anyio_backend_name):
        answer = await ask_async()
        assert answer["choices"][0]["finish_reason"] != "content_filter"

    @argot_cassette("haiku", fuzz=PLAN)
    def test_data(completion):
        assert completion.usage or completion.choices[0].finish_reason != "length"

    @argot_cassette("haiku", fuzz=Fuzz("usage", "choices[0].finish_reason", limit=0, search=60,
        families={"drift"}, raises=(KeyError, TypeError, ValueError)))
    def test_raises():
        answer = ask()
        if answer["choices"][0]["finish_reason"] not in ("stop", "length", "content_filter"):
            raise ValueError
        answer["usage"]["total_tokens"] + 1

    @argot_cassette("haiku", fuzz=PLAN)
    def test_diverges():
        if "usage" not in ask():
            ask(url="https://api.openai.com/v1/moderations")

    class TestUnit(unittest.TestCase):
        def setUp(self):
            self.limit = "length"

        @argot_cassette("haiku", fuzz=PLAN)
        def test_unit(self):
            self.assertNotEqual(ask()["choices"][0]["finish_reason"], self.limit)

        @argot_cassette("haiku", fuzz=PLAN)
        def test_parts(self):
            with self.subTest("part"):
                self.assertIn("usage", ask())

        @argot_cassette("haiku", fuzz=PLAN)
        def test_fine(self):
            self.assertIn("id", ask())

    class TestAsyncUnit(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self):
            self.loop = asyncio.get_running_loop()

        @argot_cassette("haiku", fuzz=PLAN)
        async def test_async_unit(self):
            assert self.loop is asyncio.get_running_loop()
            answer = await ask_async()
            assert answer.get("usage") or answer["choices"][0]["finish_reason"] == "stop"

    seen = []

    @argot_cassette("haiku", fuzz=Fuzz(limit=0, search=60))
    def test_passes(argot):
        seen.append(argot.variant)
        assert ask()["object"]

    def test_a_search_ends_with_the_recorded_answers():
        assert any(seen) and seen[-1] is None
"""


def test_searches_in_every_form(plain_house: House) -> None:
    """Several failures, both async plugins, data fixtures, `raises` and divergence: as expected."""
    plain_house.with_plugins("anyio", "asyncio")
    recorded(plain_house)
    suite(plain_house, FORMS)
    result = plain_house.run("-rA", "-k", "search", timeout=180)
    found = {test.partition("::")[2]: how for test, how in outcomes(result).items()}
    assert found == {
        "test_several[search]": "failed",
        "test_asyncio[search]": "failed",
        "test_anyio[asyncio-search]": "failed",
        "test_anyio[trio-search]": "failed",
        "test_data[search]": "failed",
        "test_raises[search]": "passed",
        "test_diverges[search]": "passed",
        "TestUnit::test_unit(search)": "failed",
        "TestUnit::test_parts(search)": "failed",
        "TestUnit::test_fine(search)": "passed",
        "TestAsyncUnit::test_async_unit(search)": "failed",
        "test_passes[search]": "passed",
        "test_a_search_ends_with_the_recorded_answers": "passed",
    }
    result.stdout.fnmatch_lines(["*2 distinct failures*"])
    result.stdout.fnmatch_lines(["fuzz: 12 variants, 8 failed (search 12, 8 failed)"])
    assert result.stdout.str().count("NoMatch: diverged") == 1


GIVEN = """
    from hypothesis import given, settings
    from pytest_argot import use_cassette
    from pytest_argot.fuzz import variants

    reached = []

    @settings(max_examples=200, deadline=None)
    @given(changed=variants("haiku", "usage", "choices[0].finish_reason"))
    def test_own(changed):
        with use_cassette("haiku", variant=changed) as tape:
            answer = ask()
            assert tape.variant is changed
            if changed.path == "usage":
                assert answer.get("usage") != {0}
            assert not (answer.get("usage") is None
                        and answer["choices"][0]["finish_reason"] == "length")

    def test_diverged():
        changed = []

        @settings(max_examples=20, deadline=None, database=None)
        @given(variant=variants("haiku", "usage"))
        def each(variant):
            with use_cassette("haiku", variant=variant) as tape:
                changed.append(tape)
                ask()
                ask(url="https://api.openai.com/v1/moderations")
                raise AssertionError("nobody comes here")
            assert tape.diverged

        each()
        assert changed
"""


def test_beside_the_users_own_given(plain_house: House) -> None:
    """`variants(name)` is a strategy, `use_cassette(variant=...)` plays what it gives."""
    recorded(plain_house)
    before = files(plain_house.cassettes)
    suite(plain_house, GIVEN)
    result = plain_house.run("-rA")
    assert outcomes(result) == {
        "test_it.py::test_own": "failed",
        "test_it.py::test_diverged": "passed",
    }
    result.stdout.fnmatch_lines(
        ["*changed=choices[[]0[]].finish_reason: * → *; usage: * → absent *"]
    )
    assert files(plain_house.cassettes) == before


UNPLAYED = """
    from pytest_argot import use_cassette
    from pytest_argot.fuzz import variants

    CHANGED = variants("haiku", "usage").example()

    def test_nothing():
        with use_cassette("haiku", variant=CHANGED):
            pass

    def test_raises():
        with pytest.raises(KeyError), use_cassette("haiku", variant=CHANGED):
            raise KeyError

    def test_data():
        with use_cassette("haiku", variant=CHANGED) as tape:
            assert tape.completions

    def test_allowed():
        with use_cassette("haiku", variant=CHANGED, allow_unplayed=True):
            pass

    def test_plays():
        with use_cassette("haiku", variant=CHANGED):
            ask()
"""


def test_a_block_that_plays_nothing_of_its_variant_fails(plain_house: House) -> None:
    """As a decorated test does; reading the data counts, and `allow_unplayed` accepts it."""
    recorded(plain_house)
    suite(plain_house, UNPLAYED)
    result = plain_house.run("-rA", "-W", "ignore")
    assert [test for test, how in outcomes(result).items() if how != "passed"] == [
        "test_it.py::test_nothing"
    ]
    result.stdout.fnmatch_lines(["E *nothing was intercepted: the block asked the cassette for *"])
    result.assert_outcomes(passed=4, failed=1)


IMPORTS = """
    import sys

    def absent(*names):
        return not [each for each in names if each in sys.modules]

    @argot_cassette("haiku")
    def test_plain():
        assert ask() and absent("hypothesis", "pytest_argot.fuzz.planning")
"""


def test_nothing_is_imported_before_it_is_needed(plain_house: House) -> None:
    """Hypothesis comes with a search, the planning of variants with the first fuzzed test."""
    recorded(plain_house)
    suite(plain_house, IMPORTS)
    plain_house.run().assert_outcomes(passed=1)
    more = """
    @argot_cassette("haiku", fuzz=Fuzz("usage", families={"valid", "http"}))
    def test_varied():
        assert absent("hypothesis")
        post_or_not()

    def post_or_not():
        try:
            post()
        except httpx.HTTPError:
            pass
"""
    suite(plain_house, IMPORTS.replace(', "pytest_argot.fuzz.planning"', "") + more)
    result = plain_house.run()
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] > 20


def test_without_hypothesis_a_search_is_a_usage_error(plain_house: House) -> None:
    """The message names what to install; variants without a search need nothing."""
    recorded(plain_house, "haiku", body())
    plain_house.write(
        "conftest.py",
        """
        import importlib.util
        find = importlib.util.find_spec
        importlib.util.find_spec = lambda name, *a: None if name == "hypothesis" else find(name, *a)
        """,
    )
    suite(plain_house, TWO_FIELDS)
    result = plain_house.run()
    assert result.ret == 4
    result.stderr.fnmatch_lines(
        ["*searching needs Hypothesis*", "*test_two*", "*pip install 'pytest-argot[[]fuzz[]]'*"]
    )
