"""A cassette as a person reads it."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.report.exchange import exchange
from pytest_argot.report.show import print_cassette
from tests.cassette_tree import BODY, POEM, URL, interaction

if TYPE_CHECKING:
    from pathlib import Path


def stream(*chunks: Any) -> str:
    """Give the text of an event stream."""
    lines = [json.dumps(chunk) for chunk in chunks]
    return "".join(f"data: {line}\n\n" for line in (*lines, "[DONE]"))


def chunk(text: str, index: int = 0, finish_reason: str | None = None) -> dict[str, Any]:
    """Give one chunk of a completion."""
    choice = {"text": text, "index": index, "logprobs": None, "finish_reason": finish_reason}
    return {**BODY, "choices": [choice], "usage": None}


def test_a_plain_answer() -> None:
    """A plain exchange gives LLM model, prompt, text, finish reason and usage."""
    told = exchange(interaction(BODY, prompt="a haiku, please"))
    assert (told.method, told.url, told.status) == ("POST", URL, "200 OK")
    assert told.llm_model == "gpt-3.5-turbo-instruct"
    assert told.events is None
    assert told.prompt == "a haiku, please"
    assert told.texts == (POEM,)
    assert told.finish_reasons == ("stop",)
    assert told.usage == (("prompt", "5"), ("completion", "7"), ("total", "12"))


def test_a_stream_is_joined_by_choice() -> None:
    """The pieces of a stream are joined, each choice for itself; events are counted."""
    usage = {**BODY, "choices": []}
    pieces = [
        chunk("An ", 0),
        chunk("Ein ", 1),
        chunk("old", 0, "stop"),
        chunk("alter", 1, "length"),
    ]
    told = exchange(interaction(stream(*pieces, usage), stream=True))
    assert told.events == 6
    assert told.texts == ("An old", "Ein alter")
    assert told.finish_reasons == ("stop", "length")
    assert told.usage[-1] == ("total", "12")


def test_chat_shapes_are_read_too() -> None:
    """Messages, deltas and message contents of other APIs are shown as prompt and text."""
    answer = {"choices": [{"index": 0, "message": {"content": "hello"}}]}
    asked = {"messages": [{"role": "user", "content": "hi"}], "prompt": None}
    told = exchange(interaction(answer, **asked))
    assert told.texts == ("hello",)
    pieces = [{"choices": [{"index": 0, "delta": {"content": part}}]} for part in ("he", "llo")]
    assert exchange(interaction(stream(*pieces))).texts == ("hello",)
    assert exchange(interaction(answer, **asked)).prompt == "user: hi"


@pytest.mark.parametrize(
    "answer",
    [None, [], 3, {}, {"choices": 3}, {"choices": [3, {"text": 4, "index": "x"}]}, {"usage": 3}],
)
def test_any_answer_can_be_shown(answer: Any) -> None:
    """A body of any shape is read without an error."""
    assert exchange(interaction(answer)).events is None


def test_an_error_shows_its_message() -> None:
    """An error envelope is shown by its message, a body that is not JSON as it is."""
    assert exchange(interaction({"error": {"message": "no such model"}})).texts == (
        "no such model",
    )
    request = Request("GET", "http://localhost/", {}, b"")
    page = Interaction(request, Response(502, "", {}, b"<html>\xff"))
    assert exchange(page).texts == ("<html>\ufffd",)
    assert exchange(page).status == "502"


def shown(path: Path, *interactions: Interaction, width: int = 80, full: bool = False) -> str:
    """Give what is printed for a cassette."""
    from pytest_argot.cassette.cassette import Cassette

    paper = io.StringIO()
    cassette = Cassette(path=path / "haiku.yaml", interactions=interactions)
    console = Console(file=paper, width=width, color_system=None)
    print_cassette(cassette, [], console, full=full)
    return paper.getvalue()


@pytest.mark.parametrize("width", [30, 40, 80])
def test_it_fits_the_terminal(tmp_path: Path, width: int) -> None:
    """No line of an interaction is wider than the terminal, and the whole URL is there."""
    told = shown(tmp_path, interaction(BODY), interaction(stream(chunk("a" * 90))), width=width)
    body = told.split("\n\n", 1)[1]
    assert max(len(line) for line in body.splitlines()) <= width
    dense = "".join(told.split())
    assert URL in dense
    assert "a" * 90 in dense


def test_long_texts_are_shortened_unless_asked(tmp_path: Path) -> None:
    """Prompts and texts are cut with a mark; full prints them whole."""
    long = interaction(
        {**BODY, "choices": [{"text": "word " * 1000, "index": 0}]}, prompt="p" * 999
    )
    short = shown(tmp_path, long)
    assert "more characters)" in short
    assert "p" * 999 not in "".join(short.split())
    whole = "".join(shown(tmp_path, long, full=True).split())
    assert "p" * 999 in whole
    assert whole.count("word") == 1000


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """Escape sequences in a recording are shown, not obeyed."""
    evil = {**BODY, "choices": [{"text": "\x1b]0;owned\x07\u009b31m", "index": 0}]}
    told = shown(tmp_path, interaction(evil, prompt="\x1b[2J"))
    assert not {"\x1b", "\x07", "\x9b"} & set(told)
    assert "\\x1b]0;owned" in told
