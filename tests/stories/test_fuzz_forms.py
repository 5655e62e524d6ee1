"""Promise: variants run in every form a test takes, through every client and the data fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cassette_tree import body, finished, interaction
from tests.fuzz_house import outcomes, recorded, suite

if TYPE_CHECKING:
    from tests.conftest import House

FORMS = """
    PLAN = Fuzz("usage", limit=1)
    pytestmark = argot_cassette("haiku", fuzz=PLAN)

    @pytest.fixture
    def answer():
        return ask()

    @pytest.fixture
    def own(request):
        yield request.node.name

    def test_plain(own, argot):
        data = ask()
        assert own == f"test_plain[{argot.variant.id if argot.variant else 'recorded'}]"
        assert (argot.variant is None) == ("usage" in data)

    def test_fixture(answer, argot):
        assert (argot.variant is None) == ("usage" in answer)

    @argot_cassette(fuzz=False)
    def test_nearest_wins(argot):
        assert "usage" in ask() and argot.variant is None

    @argot_cassette(fuzz="choices[0].finish_reason")
    class TestClass:
        def test_method(self):
            ask()

        @argot_cassette("haiku", fuzz=PLAN)
        @pytest.mark.parametrize("size", ["a", "b-c[d]"])
        def test_sizes(self, size):
            ask()

    @argot_cassette("haiku", fuzz=["usage", "!usage.*"])
    def test_data(completion, argot):
        assert (completion.usage is None) == (argot.variant is not None)

    class TestUnit(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.seen = []

        def setUp(self):
            self.answer = ask()

        def test_unit(self):
            assert (self.argot.variant is None) == ("usage" in self.answer)

        @argot_cassette(fuzz=False)
        def test_once(self):
            assert self.argot.variant is None

    class TestMore(TestUnit):
        def test_more(self):
            pass

        @argot_cassette(fuzz=False)
        def test_unit(self):
            assert self.argot.variant is None

    class TestLast(TestMore):
        pass

    class TestAsync(unittest.IsolatedAsyncioTestCase):
        async def test_unit(self):
            assert (self.argot.variant is None) == ("usage" in await ask_async())
"""


def _variants(test: str, *variants: str) -> list[str]:
    return [f"test_it.py::{test}[{each}]" for each in ("recorded", *variants)]


def _methods(test: str) -> list[str]:
    return [f"test_it.py::{test}", f"test_it.py::{test}(usage=absent)"]


EXPECTED = [
    *_variants("test_plain", "usage=absent"),
    *_variants("test_fixture", "usage=absent"),
    "test_it.py::test_nearest_wins",
    *_variants("TestClass::test_method", "finish_reason=length", "finish_reason=content_filter"),
    "test_it.py::TestClass::test_sizes[a-recorded]",
    "test_it.py::TestClass::test_sizes[a-usage=absent]",
    "test_it.py::TestClass::test_sizes[b-c[d]-recorded]",
    "test_it.py::TestClass::test_sizes[b-c[d]-usage=absent]",
    *_variants("test_data", "usage=absent"),
    *_methods("TestUnit::test_unit"),
    "test_it.py::TestUnit::test_once",
    "test_it.py::TestMore::test_once",
    *_methods("TestMore::test_more"),
    "test_it.py::TestMore::test_unit",
    "test_it.py::TestLast::test_once",
    *_methods("TestLast::test_more"),
    "test_it.py::TestLast::test_unit",
    *_methods("TestAsync::test_unit"),
]


def test_every_form_of_a_test_has_variants(house: House) -> None:
    """Functions, classes, parameters, `pytestmark`, unittest and its subclasses: each has its own."""
    recorded(house)
    suite(house, FORMS)
    result = house.run("-rA", "-W", "error")
    assert sorted(outcomes(result)) == sorted(EXPECTED)
    assert set(outcomes(result).values()) == {"passed"}


def test_async_tests_of_both_plugins_have_variants(house: House) -> None:
    """pytest-asyncio and anyio on both backends: the variant is the last part of the id."""
    house.with_plugins("anyio", "asyncio")
    recorded(house)
    suite(
        house,
        """
        PLAN = Fuzz("usage", limit=1, families={"valid"})

        @pytest.fixture
        async def answer():
            return await ask_async()

        @pytest.mark.anyio
        @argot_cassette("haiku", fuzz=PLAN)
        async def test_anyio(answer, argot):
            assert (argot.variant is None) == ("usage" in answer)

        @pytest.mark.asyncio
        @argot_cassette("haiku", fuzz=PLAN)
        async def test_asyncio(argot):
            assert (argot.variant is None) == ("usage" in await ask_async())
        """,
    )
    found = outcomes(house.run("-rA"))
    assert set(found.values()) == {"passed"}
    assert sorted(found) == sorted(
        [
            *_variants("test_anyio", "asyncio-recorded", "asyncio-usage=absent")[1:],
            *_variants("test_anyio", "trio-recorded", "trio-usage=absent")[1:],
            *_variants("test_asyncio", "usage=absent"),
        ]
    )


UNITTEST = """
    class TestUnit(unittest.TestCase):
        @argot_cassette("haiku", fuzz=Fuzz("choices[0].finish_reason"))
        def test_unit(self):
            self.assertNotEqual(ask()["choices"][0]["finish_reason"], "length")

    class TestAsync(unittest.IsolatedAsyncioTestCase):
        @argot_cassette("haiku", fuzz=Fuzz("choices[0].finish_reason"))
        async def test_unit(self):
            answer = await ask_async()
            self.assertNotEqual(answer["choices"][0]["finish_reason"], "length")
"""


def test_methods_of_unittest_are_chosen_by_variant(house: House) -> None:
    """A variant of a method is a method: `--lf` runs the failed ones again, a node id that one."""
    recorded(house)
    suite(house, UNITTEST)
    failing = {
        "test_it.py::TestUnit::test_unit(finish_reason=length)": "failed",
        "test_it.py::TestAsync::test_unit(finish_reason=length)": "failed",
    }
    result = house.run()
    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(
        ["run it again: pytest 'test_it.py::Test*::test_unit(finish_reason=length)'"]
    )
    assert outcomes(house.run("--lf", "-rA")) == failing
    one = "test_it.py::TestUnit::test_unit(finish_reason=length)"
    assert outcomes(house.run("-rA", one)) == {one: "failed"}


def test_a_shared_base_class_has_variants_in_each_module(plain_house: House) -> None:
    """A TestCase that two modules import is varied in both."""
    recorded(plain_house)
    plain_house.write("test_a.py", suite(plain_house, UNITTEST).read_text())
    plain_house.write("test_b.py", "from test_a import TestUnit\n")
    (plain_house.root / "test_it.py").unlink()
    result = plain_house.run("-rA", "-k", "TestUnit", "-p", "no:cacheprovider")
    assert outcomes(result) == {
        f"test_{module}.py::TestUnit::test_unit{ending}": outcome
        for module in "ab"
        for ending, outcome in (
            ("", "passed"),
            ("(finish_reason=length)", "failed"),
            ("(finish_reason=content_filter)", "passed"),
        )
    }


def test_each_parameter_has_the_variants_of_its_own_cassette(house: House) -> None:
    """Named or not, a parameter's cassette decides: what it cannot be varied by is not collected."""
    recorded(house, "stop", body())
    recorded(house, "cut", finished("length"))
    recorded(house, "test_it/test_unnamed[a]", body())
    recorded(house, "test_it/test_unnamed[b]", finished("length"))
    recorded(house, "test_it/test_unnamed[c].rejected", finished("content_filter"))
    suite(
        house,
        """
        @argot_cassette(fuzz="choices[0].finish_reason")
        @pytest.mark.parametrize("kind", [
            pytest.param("stop", marks=argot_cassette("stop")),
            pytest.param("cut", marks=argot_cassette("cut")),
        ])
        def test_named(kind):
            ask()

        @argot_cassette(fuzz="choices[0].finish_reason")
        @pytest.mark.parametrize("kind", ["a", "b", "c"])
        def test_unnamed(kind):
            ask()
        """,
    )
    found = outcomes(house.run("-v", "-rA"))
    passed = [
        f"test_it.py::test_{test}-{variant}]"
        for test, variants in {
            "named[stop": ("recorded", "finish_reason=length", "finish_reason=content_filter"),
            "named[cut": ("recorded", "finish_reason=stop", "finish_reason=content_filter"),
            "unnamed[a": ("recorded", "finish_reason=length", "finish_reason=content_filter"),
            "unnamed[b": ("recorded", "finish_reason=stop", "finish_reason=content_filter"),
        }.items()
        for variant in variants
    ]
    assert sorted(found) == sorted(passed)
    assert set(found.values()) == {"passed"}


def test_data_tests_get_only_what_parses(plain_house: House) -> None:
    """`completion` is the variant, `argot.variant` says what changed, and broken data is not run."""
    recorded(plain_house)
    recorded(plain_house, "two", body(), interaction(finished("length"), prompt="another"))
    suite(
        plain_house,
        """
        PLAN = Fuzz(families={"valid", "drift", "http"}, limit=40)

        @argot_cassette("haiku", fuzz=PLAN)
        def test_one(completion, argot):
            assert completion.choices is not None
            if argot.variant and argot.variant.path == "choices[0].finish_reason":
                assert completion.choices[0].finish_reason == argot.variant.new.strip('"')
                assert argot.completions == [completion]
            assert argot.variant is None or argot.variant.family != "http"

        @argot_cassette("two", fuzz=Fuzz("choices[0].finish_reason"))
        def test_two(completions, argot):
            reasons = [each.choices[0].finish_reason for each in completions]
            changed = argot.variant
            assert changed is None or reasons[changed.interaction] == changed.new.strip('"')
            assert sum(a != b for a, b in zip(reasons, ["stop", "length"])) == bool(changed)
        """,
    )
    result = plain_house.run("-rA")
    found = outcomes(result)
    assert set(found.values()) == {"passed"}
    assert len([test for test in found if "test_one" in test]) > 20
    assert not [test for test in found if "truncated" in test or "429" in test]
    assert len([test for test in found if "test_two" in test]) == 5


OPENAI = """
    import openai

    @pytest.fixture
    def client():
        with openai.OpenAI(base_url="https://api.openai.com/v1", max_retries=2) as client:
            yield client

    @argot_cassette("haiku", fuzz=Fuzz(families={"http"}, limit=40, raises=openai.APIError))
    def test_plain(client):
        client.completions.create(model="gpt-3.5-turbo-instruct", prompt="a haiku")

    @argot_cassette("stream", fuzz=Fuzz(families={"stream", "http"}, limit=60,
        raises=(openai.APIError, httpx.HTTPError, ValueError, TypeError, AttributeError)))
    def test_stream(client):
        list(client.completions.create(
            model="gpt-3.5-turbo-instruct", prompt="a haiku", stream=True))
"""


@pytest.mark.parametrize("text", [OPENAI], ids=["openai"])
def test_faults_reach_the_openai_client_without_waiting(plain_house: House, text: str) -> None:
    """Every fault reaches the SDK as the server's would: its retries succeed or its errors come."""
    from tests.drift_material import STREAM

    recorded(plain_house)
    recorded(plain_house, "stream", interaction(STREAM.decode(), stream=True))
    suite(plain_house, text)
    result = plain_house.run("-rA", timeout=120)
    assert {test: how for test, how in outcomes(result).items() if how != "passed"} == {}
