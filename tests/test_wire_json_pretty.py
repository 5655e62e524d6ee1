"""JSON is laid out for reading: two spaces a level, short arrays on one line, nothing else."""

from __future__ import annotations

import pytest

from pytest_argot.wire.json_text import pretty


def test_the_layout() -> None:
    """Two spaces a level, short arrays of scalars on one line, empty containers tight."""
    text = (
        '{"id":"x","n":[ 1,2.0 ],"e":[ ],"o":{\n},"choices":[{"logprobs":null,"tokens":["a"]}],'
        '"deep":[[1],[]]}'
    )
    assert pretty(text) == (
        "{\n"
        '  "id": "x",\n'
        '  "n": [1, 2.0],\n'
        '  "e": [],\n'
        '  "o": {},\n'
        '  "choices": [\n'
        "    {\n"
        '      "logprobs": null,\n'
        '      "tokens": ["a"]\n'
        "    }\n"
        "  ],\n"
        '  "deep": [\n'
        "    [1],\n"
        "    []\n"
        "  ]\n"
        "}"
    )


@pytest.mark.parametrize("suffix", ["", ',"b":1'])
@pytest.mark.parametrize("spare", [1, 0, -1])
def test_an_array_takes_one_line_up_to_88_columns(suffix: str, spare: int) -> None:
    """The line counts with its indentation, its key and the comma behind it."""
    item = "7" * (88 - len('  "a": [1, ]') - bool(suffix) - spare)
    laid_out = pretty('{"a":[1,' + item + "]" + suffix + "}")
    assert laid_out is not None
    line = laid_out.split("\n")[1]
    assert (len(line) == 88 - spare) if spare >= 0 else (line == '  "a": [')


@pytest.mark.parametrize("text", ["1", '"x"', "null", "NaN", "", "{", "[1", "<html>", "[1] x"])
def test_only_objects_and_arrays_are_laid_out(text: str) -> None:
    """Scalars and what is not JSON stay as they came."""
    assert pretty(text) is None


@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_depth_is_no_obstacle_to_the_layout(start: str, end: str) -> None:
    """100,000 levels are laid out, with an indentation that stops growing."""
    text = start * 100_000 + "1" + end * 100_000
    laid_out = pretty(text)
    assert laid_out is not None
    assert "".join(laid_out.split()) == text
    assert len(laid_out) < 200 * len(text)
