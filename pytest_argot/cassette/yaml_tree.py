"""YAML text as a plain tree, built from parser events without recursion.

PyYAML's composer recurses in C and brings the interpreter down on a few kilobytes of ``[``; its
constructors import and call what a tag names. Here depth and the growth by aliases are bounded,
and a tag is either one of a few harmless ones or refused.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml

from pytest_argot.cassette.corruption import FlawError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_yaml: Any = yaml  # its stubs are typed in part only
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_DEPTH: Final = 256
TOO_DEEP: Final = "the cassette is nested too deeply"
GROWTH: Final = 20
ROOM: Final = 1_000_000
_LONGEST_NUMBER: Final = 1000  # Python refuses to print longer ones, and needs quadratic time

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_YAML: Final = "tag:yaml.org,2002:"
_PYTHON: Final = _YAML + "python/"
_TEXT_TAGS: Final = frozenset({_YAML + "str", _PYTHON + "str", _PYTHON + "unicode", "!"})
_BINARY_TAGS: Final = frozenset({_YAML + "binary", "!binary"})
_PLAIN_TAGS: Final = frozenset(_YAML + name for name in ("int", "float", "bool", "timestamp"))
_PLAIN_CONTAINERS: Final = frozenset(
    {None, "!", _YAML + "map", _YAML + "seq", _PYTHON + "tuple", _PYTHON + "list", _PYTHON + "dict"}
)


class Plain(str):
    """An unquoted scalar, as it is spelled; ``native`` gives the value YAML sees in it."""

    __slots__ = ()


class Mapping(dict[str, "Tree"]):
    """A mapping, the 1-based line it starts on, and a key that is there twice (``""``: none)."""

    line: int = 0
    twice: str = ""


class Sequence(list["Tree"]):
    """A sequence and the 1-based line it starts on."""

    line: int = 0


Tree: TypeAlias = "Mapping | Sequence | str | bytes | None"
"""Quoted scalars are ``str``, unquoted ones ``Plain``, ``!!binary`` is ``bytes``."""


def parse(text: str) -> Tree:
    """Read the one document in ``text``.

    ``FlawError`` with the line for text that is not YAML, unknown tags, more than one document,
    more than ``MAX_DEPTH`` levels, aliases that contain themselves or stand for more than
    ``GROWTH`` times the text.
    """
    builder = _Builder(ROOM + GROWTH * len(text))
    for event in _events(text):
        handle = _HANDLERS.get(event.__class__)
        if handle is not None:
            handle(builder, event)
    return builder.root


def compose(text: str) -> Any:
    """Give PyYAML's nodes, with their marks, of a text that ``parse`` has accepted before."""
    return _yaml.compose(text, Loader=_LOADER)


def native(tree: Tree) -> Any:
    """Give the tree as Python values: numbers and booleans as YAML 1.1 understands them."""
    if isinstance(tree, dict):
        return {key: native(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [native(value) for value in tree]
    return _resolved(tree) if isinstance(tree, Plain) else tree


def _resolved(value: Plain) -> Any:
    if len(value) > _LONGEST_NUMBER:
        return str(value)
    if value.isascii() and value.isdecimal() and value[0] != "0":  # most values of a stream
        return int(value)
    node = yaml.ScalarNode(yaml.SafeLoader.DEFAULT_SCALAR_TAG, str(value))
    for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(value[:1], ()):
        convert = _CONVERTERS.get(tag)
        if convert is not None and pattern.match(value):
            try:
                return convert(yaml.constructor.SafeConstructor(), node)
            except (ValueError, OverflowError):
                break
    return str(value)


_CONVERTERS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    _YAML + "int": yaml.constructor.SafeConstructor.construct_yaml_int,
    _YAML + "float": yaml.constructor.SafeConstructor.construct_yaml_float,
    _YAML + "bool": yaml.constructor.SafeConstructor.construct_yaml_bool,
}


def _events(text: str) -> Iterator[Any]:
    try:
        yield from _yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FlawError(_said(error), mark.line + 1 if mark else 1) from error
    except yaml.reader.ReaderError as error:
        raise FlawError(
            f"the cassette holds a character YAML does not allow: #x{_code(error):04x}",
            text.encode()[: error.position].count(b"\n") + 1,
        ) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise FlawError(f"the cassette is not valid YAML: {error}", 1) from error


def _said(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or ""
    if "nesting depth" in problem:  # a bound of the library's own, since PyYAML 6.0.4
        return TOO_DEEP
    return f"the cassette is not valid YAML: {problem}"


def _code(error: Any) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character)


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
        self._place(_container(frame), frame.weight, frame.anchor, frame.line)

    def scalar(self, event: Any) -> None:
        value = event.value
        tree: Tree
        if event.tag is not None:
            tree = _tagged(event.tag, value, _line(event))
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


def _tagged(tag: str, value: str, line: int) -> Tree:
    if tag in _TEXT_TAGS:
        return value
    if tag in _BINARY_TAGS:
        try:
            return base64.b64decode("".join(value.split()), validate=True)
        except ValueError as error:
            raise FlawError("a !!binary value is not base64", line) from error
    if tag == _YAML + "null":
        return None
    if tag in _PLAIN_TAGS:
        return Plain(value)
    raise _foreign(tag, line)


def _container(frame: _Frame) -> Tree:
    """Give a finished collection, or what a tag of an old recording makes of it."""
    tag, node = frame.tag, frame.node
    if tag in _PLAIN_CONTAINERS:
        return node
    if tag is not None and tag.startswith(_PYTHON + "object/"):
        if tag.endswith(".istr"):
            return _argument(node)
        if tag.endswith("new:_io.BytesIO"):
            return _first(node.get("state") if isinstance(node, dict) else node)
        if tag.endswith("apply:builtins.iter"):
            return _joined(_argument(node))
    raise _foreign(str(tag), frame.line)


def _argument(node: Tree) -> Tree:
    return _first(node.get("args") if isinstance(node, dict) else node)


def _first(tree: Tree) -> Tree:
    return tree[0] if isinstance(tree, list) and tree else None


def _joined(tree: Tree) -> Tree:
    if not isinstance(tree, list):
        return tree
    return b"".join(
        part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        for part in tree
        if isinstance(part, str | bytes)
    )


def _foreign(tag: str, line: int) -> FlawError:
    name = tag.replace(_YAML, "!!")[:80]
    return FlawError(f"the cassette has the tag {name}, which is not allowed in one", line)
