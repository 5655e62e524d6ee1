"""YAML text as a plain tree, built from parser events without recursion.

PyYAML's composer recurses in C and brings the interpreter down on a few kilobytes of ``[``. Here
depth and the growth by aliases are bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from pytest_argot.cassette.corruption import FlawError
from pytest_argot.cassette.yaml_events import TOO_DEEP, events
from pytest_argot.cassette.yaml_tags import tagged_collection, tagged_scalar
from pytest_argot.cassette.yaml_tree import Mapping, Plain, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_argot.cassette.yaml_tree import Tree

MAX_DEPTH: Final = 256
GROWTH: Final = 20
ROOM: Final = 1_000_000
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})


def parse(text: str) -> Tree:
    """Read the one document in ``text``.

    ``FlawError`` with the line for text that is not YAML, unknown tags, more than one document,
    more than ``MAX_DEPTH`` levels, aliases that contain themselves or stand for more than
    ``GROWTH`` times the text.
    """
    builder = _Builder(ROOM + GROWTH * len(text))
    for event in events(text):
        handle = _HANDLERS.get(event.__class__)
        if handle is not None:
            handle(builder, event)
    return builder.root


@dataclass(slots=True)
class _Frame:
    """A collection that is being filled; ``weight`` counts it with its aliases written out."""

    node: Mapping | Sequence
    tag: str | None
    anchor: str | None
    line: int
    weight: int = 1
    key: Any = None
    has_key: bool = False


class _Builder:
    """Puts events together; ``root`` is the finished tree."""

    def __init__(self, limit: int) -> None:
        self.root: Tree = None
        self._limit = limit
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Tree, int] | None] = {}
        self._documents = 0

    def document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise FlawError("the file holds more than one YAML document", _line(event))

    def open(self, event: Any) -> None:
        line = _line(event)
        if len(self._stack) >= MAX_DEPTH:
            raise FlawError(TOO_DEEP, line)
        node = Mapping() if isinstance(event, yaml.MappingStartEvent) else Sequence()
        node.line = line
        if event.anchor:
            self._anchors[event.anchor] = None
        self._stack.append(_Frame(node, event.tag, event.anchor, line))

    def close(self, _event: Any) -> None:
        frame = self._stack.pop()
        tree = tagged_collection(frame.tag, frame.node, frame.line)
        self._place(tree, frame.weight, frame.anchor, frame.line)

    def scalar(self, event: Any) -> None:
        value = event.value
        tree: Tree
        if event.tag is not None:
            tree = tagged_scalar(event.tag, value, _line(event))
        elif event.implicit[0]:
            tree = None if value in _NULL else Plain(value)
        else:
            tree = value
        self._place(tree, len(value) + 1, event.anchor, event)

    def alias(self, event: Any) -> None:
        line = _line(event)
        if event.anchor not in self._anchors:
            raise FlawError(f"the alias *{event.anchor} stands for nothing", line)
        known = self._anchors[event.anchor]
        if known is None:
            raise FlawError(f"the alias *{event.anchor} contains itself", line)
        self._place(*known, None, line)

    def _place(self, tree: Tree, weight: int, anchor: str | None, where: Any) -> None:
        if anchor:
            self._anchors[anchor] = tree, weight
        if not self._stack:
            self.root = tree
            return
        frame = self._stack[-1]
        frame.weight += weight
        if frame.weight > self._limit:
            raise FlawError("aliases make the cassette grow beyond all bounds", frame.line)
        if isinstance(frame.node, list):
            frame.node.append(tree)
        elif frame.has_key:
            _put(frame.node, frame.key, tree)
            frame.has_key = False
        else:
            frame.key, frame.has_key = _key(tree, where), True


_HANDLERS: Final[dict[type, Callable[[_Builder, Any], None]]] = {
    yaml.ScalarEvent: _Builder.scalar,
    yaml.MappingStartEvent: _Builder.open,
    yaml.MappingEndEvent: _Builder.close,
    yaml.SequenceStartEvent: _Builder.open,
    yaml.SequenceEndEvent: _Builder.close,
    yaml.AliasEvent: _Builder.alias,
    yaml.DocumentStartEvent: _Builder.document,
}


def _line(where: Any) -> int:
    return where if isinstance(where, int) else where.start_mark.line + 1


def _key(tree: Tree, where: Any) -> str:
    if isinstance(tree, str):
        return tree
    if tree is None:
        return "null"
    raise FlawError("a key of a mapping is not a text", _line(where))


def _put(node: Mapping, key: str, value: Tree) -> None:
    if isinstance(key, Plain) and key == "<<":
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if isinstance(part, dict):
                for name in part:
                    node.setdefault(name, part[name])
        return
    if key in node:
        node.twice = str(key)
    node[str(key)] = value
