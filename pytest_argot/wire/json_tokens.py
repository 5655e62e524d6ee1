"""The tokens of a JSON text: checked against the grammar, never interpreted.

The grammar is that of ``json.loads``: RFC 8259 with ``NaN``, ``Infinity`` and ``-Infinity``.
"""

from __future__ import annotations

import re
from typing import Final

END: Final = 0
STRING: Final = 1
KEY: Final = 2  # with its colon; the span is that of the string alone
NUMBER: Final = 3
LITERAL: Final = 4
COMMA: Final = 5
OBJECT_START: Final = 6
ARRAY_START: Final = 7
OBJECT_END: Final = 8
ARRAY_END: Final = 9
JUNK: Final = 10

Token = tuple[int, int, int]

# One group per kind, in the order of the kinds, so that `lastindex` is the kind. The run of
# ordinary characters is possessive: an unterminated string is given up at once.
_RUN: Final = r'[^"\\\x00-\x1f]*+'
_TOKEN: Final = re.compile(
    rf"""[ \t\n\r]*(?:
        ("{_RUN}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}}){_RUN})*")([ \t\n\r]*:)?
    |   (-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    |   (true|false|null|NaN|-?Infinity)
    |   (,) | (\{{) | (\[) | (\}}) | (\])
    |   (.) | \Z
    )""",
    re.VERBOSE | re.DOTALL,
)

# Where the grammar stands: before the document, behind it, behind "{", ...
_FAIL: Final = 0
_DOCUMENT: Final = 1
_DONE: Final = 2
_OPEN_OBJECT: Final = 3
_NEXT_MEMBER: Final = 4
_COLON: Final = 5
_MEMBER: Final = 6
_OPEN_ARRAY: Final = 7
_NEXT_ELEMENT: Final = 8
_ELEMENT: Final = 9
_CLOSE: Final = 10  # allowed; where it leads to is known when the container is opened

_VALUES: Final = (STRING, NUMBER, LITERAL, OBJECT_START, ARRAY_START)


def _row(allowed: dict[int, int]) -> tuple[int, ...]:
    return tuple(allowed.get(kind, _FAIL) for kind in range(JUNK + 1))


_FOLLOW: Final = (
    _row({}),
    _row(dict.fromkeys(_VALUES, _DONE)),
    _row({END: _DONE}),
    _row({KEY: _COLON, OBJECT_END: _CLOSE}),
    _row({KEY: _COLON}),
    _row(dict.fromkeys(_VALUES, _MEMBER)),
    _row({COMMA: _NEXT_MEMBER, OBJECT_END: _CLOSE}),
    _row(dict.fromkeys(_VALUES, _ELEMENT) | {ARRAY_END: _CLOSE}),
    _row(dict.fromkeys(_VALUES, _ELEMENT)),
    _row({COMMA: _NEXT_ELEMENT, ARRAY_END: _CLOSE}),
)


def tokens(text: str) -> list[Token]:
    """Split ``text`` into ``(kind, start, end)``, white space and colons left out.

    Nothing recurses: any depth will do. Raises ``ValueError`` when ``text`` is not JSON.
    """
    found: list[Token] = []
    outer: list[int] = []
    place = _DOCUMENT
    for match in _TOKEN.finditer(text):
        kind = match.lastindex or END
        place = _FOLLOW[place][kind]
        if place == _FAIL:
            raise ValueError(f"not JSON: {_described(match)}")
        if kind == END:
            break
        if kind in {OBJECT_START, ARRAY_START}:
            outer.append(place)
            place = _OPEN_OBJECT if kind == OBJECT_START else _OPEN_ARRAY
        elif place == _CLOSE:
            place = outer.pop()
        found.append((kind, *match.span(STRING if kind == KEY else kind)))
    return found


def _described(match: re.Match[str]) -> str:
    """Say where it stops being JSON; never what is there, which may be private."""
    kind = match.lastindex
    if kind is None:
        return "the text ends too early"
    offset = match.start(STRING if kind == KEY else kind)
    line = match.string.count("\n", 0, offset) + 1
    return f"line {line}, column {offset - match.string.rfind(chr(10), 0, offset)}"
