"""Promise: a request without a recorded answer fails the test, whatever the code does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

SETUP = """
    import asyncio, httpx, pytest
    from pytest_argot import argot_cassette

    URL = "{base}/completions"

    def ask(prompt, **more):
        return httpx.post(URL, json={{"model": "m", "prompt": prompt, **more}}).json()

    @argot_cassette("miss")
    def test_record():
        assert ask("hi")["id"] != ask("hi")["id"]
"""


def record(house: House, server: CompletionsServer, test: str) -> None:
    """Record two answers to one prompt, then put the story's test in place."""
    setup = SETUP.format(base=server.base)
    house.write("test_miss.py", setup)
    house.run("--argot-record=once").assert_outcomes(passed=1)
    server.stop()
    house.write("test_miss.py", setup + test)


def test_the_message_names_request_difference_and_command(
    house: House, server: CompletionsServer
) -> None:
    """A miss names the request, where it was asked, the closest recording and the command."""
    record(
        house,
        server,
        """
    @argot_cassette("miss")
    def test_new_prompt():
        ask("bye")
""",
    )
    result = house.run("-k", "new_prompt")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "NoMatch: no recorded answer for POST http://127.0.0.1*/v1/completions*",
            "*test_miss.py:7 in ask*",
            "*miss.yaml (mode none)*",
            "*prompt*hi*bye*",
            "*pytest test_miss.py::test_new_prompt --argot-record=new_episodes*",
        ]
    )
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize(
    "body",
    [
        "try:\n            ask('bye')\n        except Exception:\n            pass",
        "try:\n            ask('bye')\n        except BaseException:\n            pass",
        "import openai; openai.OpenAI(api_key='k', base_url='{base}', max_retries=5).completions.create(model='m', prompt='bye')",
        "import openai; asyncio.run(openai.AsyncOpenAI(api_key='k', base_url='{base}').completions.create(model='m', prompt='bye'))",
        "import threading; t = threading.Thread(target=ask, args=('bye',)); t.start(); t.join()",
        "from multiprocessing.pool import ThreadPool\n        with ThreadPool(2) as pool:\n            pool.map(ask, ['hi', 'bye'])",
        "from concurrent.futures import ThreadPoolExecutor\n        with ThreadPoolExecutor(2) as pool:\n            list(pool.map(ask, ['hi', 'bye']))",
    ],
    ids=["except", "bare", "openai", "openai-async", "thread", "threadpool", "executor"],
)
def test_nobody_swallows_a_miss(plain_house: House, server: CompletionsServer, body: str) -> None:
    """except, retries of the SDK, threads and pools neither hide nor delay a miss."""
    test = f"""
    @argot_cassette("miss", allow_unplayed=True)
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_swallow():
        {body.replace("{base}", server.base)}
"""
    record(plain_house, server, test)
    result = plain_house.run("-k", "swallow")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAILED *test_swallow - *NoMatch: no rec*"])
    assert "Connection error" not in result.stdout.str()


def test_equal_requests_are_answered_in_order_each_once(
    house: House, server: CompletionsServer
) -> None:
    """The same request twice gives the two recorded answers in order; the third is a miss."""
    record(
        house,
        server,
        """
    @argot_cassette("miss")
    def test_two():
        assert [ask("hi")["id"][-1] for _ in range(2)] == ["1", "2"]

    @argot_cassette("miss")
    def test_three():
        [ask("hi") for _ in range(3)]

    @argot_cassette("miss", allow_repeats=True)
    def test_repeats():
        assert [ask("hi")["id"][-1] for _ in range(4)] == ["1", "2", "2", "2"]
""",
    )
    result = house.run("-k", "not record")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["FAILED *test_three*", "*"])
    result.stdout.fnmatch_lines(["*allow_repeats=True*"])


def test_key_order_and_white_space_do_not_matter_but_stream_does(
    house: House, server: CompletionsServer
) -> None:
    """Bodies match as JSON values; every value counts, `stream` too."""
    record(
        house,
        server,
        """
    @argot_cassette("miss", allow_unplayed=True)
    def test_order():
        httpx.post(URL, content=b'{"prompt":  "hi", "model":"m"}', headers={"content-type": "application/json"})

    @argot_cassette("miss", allow_unplayed=True)
    def test_stream():
        ask("hi", stream=True)
""",
    )
    house.run("-k", "order").assert_outcomes(passed=1)
    house.run("-k", "stream").assert_outcomes(failed=1)


def test_a_test_that_intercepts_nothing_fails(house: House, server: CompletionsServer) -> None:
    """A decorated test whose requests went past the cassette fails and says so."""
    record(
        house,
        server,
        """
    @argot_cassette("miss")
    def test_nothing():
        pass

    @argot_cassette("miss")
    def test_skipped():
        pytest.skip("not today")

    @argot_cassette("miss", allow_unplayed=True)
    def test_allowed():
        pass

    @argot_cassette("miss")
    class TestHelpers:
        def test_pure(self):
            pass
""",
    )
    result = house.run("-k", "not record")
    result.assert_outcomes(passed=2, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["*nothing was intercepted*", "*allow_unplayed=True*"])


def test_unplayed_interactions_are_a_warning(house: House, server: CompletionsServer) -> None:
    """A passing test that does not ask for all its interactions gets an UnplayedWarning."""
    record(house, server, "")
    file = house.root / "test_miss.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('ask("hi")["id"] != ask("hi")["id"]', 'ask("hi")["id"]'))
    result = house.run()
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*UnplayedWarning*miss.yaml: 1 recorded interaction*"])
    house.run("--argot-unplayed=fail").assert_outcomes(failed=1)
    house.run("--argot-unplayed=ignore").assert_outcomes(passed=1)
