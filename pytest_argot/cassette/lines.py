"""Where in the file a value of a body stands."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import yaml

from pytest_argot.cassette.layouts import BODY_KEYS, TEXT_KEYS
from pytest_argot.cassette.yaml_events import compose
from pytest_argot.wire.json_text import values
from pytest_argot.wire.sse import each_event, events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_argot.cassette.lifting import Lifted
    from pytest_argot.wire.json_path import Path
    from pytest_argot.wire.sse import ServerSentEvent

_BREAKS: Final = r"[ \t]*\n(?P<more>(?:[ \t]*\n)*)[ \t]*"
_TEXT: Final = r"[^\\'\n \t]+|[ \t]+|['\\]"
_PIECES: Final = {
    '"': re.compile(
        r"\\\n(?P<blank>(?:[ \t]*\n)*)[ \t]*"
        r"|\\x.{2}|\\u.{4}|\\U.{8}|\\[^\n]"
        rf"|(?P<fold>{_BREAKS})|(?P<text>{_TEXT})"
    ),
    "'": re.compile(rf"''|(?P<fold>{_BREAKS})|(?P<text>{_TEXT})"),
    "": re.compile(rf"(?P<fold>{_BREAKS})|(?P<text>{_TEXT})"),
}
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class Lines:
    """The lines of one cassette text, which has been read without an error before.

    ``lifted``: the large bodies that are not in it, each with the lines it takes in the file.
    """

    def __init__(self, text: str, lifted: Sequence[Lifted] = ()) -> None:
        self._text = text
        self._lifted = {each.stub: each for each in lifted}
        self._missing = [(text.count("\n", 0, text.index(e.stub)) + 1, e.lines) for e in lifted]
        self._events: dict[str, list[ServerSentEvent]] = {}
        try:
            root = compose(text)
        except yaml.YAMLError:  # JSON that is not YAML, for one with escaped surrogates
            root = None
        items = _child(root, "interactions")
        self._items: list[Any] = items.value if isinstance(items, yaml.SequenceNode) else []

    def find(self, index: int, where: str, path: Path, event: int | None) -> int:
        """Give the 1-based line; see ``Cassette.line``."""
        if not 0 <= index < len(self._items):
            return 1
        body = _body(_child(self._items[index], where))
        apart = self._lifted.get(body.value) if isinstance(body, yaml.ScalarNode) else None
        if apart is not None:
            return self._in_file(_first_line(body)) + _line_apart(apart, path, event)
        return self._in_file(self._find(index, where, path, event))

    def _in_file(self, line: int) -> int:
        """Give the line of the file for one of the text."""
        return line + sum(lines for place, lines in self._missing if place < line)

    def _find(self, index: int, where: str, path: Path, event: int | None) -> int:
        item = self._items[index]
        body = _body(_child(item, where))
        if body is None:
            return _first_line(item)
        if not isinstance(body, yaml.ScalarNode):
            return _first_line(_descend(body, path))
        if body.tag.endswith(":binary"):
            return _first_line(body)
        return self._line(body, self._offset(body.value, path, event))

    def _offset(self, text: str, path: Path, event: int | None) -> int:
        if event is None:
            return _json_offset(text, path)
        if text not in self._events:
            self._events[text] = events(text.encode("utf-8", "surrogatepass"))
        found = self._events[text]
        return _event_offset(text, found[event], path) if 0 <= event < len(found) else 0

    def _line(self, node: Any, offset: int) -> int:
        """Give the line of the character at ``offset`` in the value of a scalar."""
        first = _first_line(node)
        if node.style == "|":
            return first + 1 + str(node.value).count("\n", 0, offset)
        if node.style == ">":
            return first + 1
        style = node.style or ""
        quotes = len(style)
        source = self._text[node.start_mark.index + quotes : node.end_mark.index - quotes]
        return first + _breaks(source, _PIECES[style], offset)


def _line_apart(apart: Lifted, path: Path, event: int | None) -> int:
    """Give how many lines below its head a value of a body stands that is not in the text."""
    if apart.binary:
        return 0
    if event is None:
        text = apart.body.decode()
        return 1 + text.count("\n", 0, _json_offset(text, path))
    found = next(islice(each_event(apart.body), event, None), None)
    if found is None:
        return 1
    return 1 + found.line + found.data.count("\n", 0, _json_offset(found.data, path))


def _breaks(source: str, pieces: re.Pattern[str], offset: int) -> int:
    """Count the line breaks of a flow scalar's source before the character at ``offset``."""
    made = lines = 0
    for piece in pieces.finditer(source):
        made += _length(piece)
        if made > offset:
            break
        lines += piece.group().count("\n")
    return lines


def _length(piece: re.Match[str]) -> int:
    """Tell how many characters of the value a piece of its source makes."""
    groups = piece.groupdict()
    if groups.get("text") is not None:
        return len(piece.group())
    if groups.get("fold") is not None:
        return groups["more"].count("\n") or 1
    blank = groups.get("blank")
    return 1 if blank is None else blank.count("\n")


def _event_offset(text: str, event: ServerSentEvent, path: Path) -> int:
    before = event.data[: _json_offset(event.data, path)]
    lines = enumerate(_LINE.finditer(text))
    start = next((line.start() for number, line in lines if number == event.line), 0)
    return _data_offset(text, start, before.count("\n"), len(before) - before.rfind("\n") - 1)


def _data_offset(text: str, start: int, skip: int, column: int) -> int:
    """Find ``column`` of the data line ``skip`` lines after that of the event at ``start``."""
    for line in _LINE.finditer(text, start):
        if line.group().startswith("data"):
            if not skip:
                prefix = 6 if line.group().startswith("data: ") else 5
                return line.start() + prefix + column
            skip -= 1
    return start


def _json_offset(text: str, path: Path) -> int:
    """Find where the value at ``path`` starts, or that of the longest part of it there is."""
    depth, offset = -1, 0
    try:
        for value in values(text):
            size = len(value.path)
            if size >= depth and value.path == path[:size]:
                depth, offset = size, value.start
    except ValueError:
        return 0
    return offset


def _body(side: Any) -> Any:
    node = next((found for key in BODY_KEYS if (found := _child(side, key)) is not None), None)
    for key in TEXT_KEYS[:2]:
        if (inner := _child(node, key)) is not None:
            return inner
    return node


def _descend(node: Any, path: Path) -> Any:
    for step in path:
        inner = _child(node, step)
        if inner is None:
            break
        node = inner
    return node


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if 0 <= step < len(node.value) else None
    return None


def _first_line(node: Any) -> int:
    return int(node.start_mark.line) + 1
