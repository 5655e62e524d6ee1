"""Promise: each option works on the decorator and in the settings, and the nearest one counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cassette_tree import BODY, URL, body, finished, interaction, write

if TYPE_CHECKING:
    from tests.conftest import House
    from tests.servers.completions import CompletionsServer

MODELS = """
    from pydantic import BaseModel
    from pytest_argot import CreateCompletionResponse

    class Mine(CreateCompletionResponse):
        def shout(self):
            return self.choices[0].text.upper()

    class Piece(BaseModel):
        id: str
        piece: int
"""

SHORT = {"text": "", "index": 0, "finish_reason": "stop"}
CHUNKS = 'data: {"id": "cmpl-1", "piece": 1}\n\ndata: [DONE]\n\n'

HEAD = f"""
    import httpx
    import models
    from pytest_argot import argot_cassette

    def ask(prompt="a haiku", url="{URL}"):
        body = {{"model": "gpt-3.5-turbo-instruct", "prompt": prompt}}
        httpx.post(url, json=body)
"""

ROUTE = '[[overrides.routes]]\nmatch = "POST *"\n'

# What an option makes pass: its cassette, the test's arguments and body, the option, the setting.
ROWS = {
    "record": ("new", "", "ask(url=LIVE)", 'record="once"', 'record = "once"'),
    "model": (
        "plain",
        "completion",
        "assert completion.shout()",
        "model=models.Mine",
        ROUTE + 'model = "models:Mine"',
    ),
    "chunk_model": (
        "chunks",
        "argot",
        "ask(); assert argot.chunks[0].piece == 1",
        'chunk_model="models:Piece"',
        ROUTE + 'chunk_model = "models:Piece"',
    ),
    "dialect": (
        "transformers",
        "completion",
        "assert completion.id",
        'dialect="transformers"',
        ROUTE + 'dialect = "transformers"',
    ),
    "match_on": (
        "plain",
        "",
        "ask('another')",
        'match_on=["method", "path"]',
        'match_on = ["method", "path"]',
    ),
    "mask": (
        "plain",
        "",
        "ask('another')",
        'mask=["body:$.prompt=<prompt>"]',
        'mask = ["body:$.prompt=<prompt>"]',
    ),
    "fail_on": ("drifted", "completion", "pass", 'fail_on="never"', 'fail_on = "never"'),
    "levels": (
        "drifted",
        "completion",
        "pass",
        'levels={"enum.unknown": "info"}',
        '[overrides.levels]\n"enum.unknown" = "info"',
    ),
    "allow_unplayed": ("two", "", "ask()", "allow_unplayed=True", 'unplayed = "ignore"'),
    "passthrough": (
        "plain",
        "",
        "ask(), ask(url=LIVE)",
        'passthrough=["127.0.0.1"]',
        'passthrough = ["127.0.0.1"]',
    ),
}
ONLY_SETTINGS = ("cassettes", "keep_headers", "replay_env", "unplayed", "routes")


def test_every_option_does_what_its_setting_does(
    plain_house: House, server: CompletionsServer
) -> None:
    """With the option, or the setting in its place, the test passes; with neither it fails."""
    plain_house.write("models.py", MODELS)
    write(plain_house.cassettes / "plain.yaml", BODY)
    write(plain_house.cassettes / "chunks.yaml", CHUNKS)
    write(plain_house.cassettes / "transformers.yaml", body(choices=[SHORT]))
    write(plain_house.cassettes / "drifted.yaml", finished("eos"))
    write(plain_house.cassettes / "two.yaml", BODY, interaction(BODY, prompt="unasked"))
    settings = 'unplayed = "fail"\n'
    for word, (cassette, arguments, code, option, setting) in ROWS.items():
        for way in ("option", "setting", "neither"):
            given = f", {option}" if way == "option" else ""
            name = f"{cassette}-{way}" if cassette == "new" else cassette
            test = f"""
    LIVE = "{server.base}/completions"

    @argot_cassette("{name}"{given})
    def test_it({arguments}):
        {code}
"""
            plain_house.write(f"test_{word}_{way}.py", HEAD + test)
        settings += f'[[overrides]]\ntests = "test_{word}_setting.py"\n{setting}\n'
    plain_house.write("argot.toml", settings)
    _disown(plain_house)
    result = plain_house.run("-rA")
    lines = [line.split(" ")[:2] for line in result.outlines]
    passed = {line[1].split("::")[0] for line in lines if line[0] == "PASSED"}
    assert passed == {f"test_{word}_{way}.py" for word in ROWS for way in ("option", "setting")}
    failed = {line[1].split("::")[0] for line in lines if line[0] in {"FAILED", "ERROR"}}
    assert failed == {f"test_{word}_neither.py" for word in ROWS}


def _disown(house: House) -> None:
    """Let every interaction belong to no test, so that each test answers for all of them."""
    for path in house.cassettes.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        ours = '    tests:\n    - "tests/test_haiku.py::test_haiku"\n'
        path.write_text(text.replace(ours, ""), encoding="utf-8")


@pytest.mark.parametrize("word", ONLY_SETTINGS)
def test_what_is_a_setting_only_is_no_option(plain_house: House, word: str) -> None:
    """A setting that is no option is refused on the decorator, which says what there is."""
    plain_house.write(
        "test_it.py",
        f"""
        from pytest_argot import argot_cassette

        @argot_cassette("it", {word}="x")
        def test_it(): ...
        """,
    )
    result = plain_house.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = ["*unknown option *'{word}'*", "*where: test_it.py:*", "*use one of: *match_on*"]
    result.stderr.fnmatch_lines([line.format(word=word) for line in told])


def test_each_part_of_a_request_counts(plain_house: House) -> None:
    """A request that differs in one part is a miss; without that part in match_on it is answered."""
    others = {
        "method": ("PUT", URL, "a haiku"),
        "scheme": ("POST", URL.replace("https", "http"), "a haiku"),
        "host": ("POST", URL.replace("api.", "eu.api."), "a haiku"),
        "port": ("POST", URL.replace(".com/", ".com:8443/"), "a haiku"),
        "path": ("POST", URL.replace("/v1/", "/v2/"), "a haiku"),
        "query": ("POST", f"{URL}?beta=1", "a haiku"),
        "body": ("POST", URL, "an ode"),
    }
    plain_house.write(
        "test_it.py",
        f"""
        import httpx, pytest
        from pytest_argot import argot_cassette

        OTHERS = {others!r}

        def ask(part):
            method, url, prompt = OTHERS[part]
            body = {{"model": "gpt-3.5-turbo-instruct", "prompt": prompt}}
            httpx.request(method, url, json=body)

        @argot_cassette("haiku", allow_unplayed=True)
        @pytest.mark.parametrize("part", OTHERS)
        def test_all(part):
            ask(part)

        def case(part):
            rest = [each for each in OTHERS if each != part]
            return pytest.param(part, marks=argot_cassette("haiku", match_on=rest))

        @pytest.mark.parametrize("part", [case(part) for part in OTHERS])
        def test_without(part):
            ask(part)
        """,
    )
    write(plain_house.cassettes / "haiku.yaml", BODY)
    result = plain_house.run()
    result.assert_outcomes(passed=len(others), failed=len(others))
    for part in others:
        result.stdout.fnmatch_lines([f"FAILED *test_all[[]{part}[]] - *NoMatch: *"])


def test_a_matcher_of_ones_own(plain_house: House) -> None:
    """A function in match_on gives what counts of a request; a miss shows what it gave."""
    plain_house.write("models.py", "")
    plain_house.write(
        "test_it.py",
        HEAD
        + """
    import json

    def first_word(request):
        return json.loads(request.body)["prompt"].split()[0]

    @argot_cassette("haiku", match_on=["method", first_word])
    def test_same_word():
        ask("a limerick", "https://elsewhere.example/v1/completions")

    @argot_cassette("haiku", match_on=["method", first_word])
    def test_other_word():
        ask("two haiku")
""",
    )
    write(plain_house.cassettes / "haiku.yaml", BODY)
    result = plain_house.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*            first_word: *a* -> *two*"])


def test_the_nearest_option_wins_at_every_step(plain_house: House) -> None:
    """Parameter beats function, function class, class module; what is not said comes from above."""
    plain_house.write(
        "test_it.py",
        """
        import pytest
        from pytest_argot import argot_cassette

        pytestmark = argot_cassette("m", fail_on="never", allow_unplayed=True, mask=["re:m=m"])

        def levels(argot):
            plan = argot.plan
            return plan.fail_on, plan.mask, plan.path.stem, plan.options.allow_unplayed

        def test_module(argot):
            assert levels(argot) == ("never", ("re:m=m",), "m", True)

        @argot_cassette("c", fail_on="info", mask=["re:c=c"])
        class TestClass:
            def test_class(self, argot):
                assert levels(argot) == ("info", ("re:c=c",), "c", True)

            @argot_cassette("f", fail_on="error")
            @argot_cassette(fail_on="warn")
            @pytest.mark.parametrize("word", [
                "a", pytest.param("b", marks=argot_cassette("p", fail_on="error")),
            ])
            def test_function(self, argot, word):
                expected = {"a": ("warn", "f"), "b": ("error", "p")}[word]
                assert levels(argot) == (expected[0], ("re:c=c",), expected[1], True)

            class TestInner:
                pytestmark = argot_cassette("i")

                def test_inner(self, argot):
                    assert levels(argot) == ("info", ("re:c=c",), "i", True)
        """,
    )
    for name in "mcfpi":
        write(plain_house.cassettes / f"{name}.yaml", BODY)
    plain_house.run().assert_outcomes(passed=5)


def test_a_module_marker_waits_for_the_first_request(plain_house: House) -> None:
    """Under pytestmark a test without a request passes without a cassette; a request fails."""
    test = "\n    pytestmark = argot_cassette\n\n    def test_pure(): pass\n\n    def test_asks(): ask()\n"
    plain_house.write("models.py", "")
    plain_house.write("test_it.py", HEAD + test)
    result = plain_house.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["FAILED *test_asks - *NoMatch: *"])


def test_headers_are_kept_where_the_settings_say(
    plain_house: House, server: CompletionsServer
) -> None:
    """keep_headers adds to what is recorded of both sides; nothing else gets in."""
    plain_house.write("models.py", "")
    plain_house.write("argot.toml", 'keep_headers = ["user-agent", "server"]\n')
    call = f"ask(url={server.base + '/completions'!r})"
    plain_house.write(
        "test_it.py", f"{HEAD}\n    @argot_cassette('it')\n    def test_it(): {call}\n"
    )
    plain_house.run("--argot-record=once").assert_outcomes(passed=1)
    text = (plain_house.cassettes / "it.yaml").read_text(encoding="utf-8")
    assert "user-agent:" in text
    assert "server:" in text
    assert "accept-encoding:" not in text
    assert "date:" not in text
