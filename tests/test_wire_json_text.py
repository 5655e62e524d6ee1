"""JSON is read and laid out as it is spelled: no character of a value ever changes."""

from __future__ import annotations

import json
import re
from collections import deque
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pytest_argot.wire.json_text import (
    MAX_DEPTH,
    JsonValue,
    Oddity,
    Path,
    line_of,
    oddities,
    pretty,
    values,
)

SPACE = st.sampled_from(["", "", " ", "\n", "\r\n\t", "  "])
NUMBERS = st.sampled_from(
    [
        "0",
        "-0",
        "-0.0",
        "1.0",
        "1.10",
        "1e5",
        "1E+05",
        "1e999",
        "-1e999",
        "1e-999",
        "10000000000000000000001",
    ]
) | st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
LITERALS = st.sampled_from(["true", "false", "null", "NaN", "Infinity", "-Infinity"])
STRINGS = (
    st.text().map(lambda text: json.dumps(text, ensure_ascii=False))
    | st.text().map(json.dumps)
    | st.sampled_from(
        [r'"\ud800"', r'"\uDC00\uD800"', r'"\/"', r'"A\u0041"', '"\x7f\x85\u2028\ufeff"', r'"\\\""']
    )
)
NAMES = st.sampled_from(['"a"', r'"\u0061"', '"b"', '""', '"a b"']) | STRINGS


@st.composite
def containers(draw: st.DrawFn, children: st.SearchStrategy[str]) -> str:
    """Spell an array or an object with any white space, names may repeat."""
    items = draw(st.lists(children, max_size=5))
    named = draw(st.booleans())
    parts = []
    for item in items:
        head = f"{draw(NAMES)}{draw(SPACE)}:{draw(SPACE)}" if named else ""
        parts.append(f"{draw(SPACE)}{head}{item}{draw(SPACE)}")
    inner = ",".join(parts) or draw(SPACE)
    return "{" + inner + "}" if named else "[" + inner + "]"


SCALARS = NUMBERS | LITERALS | STRINGS
DOCUMENTS = st.builds(
    "{}{}{}".format, SPACE, st.recursive(SCALARS, containers, max_leaves=30), SPACE
)
SCRAPS = st.text(
    alphabet='{}[]:,"\\ \t\r\n\x0b\xa0\ufeff019-+.eEuaxntrflsNIy\x00\x1f\x7f', max_size=12
)


def spelled(text: str) -> Any:
    """Parse with all that ``json.loads`` would normally lose: spellings, repeated names."""
    return json.loads(
        text,
        parse_int=_number,
        parse_float=_number,
        parse_constant=_number,
        object_pairs_hook=tuple,
    )


def _number(spelling: str) -> tuple[str, str]:
    return "number", spelling


def scalars(text: str) -> list[str]:
    """Pick out every string, number and literal, names too, as plainly as it can be done."""
    return re.findall(r'"(?:[^"\\]|\\.)*"|[^][{}:,\s"]+', text)


def accepts(text: str) -> bool:
    """Tell whether ``json.loads`` takes the text."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@settings(deadline=None)
@given(DOCUMENTS)
@example('{"a":1,"a":{"\\u0061":[NaN,1e999,-0,[],{ }]}}')
def test_pretty_changes_white_space_only(text: str) -> None:
    """Laid out, a document parses to the same and has the same tokens in the same order."""
    laid_out = pretty(text)
    if text.strip()[0] not in "{[":
        assert laid_out is None
        return
    assert laid_out is not None
    assert spelled(laid_out) == spelled(text)
    assert scalars(laid_out) == scalars(text)
    assert pretty(laid_out) == laid_out


@settings(deadline=None)
@given(DOCUMENTS)
def test_values_are_where_they_say(text: str) -> None:
    """Every span parses to what its path leads to, and no value is left out."""
    root = spelled(text)
    given_values = list(values(text))
    assert [_placed(text, value) for value in given_values] == list(_all(root))


def _placed(text: str, value: JsonValue) -> tuple[Path, bool, Any]:
    return value.path, value.duplicate, spelled(text[value.start : value.end])


def _all(root: Any, path: Path = (), *, duplicate: bool = False) -> Any:
    yield path, duplicate, root
    if isinstance(root, list):
        for index, item in enumerate(root):
            yield from _all(item, (*path, index))
    elif isinstance(root, tuple) and not (len(root) == 2 and root[0] == "number"):
        for index, (name, item) in enumerate(root):
            repeated = any(name == earlier for earlier, _ in root[:index])
            yield from _all(item, (*path, name), duplicate=repeated)


@settings(deadline=None, max_examples=400)
@given(st.one_of(SCRAPS, DOCUMENTS, st.tuples(DOCUMENTS, SCRAPS, st.integers(0, 40))))
@example("")
@example('{"a":1,}')
@example('["a":1]')
@example("[1,]")
@example("01")
@example("1.")
@example("-")
@example('"\\u12"')
@example('"\\ud83dx"')
@example('"\t"')
@example("\ufeff1")
@example("1 2")
@example("[}")
@example("\xa01")
@example("\u0661")
@example("-NaN")
def test_values_accepts_what_json_loads_accepts(text: str | tuple[str, str, int]) -> None:
    """A text is JSON here exactly when it is for ``json.loads``, broken in any way."""
    if isinstance(text, tuple):
        document, scrap, at = text
        text = document[:at] + scrap + document[at + len(scrap) // 2 :]
    if accepts(text):
        assert list(values(text))
    else:
        with pytest.raises(ValueError, match="not JSON"):
            values(text)
        assert pretty(text) is None
        assert line_of(text, ()) is None


@settings(deadline=None)
@given(DOCUMENTS)
def test_kinds_are_those_of_the_first_character(text: str) -> None:
    """A value's kind follows from how it is spelled."""
    for value in values(text):
        spelling = text[value.start : value.end]
        kinds = {"{": "object", "[": "array", '"': "string"}
        literal = "literal" if spelling.lstrip("-")[0].isalpha() else "number"
        assert value.kind == kinds.get(spelling[0], literal)


@pytest.mark.parametrize(("start", "step"), [("[", 0), ('{"a":', "a")])
def test_values_go_as_deep_as_a_path_can(start: str, step: str | int) -> None:
    """``MAX_DEPTH`` levels have paths; one more is refused as an error, not as a crash."""
    end = "]" if start == "[" else "}"
    (deepest,) = deque(values(start * MAX_DEPTH + "1" + end * MAX_DEPTH), maxlen=1)
    assert deepest.path == (step,) * MAX_DEPTH
    for tell in (values, oddities):
        with pytest.raises(ValueError, match="deeper than 10,000 levels"):
            tell(start * (MAX_DEPTH + 1) + "1" + end * (MAX_DEPTH + 1))
    assert line_of(start * (MAX_DEPTH + 1) + "1" + end * (MAX_DEPTH + 1), (step,)) == 0


def test_integers_of_any_length_keep_their_text() -> None:
    """An integer too long for ``int()`` is JSON all the same."""
    digits = "9" * 10_000
    assert pretty(f"[{digits},1]") == f"[\n  {digits},\n  1\n]"
    assert next(values(digits)) == JsonValue((), "number", 0, 10_000, duplicate=False)


def test_errors_never_show_the_text() -> None:
    """The message names line and column, for the text may be private."""
    with pytest.raises(ValueError, match=r"^not JSON: line 2, column 8$"):
        values('{\n  "a": sk-secret}')
    with pytest.raises(ValueError, match=r"^not JSON: the text ends too early$"):
        values('["sk-secret"')


LINES = """{
  "a": {"x": 1,
    "x": 2},
  "list": [
    1,
    {"k":
      2}
  ],
  "a":
    {"y": 3}
}"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 0),
        (("list",), 3),
        (("list", 0), 4),
        (("list", 1), 5),
        (("list", 1, "k"), 5),
        (("a",), 8),
        (("a", "y"), 9),
        (("a", "x"), None),
        (("list", 2), None),
        (("list", "0"), None),
        (("b",), None),
        ((0,), None),
    ],
)
def test_a_value_begins_on_the_line_of_its_key(path: Path, line: int | None) -> None:
    """The last of two equal names counts, with all it contains, as for ``json.loads``."""
    assert line_of(LINES, path) == line


@settings(deadline=None)
@given(DOCUMENTS)
def test_every_value_has_a_line(text: str) -> None:
    """In a laid-out document each value is found on the line that shows it."""
    laid_out = pretty(text) or "1"
    found = list(values(laid_out))
    assume(not any(value.duplicate for value in found))
    for value in found:
        assert line_of(laid_out, value.path) == laid_out.count("\n", 0, value.start)


def test_oddities_are_what_parsers_swallow() -> None:
    """Repeated keys, however escaped, and numbers that no double holds."""
    text = (
        r'{"a": 1, "\u0061": [NaN, -Infinity, 1e999, -1E400, 1e308, "NaN", null],'
        r' "a": {"b": Infinity}, "c": {"a": 0}, "c": 1e999}'
    )
    assert oddities(text) == [
        Oddity("key.duplicate", ("a",)),
        Oddity("number.nonfinite", ("a", 0)),
        Oddity("number.nonfinite", ("a", 1)),
        Oddity("number.nonfinite", ("a", 2)),
        Oddity("number.nonfinite", ("a", 3)),
        Oddity("key.duplicate", ("a",)),
        Oddity("number.nonfinite", ("a", "b")),
        Oddity("key.duplicate", ("c",)),
        Oddity("number.nonfinite", ("c",)),
    ]
