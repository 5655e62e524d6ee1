"""Promise: a miss is an exception made to get through, and it is the one that fails the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cassette_tree import BODY, URL, write

if TYPE_CHECKING:
    from tests.conftest import House

HEAD = f"""
    import asyncio, threading
    from concurrent.futures import ThreadPoolExecutor
    import httpx, pytest
    from pytest_argot import NoMatch, argot_cassette

    def ask(prompt):
        body = {{"model": "gpt-3.5-turbo-instruct", "prompt": prompt}}
        return httpx.post("{URL}", json=body).json()["id"]

    def caught(prompt):
        try:
            return ask(prompt)
        except BaseException as error:
            return error
"""


def test_what_is_raised_where(plain_house: House) -> None:
    """In the tape's own thread a bare BaseException, in any other one that is an Exception, too."""
    write(plain_house.cassettes / "haiku.yaml", BODY)
    plain_house.write(
        "test_it.py",
        HEAD
        + """
    @argot_cassette("haiku", allow_unplayed=True)
    def test_kinds(capsys):
        own = caught("own")
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(caught, "other").result()
            assert pool.submit(ask, "a haiku").result() == "cmpl-1"
        assert isinstance(own, NoMatch) and not isinstance(own, Exception)
        assert isinstance(other, NoMatch) and isinstance(other, Exception)
        print("the body ended well")

    @argot_cassette("haiku", allow_unplayed=True)
    def test_at_once(capsys):
        caught("at once")
        assert "no recorded answer for POST" in capsys.readouterr().err
        caught("later")
        assert capsys.readouterr().err == ""
        print("the body ended well")
""",
    )
    result = plain_house.run("-rA")
    result.assert_outcomes(failed=2)
    assert result.stdout.str().count("the body ended well\n") == 2


def test_the_first_miss_fails_the_test(house: House) -> None:
    """Whatever the code does after it, the test fails with the first miss and shows no other."""
    write(house.cassettes / "haiku.yaml", BODY)
    house.write(
        "test_it.py",
        HEAD
        + """
    @argot_cassette("haiku", allow_unplayed=True)
    def test_two():
        caught("the first"), caught("the second")

    @argot_cassette("haiku", allow_unplayed=True)
    def test_other_error():
        caught("the first")
        raise ValueError("a consequence")

    @argot_cassette("haiku", allow_unplayed=True)
    def test_renamed():
        try:
            ask("the first")
        except BaseException as error:
            raise RuntimeError("renamed") from error
""",
    )
    result = house.run()
    result.assert_outcomes(failed=3)
    text = result.stdout.str()
    assert "the second" not in text
    for test in ("two", "other_error", "renamed"):
        result.stdout.fnmatch_lines([f"FAILED *test_{test} - *NoMatch: *"])
    result.stdout.fnmatch_lines_random(["*a consequence*", "*renamed*"])


def test_an_sdk_neither_waits_nor_asks_again(plain_house: House) -> None:
    """The OpenAI client takes a miss for no connection error: no sleep, no second try, its name."""
    write(plain_house.cassettes / "haiku.yaml", BODY)
    plain_house.write(
        "test_it.py",
        HEAD
        + """
    @argot_cassette("haiku", allow_unplayed=True)
    def test_sdk(monkeypatch):
        import openai, time
        slept = []
        monkeypatch.setattr(time, "sleep", slept.append)
        try:
            openai.OpenAI(max_retries=5).completions.create(model="m", prompt="new")
        except BaseException as error:
            print("raised", type(error).__name__, "after", len(slept), "sleeps")
""",
    )
    result = plain_house.run("-s")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*raised NoMatch after 0 sleeps"])
